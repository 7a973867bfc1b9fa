"""The held-out turns that a question might have settled, kept so that questions can be calibrated at any level."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from labeling.promise import Contested
from labeling.ranking import Guess, Ranking, plausible

KEPT = 5
"""Guesses of a turn; more than three are never offered."""
LEAST_MASS = 0.5
"""What the kept guesses must come to: no level below it can be asked for."""
DIGITS = 6


def contested(
    intents: Sequence[str],
    logs: NDArray[np.float32],
    sure: NDArray[np.float64],
    in_scope: NDArray[np.float64],
    truths: Sequence[str | None],
    weights: Sequence[float],
) -> tuple[Contested, ...]:
    """One row of `logs` (log-probabilities) a turn; `truths` are None out of scope."""
    order = np.argsort(-logs, axis=1, kind="stable")[:, :KEPT]
    shares = np.exp(np.take_along_axis(logs, order, axis=1))
    enough = np.flatnonzero(in_scope * shares.sum(axis=1) >= LEAST_MASS)
    turns = []
    for row in enough:
        pairs = zip(order[row].tolist(), shares[row].tolist(), strict=True)
        guesses = plausible([Guess(intents[number], round(share, DIGITS)) for number, share in pairs])
        if len(guesses) > 1:
            ranking = Ranking(guesses, round(float(sure[row]), DIGITS), "", round(float(in_scope[row]), DIGITS))
            turns.append(Contested(ranking, truths[row], weights[row]))
    return tuple(turns)
