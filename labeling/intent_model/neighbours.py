"""The labelled examples themselves: how near is a message to the nearest example of each intent?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

MOST = 20_000
"""Examples kept; beyond that each intent keeps an even share, drawn by seed."""
ROWS = 1_000


@dataclass(frozen=True)
class Neighbours:
    """Examples' vectors, sorted by intent. `starts` are the rows where each intent's examples begin."""

    vectors: Floats
    owners: NDArray[np.int64]
    intents: int

    def scores(self, vectors: Floats) -> Floats:
        """For each message and intent the similarity (-1 to 1) of the intent's nearest example."""
        nearest = np.full((len(vectors), self.intents), -1.0, np.float32)
        if not len(self.vectors):
            return nearest
        present, starts = np.unique(self.owners, return_index=True)
        for first in range(0, len(vectors), ROWS):
            similar = vectors[first : first + ROWS] @ self.vectors.T
            nearest[first : first + ROWS, present] = np.maximum.reduceat(similar, starts, axis=1)
        return nearest


def keep_neighbours(vectors: Floats, targets: NDArray[np.int64], intents: int, seed: int) -> Neighbours:
    """Stored with half the digits, so that the artefact stays small."""
    order = np.random.default_rng(seed).permutation(len(targets))
    share = max(1, MOST // max(1, intents))
    if len(targets) > MOST:
        order = np.concatenate([order[targets[order] == intent][:share] for intent in range(intents)])
    order = order[np.argsort(targets[order], kind="stable")]
    kept = vectors[order].astype(np.float16).astype(np.float32)
    return Neighbours(kept, targets[order], intents)
