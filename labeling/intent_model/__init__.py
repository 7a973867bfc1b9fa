"""The intent model: encoder, head, calibration, artefact. The one place that knows how intents are found."""

from labeling.intent_model.archive import pack, unpack
from labeling.intent_model.artefact import ArtefactRefused, load
from labeling.intent_model.encoder import Encoder, open_encoder
from labeling.intent_model.evaluation import OUT_OF_SCOPE, answered, evaluate
from labeling.intent_model.measurement import Measured, evaluate_files
from labeling.intent_model.model import IntentModel
from labeling.intent_model.source import BUNDLED, EncoderUnusable
from labeling.intent_model.training import TrainingRefused, train, version_of

__all__ = [
    "BUNDLED",
    "OUT_OF_SCOPE",
    "ArtefactRefused",
    "Encoder",
    "EncoderUnusable",
    "IntentModel",
    "Measured",
    "TrainingRefused",
    "answered",
    "evaluate",
    "evaluate_files",
    "load",
    "open_encoder",
    "pack",
    "train",
    "unpack",
    "version_of",
]
