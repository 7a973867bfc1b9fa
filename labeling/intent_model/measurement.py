"""`handraise evaluate`: a model trained on one file alone, measured on others."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from labeling.examples import Example
from labeling.intent_model.conversion import Progress
from labeling.intent_model.deep import fine_tune
from labeling.intent_model.encoder import Encoder
from labeling.intent_model.evaluation import OUT_OF_SCOPE, evaluate
from labeling.intent_model.lesson import Settings
from labeling.intent_model.memory import peak_megabytes
from labeling.intent_model.metrics import RiskCoverage, risk_coverage
from labeling.intent_model.model import IntentModel, Opinion
from labeling.intent_model.training import train
from labeling.intent_model.trial import Trial
from labeling.policy import Policy

TIMED = 200
"""Messages asked one by one for the latency."""
WARM_UP = 10
BATCH = 1_000
MEASURED = (
    "accuracy", "macro_f1", "ece", "nll", "brier", "aurc", "coverage_at_95", "coverage_at_98", "coverage_at_99",
    "oos_auroc", "oos_aupr", "oos_fpr95",
)  # fmt: skip


@dataclass(frozen=True)
class Measured:
    """`figures` by name: rates from 0 to 1, seconds, milliseconds, megabytes; None where the files cannot say."""

    figures: dict[str, Any]
    curve: RiskCoverage
    tuning: str | None
    """What came of fine-tuning, as a sentence; None where it was not asked for."""


def measure(
    trial: Trial, encoder: Encoder, *, seed: int = 0, deep: bool = False, progress: Progress | None = None
) -> Measured:
    """Trains on the trial's training examples alone; `deep` lets the encoder learn from them first.

    Raises TrainingRefused, and EncoderUnusable for an encoder that cannot be fine-tuned.
    """
    tuning = None
    if deep:
        settings = Settings(seed=seed)
        tuning = fine_tune(trial.train, encoder, progress, unlabelled=trial.unlabelled, settings=settings)
    started = time.perf_counter()
    used = tuning.encoder if tuning else encoder
    model = train(trial.train, used, progress, unlabelled=trial.unlabelled, seed=seed)
    seconds = time.perf_counter() - started + (tuning.seconds if tuning else 0.0)
    test = [*trial.test, *(Example(text, OUT_OF_SCOPE) for text in trial.strange)]
    opinion = model.opinion([example.text for example in test])
    report = evaluate(model, test, Policy((), {}), opinion).to_json()
    figures = {name: report[name] for name in MEASURED}
    figures |= {"train_seconds": seconds, **_speed(model, [example.text for example in trial.test])}
    peak = max(peak_megabytes(), tuning.peak_mb if tuning else 0.0)
    figures |= {"peak_mb": peak, "n_train": len(trial.train), "n_test": len(trial.test)}
    figures |= {"intents": len(model.intents)}
    return Measured(figures, curve_of(model, test, opinion), str(tuning) if tuning else None)


def curve_of(model: IntentModel, test: Sequence[Example], opinion: Opinion) -> RiskCoverage:
    """Of the messages in scope, as the figures are."""
    inside = np.array([example.intent != OUT_OF_SCOPE for example in test], bool)
    guess = np.array(model.intents)[opinion.probabilities.argmax(axis=1)]
    right = guess == np.array([example.intent for example in test])
    return risk_coverage(opinion.confidence[inside], right[inside])


def _speed(model: IntentModel, texts: Sequence[str]) -> dict[str, float]:
    singles = [texts[number % len(texts)] for number in range(WARM_UP + TIMED)]
    taken = []
    for text in singles:
        started = time.perf_counter()
        model.rank([text])
        taken.append(1000 * (time.perf_counter() - started))
    batch = [texts[number % len(texts)] for number in range(BATCH)]
    started = time.perf_counter()
    model.rank(batch)
    rate = BATCH / (time.perf_counter() - started)
    p50, p95 = np.percentile(taken[WARM_UP:], [50, 95])
    return {"p50_ms": float(p50), "p95_ms": float(p95), "batch_per_second": rate}
