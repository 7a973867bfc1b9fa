"""The intent model: encoder, head, calibration, artefact. The one place that knows how intents are found."""

from labeling.intent_model.archive import pack, unpack
from labeling.intent_model.artefact import ArtefactRefused, load
from labeling.intent_model.deep import Tuning, fine_tune
from labeling.intent_model.encoder import Encoder, open_encoder
from labeling.intent_model.evaluation import OUT_OF_SCOPE, answered, evaluate
from labeling.intent_model.measurement import Measured, measure
from labeling.intent_model.metrics import RiskCoverage, risk_coverage
from labeling.intent_model.model import IntentModel
from labeling.intent_model.source import BUNDLED, EncoderUnusable
from labeling.intent_model.training import TrainingRefused, train, version_of
from labeling.intent_model.trial import Trial, read_trial
from labeling.intent_model.tuned import is_here, is_tuned, pack_tuned, unpack_tuned

__all__ = [
    "BUNDLED",
    "OUT_OF_SCOPE",
    "ArtefactRefused",
    "Encoder",
    "EncoderUnusable",
    "IntentModel",
    "Measured",
    "RiskCoverage",
    "TrainingRefused",
    "Trial",
    "Tuning",
    "answered",
    "evaluate",
    "fine_tune",
    "is_here",
    "is_tuned",
    "load",
    "measure",
    "open_encoder",
    "pack",
    "pack_tuned",
    "read_trial",
    "risk_coverage",
    "train",
    "unpack",
    "unpack_tuned",
    "version_of",
]
