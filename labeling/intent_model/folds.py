"""Which examples are held out together."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

FROM = 3
"""An intent with fewer examples is learned from, and never held out: nothing would be left to know it by."""
FEW = 1_000
NEVER = -1


def example_folds(targets: NDArray[np.int64], seed: int) -> NDArray[np.int64]:
    """Each example's fold, every intent spread evenly; -1 for an example that is never held out."""
    count = 10 if len(targets) <= FEW else 5
    random = np.random.default_rng(seed)
    folds = np.full(len(targets), NEVER, np.int64)
    for intent in np.unique(targets):
        rows = random.permutation(np.flatnonzero(targets == intent))
        if len(rows) >= FROM:
            folds[rows] = (np.arange(len(rows)) + random.integers(count)) % count
    return folds


def intent_groups(targets: NDArray[np.int64], intents: int, seed: int) -> Iterator[NDArray[np.int64]]:
    """Groups of intents to be held out whole, as questions of the same domain that the bot was never taught."""
    counts = np.bincount(targets, minlength=intents)
    order = np.random.default_rng(seed + 1).permutation(np.flatnonzero(counts >= FROM))
    if intents >= 4:
        yield from (group for group in np.array_split(order, 5) if len(group))
