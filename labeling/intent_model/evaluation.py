"""A model judged on messages that it was not trained on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from labeling.choices import find_cut
from labeling.examples import Example
from labeling.intent_model.metrics import (
    calibration_error,
    coverage_at,
    detection,
    macro_f1,
    risk_coverage_area,
)
from labeling.intent_model.model import IntentModel, Opinion
from labeling.policy import Policy
from labeling.promise import thresholds
from labeling.report import IntentReport, Report, TierReport
from labeling.routing import answers, route

OUT_OF_SCOPE = "out_of_scope"
"""In a test file: nothing that the bot knows; answering it is always wrong."""


@dataclass(frozen=True)
class _Judged:
    """One entry a message. An intent that the model lacks is a truth that it cannot guess."""

    truth: Sequence[str]
    guess: Sequence[str]
    right: NDArray[np.bool_]
    strange: NDArray[np.bool_]
    answered: NDArray[np.bool_]
    asked: NDArray[np.bool_]
    """The customer is asked what they meant."""
    settled: NDArray[np.bool_]
    """What they wanted is among the options."""
    confidence: NDArray[np.float64]
    in_scope: NDArray[np.float64]


def evaluate(
    model: IntentModel, examples: Sequence[Example], policy: Policy, opinion: Opinion | None = None
) -> Report:
    """The router's decisions are part of it: thresholds come from the model's own calibration turns.

    `opinion` saves asking the model where its opinion of the examples is known already.
    """
    opinion = opinion or model.opinion([example.text for example in examples])
    least = thresholds(policy, model.calibration)
    judged = _judge(model, examples, opinion, policy, least)
    inside = ~judged.strange
    return Report(
        n=len(examples),
        out_of_scope=int(judged.strange.sum()),
        **_in_scope(model, judged, opinion, inside),
        answered=_share(judged.answered) or 0.0,
        answered_right=_share(judged.right[judged.answered]),
        **_out_of_scope(judged, inside),
        tiers=_by_tier(judged, policy, least),
        intents=_by_intent(judged),
        clarified=_share(judged.asked) or 0.0,
        clarified_right=_share(judged.settled[judged.asked]),
    )


def answered(
    intents: Sequence[str], opinion: Opinion, policy: Policy, least: Mapping[str, float | None]
) -> NDArray[np.bool_]:
    """Which of the messages the router would let the bot answer."""
    best = opinion.probabilities.argmax(axis=1) if len(opinion.confidence) else np.zeros(0, np.int64)
    risky = [number for number, intent in enumerate(intents) if policy.never_answers(intent)]
    risk = opinion.probabilities[:, risky].sum(axis=1, dtype=np.float64)
    turns = zip(best, opinion.confidence, risk, strict=True)
    return np.array([answers(intents[guess], sure, risk, policy, least) for guess, sure, risk in turns], bool)


def _offered(
    model: IntentModel,
    opinion: Opinion,
    policy: Policy,
    least: Mapping[str, float | None],
    said: NDArray[np.bool_],
) -> list[tuple[str, ...]]:
    """The options of each question, by the router's own decision; none where the customer is not asked."""
    cut = find_cut(policy, least, model.calibration)
    if cut is None:
        return [()] * len(said)
    rankings = model.rankings(opinion)
    return [() if one else route(r, policy, least, cut=cut).options for one, r in zip(said, rankings, strict=True)]


def _judge(
    model: IntentModel,
    examples: Sequence[Example],
    opinion: Opinion,
    policy: Policy,
    least: Mapping[str, float | None],
) -> _Judged:
    best = opinion.probabilities.argmax(axis=1) if len(examples) else np.zeros(0, np.int64)
    guess = [model.intents[number] for number in best]
    truth = [example.intent for example in examples]
    said = answered(model.intents, opinion, policy, least)
    offered = _offered(model, opinion, policy, least, said)
    return _Judged(
        truth,
        guess,
        np.array([g == t for g, t in zip(guess, truth, strict=True)], bool),
        np.array([intent == OUT_OF_SCOPE for intent in truth], bool),
        said,
        np.array([bool(some) for some in offered], bool),
        np.array([intent in some for intent, some in zip(truth, offered, strict=True)], bool),
        opinion.confidence,
        opinion.in_scope,
    )


def _in_scope(
    model: IntentModel, judged: _Judged, opinion: Opinion, inside: NDArray[np.bool_]
) -> dict[str, float | None]:
    names = ("accuracy", "macro_f1", "ece", "nll", "brier", "aurc")
    if not inside.any():
        return dict.fromkeys((*names, "coverage_at_95", "coverage_at_98", "coverage_at_99"))
    known = len(model.intents)
    # Intents that the model lacks are numbered behind its own, each apart.
    numbers = {intent: number for number, intent in enumerate(dict.fromkeys((*model.intents, *judged.truth)))}
    truth = np.array([numbers[intent] for intent in judged.truth], np.int64)[inside]
    probabilities = opinion.probabilities[inside].astype(np.float64)
    confidence, right = judged.confidence[inside], judged.right[inside]
    of_truth = np.where(truth < known, probabilities[np.arange(len(truth)), np.minimum(truth, known - 1)], 0.0)
    return {
        "accuracy": float(right.mean()),
        "macro_f1": macro_f1(truth, probabilities.argmax(axis=1)),
        "ece": calibration_error(confidence / np.maximum(judged.in_scope[inside], 1e-9), right),
        "nll": float(-np.log(np.maximum(of_truth, 1e-12)).mean()),
        "brier": float(((probabilities**2).sum(axis=1) - 2 * of_truth + 1).mean()),
        "aurc": risk_coverage_area(confidence, right),
        "coverage_at_95": coverage_at(0.95, confidence, right),
        "coverage_at_98": coverage_at(0.98, confidence, right),
        "coverage_at_99": coverage_at(0.99, confidence, right),
    }


def _out_of_scope(judged: _Judged, inside: NDArray[np.bool_]) -> dict[str, float | None]:
    if inside.all() or not inside.any():
        auroc = aupr = alarms = None
    else:
        auroc, aupr, alarms = detection(judged.in_scope[inside], judged.in_scope[~inside])
    answered = _share(judged.answered[~inside])
    return {"oos_auroc": auroc, "oos_aupr": aupr, "oos_fpr95": alarms, "oos_answered": answered}


def _by_tier(judged: _Judged, policy: Policy, least: Mapping[str, float | None]) -> dict[str, TierReport]:
    owners = [policy.tier_of(intent) for intent in judged.guess]
    reports = {}
    for tier in policy.tiers:
        mine = np.array([owner == tier for owner in owners], bool)
        answered = judged.answered & mine
        right = int((judged.right & answered).sum())
        reports[tier.name] = TierReport(
            tier.promise, least.get(tier.name), int(mine.sum()), int(answered.sum()), right
        )
    return reports


def _by_intent(judged: _Judged) -> dict[str, IntentReport]:
    reports = {}
    truth = np.array(judged.truth, dtype=object)
    for intent in sorted(set(judged.truth)):
        mine = truth == intent
        answered = judged.answered & mine
        reports[intent] = IntentReport(
            int(mine.sum()),
            int((judged.right & mine).sum()),
            int(answered.sum()),
            int((judged.right & answered).sum()),
        )
    return reports


def _share(flags: NDArray[np.bool_]) -> float | None:
    return float(flags.mean()) if len(flags) else None
