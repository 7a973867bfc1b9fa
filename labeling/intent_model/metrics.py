"""Measures of a classifier that knows how sure it is. Pure; arrays in, fractions out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Doubles = NDArray[np.float64]
Flags = NDArray[np.bool_]
Numbers = NDArray[np.int64]

BINS = 15


def calibration_error(confidence: Doubles, right: Flags) -> float:
    """Expected calibration error over bins of equal mass."""
    order, share = np.argsort(confidence, kind="stable"), _among_equals(confidence, right)
    bins = [part for part in np.array_split(order, BINS) if len(part)]
    gaps = [len(part) * abs(confidence[part].mean() - share[part].mean()) for part in bins]
    return float(sum(gaps) / len(confidence))


def _among_equals(confidence: Doubles, right: Flags) -> Doubles:
    """For each message the share right of those of the same confidence: in what order they come says nothing."""
    _, group, size = np.unique(confidence, return_inverse=True, return_counts=True)
    share: Doubles = (np.bincount(group, right) / size)[group]
    return share


def macro_f1(truth: Numbers, guess: Numbers) -> float:
    """The mean over the intents that occur in the truth."""
    scores = []
    for intent in np.unique(truth):
        hit = float(((guess == intent) & (truth == intent)).sum())
        scores.append(2 * hit / float((guess == intent).sum() + (truth == intent).sum()))
    return float(np.mean(scores))


@dataclass(frozen=True)
class RiskCoverage:
    """Point by point: the share of messages answered, surest first, and the share of these answers that is wrong."""

    coverage: Doubles
    risk: Doubles


def risk_coverage(confidence: Doubles, right: Flags) -> RiskCoverage:
    """One point a message."""
    wrong = 1 - _among_equals(confidence, right)[np.argsort(-confidence, kind="stable")]
    counts = np.arange(1, len(wrong) + 1)
    return RiskCoverage(counts / len(wrong), np.cumsum(wrong) / counts)


def risk_coverage_area(confidence: Doubles, right: Flags) -> float:
    """The mean share of wrong answers over all coverages, surest first."""
    return float(risk_coverage(confidence, right).risk.mean())


def coverage_at(precision: float, confidence: Doubles, right: Flags) -> float:
    """The largest share that can be answered, surest first, with this share of answers right."""
    order = np.argsort(-confidence, kind="stable")
    shares = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    # A threshold cannot part messages of equal confidence.
    last_of_equals = np.append(np.diff(confidence[order]) != 0, True)
    good = np.flatnonzero((shares >= precision) & last_of_equals)
    return float((good[-1] + 1) / len(order)) if len(good) else 0.0


def detection(inside: Doubles, outside: Doubles) -> tuple[float, float, float]:
    """How well low confidence finds what is out of scope: AUROC, AUPR (of finding it), false alarms at 95 %."""
    from sklearn.metrics import average_precision_score, roc_auc_score

    strange = np.concatenate([np.zeros(len(inside)), np.ones(len(outside))])
    doubt = -np.concatenate([inside, outside])
    caught = float(np.sort(outside)[int(np.ceil(0.95 * len(outside))) - 1])
    alarms = float((inside <= caught).mean())
    return float(roc_auc_score(strange, doubt)), float(average_precision_score(strange, doubt)), alarms
