"""One calibrated number, P(first guess right and the turn in scope), from several signs of doubt.

Two curves, because two things can be wrong: the first guess among the known intents, and that there is a known
intent at all. Questions out of scope are rare, so one curve for both would learn of the first alone.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from labeling.intent_model.head import log_softmax
from labeling.intent_model.pool import Pool, Voices

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]

SIGNS = ("odds", "margin", "spread", "nearest", "nearest_gap", "energy", "meaning_agrees", "words_agree")
PENALTY = 1.0
"""Regularisation, in examples' worth."""


def signs(log_probabilities: Floats, voices: Voices, pool: Pool) -> Doubles:
    """One row a message; each sign rises with the first guess's credit."""
    rows = np.arange(len(log_probabilities))
    best = log_probabilities.argmax(axis=1)
    ordered = np.sort(log_probabilities, axis=1).astype(np.float64)
    top, second = ordered[:, -1], ordered[:, -2]
    nearest = voices.neighbours[rows, best].astype(np.float64)
    others = voices.neighbours.copy()
    others[rows, best] = -1.0
    return np.stack(
        [
            top - np.log(np.maximum(-np.expm1(top), 1e-9)),
            top - second,
            (np.exp(ordered) * ordered).sum(axis=1),
            nearest,
            nearest - others.max(axis=1),
            pool.energy(voices),
            log_softmax(voices.meaning)[rows, best],
            voices.words[rows, best] - voices.words.max(axis=1),
        ],
        axis=1,
    )


@dataclass(frozen=True)
class Calibrator:
    """A logistic curve over the signs."""

    centre: Doubles
    scale: Doubles
    weights: Doubles
    bias: float

    def confidence(self, signs: Doubles) -> Doubles:
        odds = ((signs - self.centre) / self.scale) @ self.weights + self.bias
        sure: Doubles = 1 / (1 + np.exp(-np.clip(odds, -30, 30)))
        return sure


@dataclass(frozen=True)
class Confidence:
    """P(first guess right, given that the turn is in scope) and P(in scope), at the declared share of traffic."""

    right: Calibrator
    scope: Calibrator

    def sure(self, signs: Doubles) -> Doubles:
        product: Doubles = self.right.confidence(signs) * self.scope.confidence(signs)
        return product


def fit_confidence(
    signs: Doubles, right: NDArray[np.bool_], known: NDArray[np.bool_], out_of_scope: float
) -> Confidence:
    """`known` tells turns in scope from those of intents that were held out whole."""
    first = fit_calibrator(signs[known], right[known], np.ones(int(known.sum())))
    prior = float(np.log((1 - out_of_scope) / out_of_scope))
    if known.all():  # nothing tells the two apart
        return Confidence(first, replace(ALWAYS, bias=prior))
    even = np.where(known, 0.5 / known.mean(), 0.5 / (~known).mean())
    scope = fit_calibrator(signs, known, even)
    # Fitted as if half the traffic were out of scope, where most is to be learned; moved to the declared share.
    return Confidence(first, replace(scope, bias=scope.bias + prior))


def fit_calibrator(signs: Doubles, right: NDArray[np.bool_], importance: Doubles) -> Calibrator:
    """No sign may count against the first guess: so few turns could teach it nonsense."""
    centre = np.average(signs, axis=0, weights=importance)
    scale = np.sqrt(np.average((signs - centre) ** 2, axis=0, weights=importance)) + 1e-6
    inputs = np.concatenate([(signs - centre) / scale, np.ones((len(signs), 1))], axis=1)
    weight = importance * len(signs) / importance.sum()
    last = inputs.shape[1] - 1

    def loss(flat: Doubles) -> tuple[float, Doubles]:
        odds = inputs @ flat
        cost = float((weight * (np.logaddexp(0, odds) - right * odds)).sum())
        slope = inputs.T @ (weight * (1 / (1 + np.exp(-odds)) - right))
        slope[:last] += PENALTY * flat[:last]
        return cost + 0.5 * PENALTY * float(flat[:last] @ flat[:last]), slope

    bounds = [(0.0, None)] * last + [(None, None)]
    found = minimize(loss, np.zeros(last + 1), jac=True, method="L-BFGS-B", bounds=bounds)
    return Calibrator(centre, scale, found.x[:last], float(found.x[last]))


_NOTHING = np.zeros(len(SIGNS))
NEVER = Calibrator(_NOTHING, np.ones(len(SIGNS)), _NOTHING, -30.0)
ALWAYS = Calibrator(_NOTHING, np.ones(len(SIGNS)), _NOTHING, 30.0)
NEVER_SURE = Confidence(NEVER, ALWAYS)
