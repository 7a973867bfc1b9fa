"""`handraise evaluate`: a model trained on one file alone, measured on others."""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from labeling.examples import Example, ExamplesRefused, Row, read_examples, read_rows, read_texts
from labeling.intent_model.conversion import Progress
from labeling.intent_model.deep import fine_tune
from labeling.intent_model.encoder import Encoder
from labeling.intent_model.evaluation import OUT_OF_SCOPE, evaluate
from labeling.intent_model.lesson import Settings
from labeling.intent_model.model import IntentModel
from labeling.intent_model.training import train
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
    notes: tuple[str, ...]
    """Sentences for the user: what was left out of the files, and what is thin."""


def evaluate_files(
    train_file: Path,
    test_file: Path,
    encoder: Encoder,
    *,
    oos_file: Path | None = None,
    deep: bool = False,
    seed: int = 0,
    progress: Progress | None = None,
) -> Measured:
    """Trains on the first file alone; with `deep` the encoder learns from it too, and is kept if that is a gain.

    Raises ExamplesRefused with file and line, TrainingRefused, or EncoderUnusable.
    """
    read = read_examples(train_file)
    test, notes = _test_set(test_file, {example.intent for example in read.examples})
    strange = [Example(text, OUT_OF_SCOPE) for text in read_texts(oos_file)] if oos_file else []
    tuning = fine_tune(read.examples, encoder, progress, settings=Settings(seed=seed)) if deep else None
    started = time.perf_counter()
    model = train(read.examples, tuning.encoder if tuning else encoder, progress, seed=seed)
    seconds = time.perf_counter() - started + (tuning.seconds if tuning else 0)
    report = evaluate(model, [*test, *strange], Policy((), {})).to_json()
    figures = {name: report[name] for name in MEASURED}
    figures |= {"train_seconds": seconds, **_speed(model, [example.text for example in test])}
    peak = max(_peak_megabytes(), tuning.peak_mb if tuning else 0)
    figures |= {"peak_mb": peak, "n_train": len(read.examples), "n_test": len(test)}
    said = [str(tuning)] if tuning else []
    return Measured(figures | {"intents": len(model.intents)}, (*read.notes, *notes, *said))


def _test_set(path: Path, known: set[str]) -> tuple[list[Example], list[str]]:
    """Every row counts, the same text twice too: an official test set is measured as it is."""
    rows = read_rows(path)
    problems = [f"{row.where}: has no {_missing(row)}" for row in rows if not row.text or not row.intent]
    if problems or not rows:
        raise ExamplesRefused(problems or [f"{path}: holds no labelled messages"])
    unknown: dict[str, Row] = {}
    for row in rows:
        if row.intent not in known and row.intent != OUT_OF_SCOPE:
            unknown.setdefault(row.intent, row)
    notes = [
        f"{row.where}: the training file has no {intent}; its messages count as wrong"
        for intent, row in unknown.items()
    ]
    return [Example(row.text, row.intent) for row in rows], notes


def _missing(row: Row) -> str:
    return "text" if not row.text else "intent"


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


def _peak_megabytes() -> float:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1 << 20 if sys.platform == "darwin" else 1 << 10)
