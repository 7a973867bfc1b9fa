"""Three voices become one opinion: a weighted sum of their scores, weighed by messages that they had not seen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from labeling.intent_model.head import Head, log_softmax
from labeling.intent_model.neighbours import Neighbours

Floats = NDArray[np.float32]

START = (0.8, 1.0, 5.0)
"""Weights of meaning, words and neighbours where too few held-out examples can say."""
LIKELY = 10
"""Intents, best first by meaning, whose examples are looked at."""
MANY = 8
"""From so many messages on they are looked at all at once."""
FEW = 30
PULL = 0.5
"""How firmly few held-out examples are kept near the start."""


@dataclass(frozen=True)
class Voices:
    """Each voice's scores, one row a message and one column an intent."""

    meaning: Floats
    words: Floats
    neighbours: Floats

    def rows(self, chosen: NDArray[np.bool_]) -> Voices:
        return Voices(self.meaning[chosen], self.words[chosen], self.neighbours[chosen])

    def raw(self) -> Floats:
        return np.stack([self.meaning, self.words, self.neighbours])

    def stacked(self) -> Floats:
        return np.stack([log_softmax(self.meaning), self.words, self.neighbours])


def listen(head: Head, words: Floats, neighbours: Neighbours, vectors: Floats) -> Voices:
    """What head and neighbours say of messages, beside the words' scores."""
    meaning = head.scores(vectors)
    likely = _likely(meaning)
    look = neighbours.scores if len(vectors) < MANY else neighbours.all_scores
    return Voices(meaning, words, look(vectors, likely))


def _likely(meaning: Floats) -> NDArray[np.int64]:
    intents = meaning.shape[1]
    if intents <= LIKELY:
        return np.broadcast_to(np.arange(intents), meaning.shape)
    return np.argpartition(-meaning, LIKELY, axis=1)[:, :LIKELY]


@dataclass(frozen=True)
class Pool:
    """The weights of the three voices."""

    weights: tuple[float, float, float]

    def energy(self, voices: Voices) -> NDArray[np.float64]:
        """How loudly anything at all is claimed for a message: low for what no intent covers."""
        raw = np.tensordot(np.asarray(self.weights, np.float32), voices.raw(), 1).astype(np.float64)
        loudest = raw.max(axis=1)
        total: NDArray[np.float64] = loudest + np.log(np.exp(raw - loudest[:, None]).sum(axis=1))
        return total

    def log_probabilities(self, voices: Voices) -> Floats:
        return log_softmax(np.tensordot(np.asarray(self.weights, np.float32), voices.stacked(), 1))


def surprise(pool: Pool, voices: Voices, targets: NDArray[np.int64]) -> float:
    """The mean negative log-probability of the true intents."""
    return -float(pool.log_probabilities(voices)[np.arange(len(targets)), targets].mean(dtype=np.float64))


def fit_pool(voices: Voices, targets: NDArray[np.int64]) -> Pool:
    """The weights under which held-out messages' true intents are most probable; none is below zero."""
    if len(targets) < FEW:
        return Pool(START)
    stacked = voices.stacked()
    rows = np.arange(len(targets))
    truth = stacked[:, rows, targets]

    def loss(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        logs = log_softmax(np.tensordot(weights.astype(np.float32), stacked, 1))
        expected = (np.exp(logs)[None] * stacked).sum(axis=2)
        cost = -float(logs[rows, targets].mean(dtype=np.float64))
        slope = (expected - truth).mean(axis=1, dtype=np.float64)
        away = weights - START
        pull = PULL / len(targets)
        return cost + pull * float(away @ away), slope + 2 * pull * away

    found = minimize(loss, np.asarray(START), jac=True, method="L-BFGS-B", bounds=[(0.0, None)] * 3)
    first, second, third = map(float, found.x)
    return Pool((first, second, third))
