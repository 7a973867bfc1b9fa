"""The linear head on the sentence vectors: a regularised multinomial logistic regression."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

STRENGTH = 30.0
"""Inverse regularisation, scikit-learn's C. At its default of 1 few-shot probabilities are flat; 30 was best."""
TOLERANCE = 1e-4
ITERATIONS = 200

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Head:
    """Scores of all intents: `vectors @ weights + bias`."""

    weights: Floats
    bias: Floats

    def scores(self, vectors: Floats) -> Floats:
        scored: Floats = vectors @ self.weights + self.bias
        return scored


def fit_head(vectors: Floats, targets: NDArray[np.int64], intents: int, importance: Floats | None = None) -> Head:
    """`targets` are intents' numbers; `importance` weighs the examples (default one each)."""
    count, size = vectors.shape
    inputs = np.concatenate([vectors, np.ones((count, 1), np.float32)], axis=1)
    wanted = np.zeros((count, intents), np.float32)
    wanted[np.arange(count), targets] = 1.0
    weight = (np.ones(count, np.float32) if importance is None else importance)[:, None] * np.float32(STRENGTH)

    def loss(flat: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        weights = flat.reshape(size + 1, intents)
        logs = log_softmax(inputs @ weights.astype(np.float32))
        pull = inputs.T @ (weight * (np.exp(logs) - wanted))
        slope = pull.astype(np.float64)
        slope[:size] += weights[:size]
        cost = -float((weight * wanted * logs).sum(dtype=np.float64)) + 0.5 * float((weights[:size] ** 2).sum())
        return cost / count, slope.ravel() / count

    start = np.zeros((size + 1) * intents)
    found = minimize(
        loss, start, jac=True, method="L-BFGS-B", options={"maxiter": ITERATIONS, "gtol": TOLERANCE, "maxcor": 10}
    )
    best = found.x.reshape(size + 1, intents).astype(np.float32)
    return Head(best[:size], best[size])


def log_softmax(scores: Floats) -> Floats:
    shifted = scores - scores.max(axis=1, keepdims=True)
    logs: Floats = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return logs
