"""When the customer is asked what they meant, and between which intents.

A set with a guarantee: adaptive prediction sets (Romano, Sesia and Candès, 2020, arXiv:2006.02544), held between two
and three intents (the strictest regularisation of Angelopoulos et al., 2021, arXiv:2009.14193), with split
conformal's finite-sample quantile. A turn's set is its first guesses until their mass reaches a cut; the cut is such
that of the turns that may be asked about, at least the share `clarify` is not asked in vain.

For these turns, not for all: whether a turn may be asked about depends on the turn alone (the thresholds taken as
given), and the quantile is taken over those held-out turns that may. Turns out of scope are among them and count as
missed, each for as much of a turn as traffic holds (weights: Podkopaev and Ramdas, 2021, arXiv:2103.03323). Where the
model believes itself more than is true, no cut does, and nobody is asked. The guarantee is an average over
calibration draws, weaker than a tier's promise: a question in vain costs one click, and then a person comes.

Of held-out turns only the plausible guesses are kept. Live, `caution` adds up the others too, and so sends a few
turns to a person that the quantile counts among those asked about.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

from labeling.policy import Policy
from labeling.promise import Calibration, Contested, Thresholds
from labeling.ranking import Guess, Ranking, plausible

FEWEST, MOST = 2, 3
"""Options in a question: one is no question, and four are a menu."""


def find_cut(policy: Policy, thresholds: Thresholds, calibration: Calibration) -> float | None:
    """The mass (0 to 1) at which a set is large enough. None: nobody is asked, or no set keeps the level."""
    if policy.clarify is None:
        return None
    asked = [turn for turn in calibration.contested if _candidates(turn.ranking, policy, thresholds)]
    quantile = _quantile([(_score(turn), turn.weight) for turn in asked], policy.clarify)
    # Never below the level itself: where two guesses fall short of it, the third is offered too.
    return max(policy.clarify, quantile) if quantile < math.inf else None


def options(ranking: Ranking, policy: Policy, thresholds: Thresholds, cut: float | None) -> tuple[str, ...]:
    """The intents to choose from, most probable first; none where a question would not settle it."""
    if cut is None:
        return ()
    candidates = _candidates(ranking, policy, thresholds)
    few = candidates[:FEWEST]
    chosen = candidates if _mass(few, ranking) <= cut else few
    return tuple(guess.intent for guess in chosen)


def _candidates(ranking: Ranking, policy: Policy, thresholds: Thresholds) -> tuple[Guess, ...]:
    """What could be offered; nothing where one is in a tier that does not answer, or they do not reach the level."""
    some = plausible(ranking.guesses)[:MOST]
    least = [_least(guess, policy, thresholds) for guess in some]
    if len(some) < FEWEST or policy.clarify is None or any(one is None for one in least):
        return ()
    unsure = least[0] is not None and ranking.confidence < least[0]
    settles = _mass(some, ranking) >= policy.clarify
    return some if unsure and settles and policy.risk(ranking.guesses) < policy.caution else ()


def _least(guess: Guess, policy: Policy, thresholds: Thresholds) -> float | None:
    tier = policy.tier_of(guess.intent)
    return thresholds.get(tier.name) if tier is not None else None


def _mass(guesses: Iterable[Guess], ranking: Ranking) -> float:
    """P(one of these is wanted), by the model's own account."""
    return ranking.in_scope * sum(guess.probability for guess in guesses)


def _score(turn: Contested) -> float:
    """The cut from which on the turn's set holds what was wanted."""
    intents = [guess.intent for guess in turn.ranking.guesses[:MOST]]
    if turn.truth is None or turn.truth not in intents:
        return math.inf
    return 0.0 if turn.truth in intents[:FEWEST] else _mass(turn.ranking.guesses[:FEWEST], turn.ranking)


def _quantile(scores: list[tuple[float, float]], level: float) -> float:
    """Weighted, with the turn to come counted among the worst; infinite where there are too few."""
    needed = level * (sum(weight for _, weight in scores) + 1) - 1e-9
    counted = 0.0
    for score, weight in sorted(scores):
        counted += weight
        if counted >= needed:
            return score
    return math.inf
