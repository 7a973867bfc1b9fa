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


def example_folds(texts: Sequence[str], targets: NDArray[np.int64], seed: int) -> NDArray[np.int64]:
    """Each example's fold, every intent spread evenly; -1 for an example that is never held out."""
    count = 10 if len(targets) <= FEW else 5
    place = np.array([_place(text, seed) for text in texts], np.uint64)
    folds = np.full(len(targets), NEVER, np.int64)
    for intent in np.unique(targets):
        rows = np.flatnonzero(targets == intent)
        if len(rows) >= FROM:
            ordered = rows[np.argsort(place[rows], kind="stable")]
            folds[ordered] = (np.arange(len(rows)) + int(intent)) % count
    return folds


def intent_groups(intents: Sequence[str], targets: NDArray[np.int64], seed: int) -> list[NDArray[np.int64]]:
    """Groups of intents to be held out whole, as questions of the same domain that the bot was never taught."""
    counts = np.bincount(targets, minlength=len(intents))
    wide = [number for number in range(len(intents)) if counts[number] >= FROM]
    if len(intents) < 4 or not wide:
        return []
    ordered = np.array(sorted(wide, key=lambda number: _place(intents[number], seed)), np.int64)
    return [group for group in np.array_split(ordered, GROUPS) if len(group)]


def _place(text: str, seed: int) -> int:
    digest = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8, salt=seed.to_bytes(8, "big"))
    return int.from_bytes(digest.digest(), "big")
