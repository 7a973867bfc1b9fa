"""Which examples are held out together. One more example moves few others, so that models stay comparable."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

FROM = 3
"""An intent with fewer examples is learned from, and never held out: nothing would be left to know it by."""
FEW = 1_000
"""Up to so many examples ten folds are affordable; beyond, five say as much."""
NEVER = -1
GROUPS = 5
LEAST = 3
"""Intents: where one is held out, two must be left to make a model of."""
MANY = 8_000
JUDGING = 2
"""From MANY examples on, so many folds and groups judge: that is thousands of judgements, and each costs seconds."""


def example_folds(
    texts: Sequence[str], targets: NDArray[np.int64], seed: int, told: NDArray[np.bool_] | None = None
) -> NDArray[np.int64]:
    """Each example's fold, every intent spread evenly; -1 for an example that is never held out.

    That is one of too few, or one that the encoder was told: it cannot be judged by as if it were new.
    """
    count = 10 if len(targets) <= FEW else 5
    spots = np.array([place(text, seed) for text in texts], np.uint64)
    folds = np.full(len(targets), NEVER, np.int64)
    for intent in np.unique(targets):
        rows = np.flatnonzero(targets == intent)
        if len(rows) >= FROM:
            rows = rows if told is None else rows[~told[rows]]
            ordered = rows[np.argsort(spots[rows], kind="stable")]
            folds[ordered] = (np.arange(len(rows)) + int(intent)) % count
    return np.where(folds < _judging(len(targets), count), folds, NEVER)


def intent_groups(
    intents: Sequence[str], targets: NDArray[np.int64], seed: int, told: NDArray[np.bool_] | None = None
) -> list[NDArray[np.int64]]:
    """Groups of intents to be held out whole, as questions of the same domain that the bot was never taught.

    Intents that the encoder was told of are no such questions.
    """
    counts = np.bincount(targets, minlength=len(intents))
    known = set() if told is None else set(targets[told].tolist())
    wide = [number for number in range(len(intents)) if counts[number] >= FROM and number not in known]
    if len(intents) < LEAST or not wide:
        return []
    ordered = np.array(sorted(wide, key=lambda number: place(intents[number], seed)), np.int64)
    groups = np.array_split(ordered, GROUPS)[: _judging(len(targets), GROUPS)]
    return [group for group in groups if len(group)]


def _judging(examples: int, parts: int) -> int:
    return JUDGING if examples >= MANY else parts


def place(text: str, seed: int) -> int:
    """Where a text or an intent stands in an order that is drawn by seed, whatever stands beside it."""
    digest = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8, salt=seed.to_bytes(8, "big"))
    return int.from_bytes(digest.digest(), "big")
