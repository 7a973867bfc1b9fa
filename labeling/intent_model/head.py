"""The linear head on the sentence vectors: a regularised multinomial logistic regression."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cholesky, eigh, solve_triangular
from scipy.optimize import minimize

STRENGTH = 30.0
"""Inverse regularisation, scikit-learn's C. At its default of 1 few-shot probabilities are flat; 30 was best."""
ITERATIONS = 40
ENOUGH = 3e-4
"""Fitting ends when a step lowers the loss by less than this share of it."""
NARROW = 384
"""Directions that the head learns in."""
CURVATURE = 0.01
"""How curved the loss is along the vectors' own directions, roughly; only the speed depends on it."""

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Opinions:
    """Messages that nobody labelled, one row each."""

    vectors: Floats
    shares: Floats
    """How probable each intent is."""
    counts: Floats
    """For how much of an example (0 to 1) each one counts."""


@dataclass(frozen=True)
class Head:
    """Scores of all intents: `vectors @ weights + bias`."""

    weights: Floats
    bias: Floats

    def scores(self, vectors: Floats) -> Floats:
        scored: Floats = vectors @ self.weights + self.bias
        return scored

    def widened(self, basis: Floats) -> Head:
        """The same head on the vectors themselves, after it was learned on `vectors @ basis`."""
        return Head(basis @ self.weights, self.bias)


def narrowing(vectors: Floats) -> Floats:
    """The directions in which the vectors are longest, as columns: a third of the work, and as accurate."""
    size = vectors.shape[1]
    if size <= NARROW:
        return np.eye(size, dtype=np.float32)
    _, directions = eigh(vectors.T @ vectors, subset_by_index=(size - NARROW, size - 1))
    found: Floats = np.ascontiguousarray(directions, np.float32)
    return found


def fit_head(vectors: Floats, targets: NDArray[np.int64], intents: int, traffic: Opinions | None = None) -> Head:
    """`targets` are intents' numbers; an intent without an example gets a score that never wins.

    `traffic` are messages without an intent, and what another model thinks of them.
    The vectors are centred and stretched to even out the loss's curvature, which takes a quarter of the steps that
    plain L-BFGS needs; the head found is the same.
    """
    shares, counts = np.eye(intents, dtype=np.float32)[targets], np.ones(len(targets), np.float32)
    if traffic is not None:
        vectors = np.concatenate([vectors, traffic.vectors])
        shares = np.concatenate([shares, traffic.shares])
        counts = np.concatenate([counts, traffic.counts])
    count, size = vectors.shape
    centre = vectors.mean(axis=0)
    stretch, lift = _stretch(vectors - centre)
    inputs = np.concatenate([(vectors - centre) @ stretch, np.full((count, 1), lift, np.float32)], axis=1)

    def loss(flat: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        found = flat.reshape(size + 1, intents).astype(np.float32)
        logs = log_softmax(inputs @ found)
        weights = stretch @ found[:size]
        surprise = float((counts * (shares * logs).sum(axis=1)).sum(dtype=np.float64))
        cost = -STRENGTH * surprise + 0.5 * float((weights**2).sum())
        error = counts[:, None] * (np.exp(logs) - shares)
        slope = np.float32(STRENGTH) * (inputs.T @ error)
        slope[:size] += stretch.T @ weights
        return cost, slope.astype(np.float64).ravel()

    start = np.zeros((size + 1) * intents)
    options = {"maxiter": ITERATIONS, "ftol": ENOUGH}
    best = minimize(loss, start, jac=True, method="L-BFGS-B", options=options).x
    found = best.reshape(size + 1, intents).astype(np.float32)
    weights = stretch @ found[:size]
    return Head(weights, found[size] * lift - centre @ weights)


def _stretch(centred: Floats) -> tuple[Floats, np.float32]:
    """The inverse root of the loss's rough curvature, for the weights and for the bias."""
    curvature = STRENGTH * CURVATURE * (centred.T @ centred).astype(np.float64) + np.eye(centred.shape[1])
    root = cholesky(curvature)
    inverse = solve_triangular(root, np.eye(len(root))).astype(np.float32)
    return inverse, np.float32(1 / np.sqrt(STRENGTH * CURVATURE * len(centred)))


def log_softmax(scores: Floats) -> Floats:
    shifted = scores - scores.max(axis=1, keepdims=True)
    logs: Floats = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return logs
