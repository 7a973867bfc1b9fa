"""Thresholds that keep a tier's promise, derived from calibration turns and never typed in.

Learn then test (Angelopoulos, Bates, Candès, Jordan and Lei, 2021, arXiv:2110.01052): each threshold on a fixed
grid is a hypothesis "of the turns answered above it, fewer than promised are right". They are tested one after
the other by an exact binomial test, in an order fixed beforehand, until one cannot be rejected. So with the
policy's certainty, whatever the model and the distribution, the threshold found keeps the promise on fresh turns
that come as the calibration turns did.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from labeling.policy import Policy, Tier


@dataclass(frozen=True)
class Calibration:
    """Turns that the model had not seen in training: how sure it was of its first guess, and whether rightly."""

    confidence: tuple[float, ...]
    right: tuple[bool, ...]
    intent: tuple[str, ...]
    """The first guess, not the true intent: a tier answers for what the bot would have said."""


Thresholds = Mapping[str, float | None]
"""By tier. None: the calibration turns cannot support the promise yet, or the tier never answers."""

GRID = tuple(1 / (1 + math.exp(-step / 10)) for step in range(70, -21, -1))
"""From 0.999 down to 0.12, even in log-odds; fixed, as the test's guarantee asks."""
STARTS = 3
"""Thresholds that the allowance is dealt out to: those with 2, 4 and 8 times the fewest possible turns above."""


def thresholds(policy: Policy, calibration: Calibration) -> dict[str, float | None]:
    """The lowest confidence at which each tier may answer."""
    return {tier.name: _threshold(tier, policy, calibration) for tier in policy.tiers}


def _threshold(tier: Tier, policy: Policy, calibration: Calibration) -> float | None:
    if not tier.answers or tier.promise is None:
        return None
    turns = [
        (confidence, right)
        for confidence, right, intent in zip(
            calibration.confidence, calibration.right, calibration.intent, strict=True
        )
        if policy.tier_of(intent) == tier
    ]
    return lowest_safe(turns, tier.promise, 1 - policy.certainty)


def lowest_safe(turns: Sequence[tuple[float, bool]], promise: float, error: float) -> float | None:
    """`error` is the chance (0 to 1) that we allow ourselves of a threshold that breaks the promise.

    The allowance is dealt out evenly to a few thresholds, picked by how many turns lie above them and not by who
    was right. A threshold that passes its test hands its allowance on to the next lower one; one that fails
    loses it (the fallback procedure of Wiens, 2003). So one unlucky turn at the top does not end the search.
    """
    dealt = _dealt(sorted((confidence for confidence, _ in turns), reverse=True), turns_needed(promise, error))
    allowance, safe = 0.0, None
    for threshold in GRID:
        allowance += error * dealt.get(threshold, 0.0)
        answered = [right for confidence, right in turns if confidence >= threshold]
        wrong = len(answered) - sum(answered)
        if allowance > 0 and _binomial_tail(wrong, len(answered), 1 - promise) <= allowance:
            safe = threshold
        else:
            allowance = 0.0
    return safe


def _dealt(confidences: Sequence[float], enough: int) -> dict[float, float]:
    """Each starting threshold's share of the allowance."""
    starts = set()
    for count in (enough * 2**step for step in range(1, STARTS + 1)):
        if count <= len(confidences):
            starts.add(next((step for step in GRID if step <= confidences[count - 1]), GRID[-1]))
    if not starts and len(confidences) >= enough:
        starts.add(next((step for step in GRID if step <= confidences[-1]), GRID[-1]))
    return {start: 1 / len(starts) for start in starts}


def turns_needed(promise: float, error: float) -> int:
    """The fewest answered turns, all of them right, that can support the promise."""
    return math.ceil(math.log(error) / math.log(promise))


def _binomial_tail(wrong: int, count: int, share: float) -> float:
    """The chance of at most `wrong` wrong answers in `count` if each is wrong with chance `share`."""
    term = (1 - share) ** count
    total = term
    for k in range(1, wrong + 1):
        term *= (count - k + 1) / k * share / (1 - share)
        total += term
    return min(1.0, total)
