"""The labelled examples themselves: how near is a message to the nearest example of each intent?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from labeling.text import text_key

Floats = NDArray[np.float32]

MOST = 20_000
"""Examples kept; beyond that each intent keeps an even share, drawn by seed."""
ROWS = 1_000


@dataclass(frozen=True)
class Neighbours:
    """Examples' vectors, sorted by intent."""

    vectors: Floats
    owners: NDArray[np.int64]
    intents: int
    keys: NDArray[np.uint64] = field(default_factory=lambda: np.zeros(0, np.uint64))
    """What `text_key` says of their texts, as numbers; none in artefacts from before these were kept."""
    _starts: NDArray[np.int64] = field(init=False, repr=False, compare=False)
    """The row where each intent's examples begin, and behind the last one the number of rows."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "_starts", np.searchsorted(self.owners, np.arange(self.intents + 1)))

    def scores(self, vectors: Floats, likely: NDArray[np.int64]) -> Floats:
        """For each message and intent the similarity (-1 to 1) of the intent's nearest example.

        Looked up for the `likely` intents of each message alone, one row a message: all examples of all intents
        would be more to read than the encoder's own weights. The others count as the least near of those.
        """
        nearest = np.full((len(vectors), self.intents), -1.0, np.float32)
        for row, (vector, some) in enumerate(zip(vectors, likely, strict=True)):
            for intent in some.tolist():
                first, end = self._starts[intent], self._starts[intent + 1]
                if first < end:
                    nearest[row, intent] = (self.vectors[first:end] @ vector).max()
        return _floored(nearest, likely)

    def nearest(self, vector: Floats, likely: Sequence[int], count: int) -> tuple[str, ...]:
        """The keys of the nearest examples of these intents, best first."""
        if not len(self.keys):
            return ()
        parts = [slice(self._starts[one], self._starts[one + 1]) for one in likely]
        similar = np.concatenate([self.vectors[part] @ vector for part in parts])  # a slice is no copy
        keys = np.concatenate([self.keys[part] for part in parts])
        return tuple(f"{int(key):016x}" for key in keys[np.argsort(-similar, kind="stable")[:count]])

    def all_scores(self, vectors: Floats, likely: NDArray[np.int64]) -> Floats:
        """The same, quicker for many messages."""
        nearest = np.full((len(vectors), self.intents), -1.0, np.float32)
        if not len(self.vectors):
            return nearest
        present, starts = np.unique(self.owners, return_index=True)
        for first in range(0, len(vectors), ROWS):
            similar = vectors[first : first + ROWS] @ self.vectors.T
            nearest[first : first + ROWS, present] = np.maximum.reduceat(similar, starts, axis=1)
        return _floored(nearest, likely)


def _floored(nearest: Floats, likely: NDArray[np.int64]) -> Floats:
    if likely.shape[1] == nearest.shape[1]:
        return nearest
    found = np.take_along_axis(nearest, likely, axis=1)
    floored = np.repeat(found.min(axis=1, keepdims=True), nearest.shape[1], axis=1)
    np.put_along_axis(floored, likely, found, axis=1)
    return floored


def keep_neighbours(
    vectors: Floats, targets: NDArray[np.int64], texts: Sequence[str], intents: int, seed: int
) -> Neighbours:
    """Stored with half the digits, so that the artefact stays small."""
    order = np.random.default_rng(seed).permutation(len(targets))
    share = max(1, MOST // max(1, intents))
    if len(targets) > MOST:
        order = np.concatenate([order[targets[order] == intent][:share] for intent in range(intents)])
    order = order[np.argsort(targets[order], kind="stable")]
    kept = vectors[order].astype(np.float16).astype(np.float32)
    keys = np.array([int(text_key(texts[row]), 16) for row in order], np.uint64)
    return Neighbours(kept, targets[order], intents, keys)
