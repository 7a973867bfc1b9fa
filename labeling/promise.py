"""Thresholds that keep a tier's promise, derived from calibration turns and never typed in.

Learn then test (Angelopoulos, Bates, Candès, Jordan and Lei, 2021, arXiv:2110.01052): each threshold on a fixed
grid is a hypothesis "of the turns answered above it, fewer than promised are right". They are tested one after
the other by an exact binomial test, in an order fixed beforehand, until one cannot be rejected. So with the
policy's certainty, whatever the model, the threshold found keeps the promise on fresh turns that come as the
calibration turns did.

Turns out of scope are many in calibration and few in traffic, so each counts for a part of a turn. Drawing as many
as are declared would leave the threshold to the draw's luck: one example more moved it from 0.90 to 0.996.

Nor are they turns each by itself: they come by topics, and which topics customers bring is luck too. Some resemble
what was taught so much that the bot is sure of them nearly always. So more of them are reckoned with: beside the
calibration turns' own luck, which the binomial test allows for, the difference that another draw of topics makes at
most, at the policy's certainty: Student's prediction bound, with topics as its units, which is exact for counts that
are normal. Where only few topics could be tried, their spread is not known either: then one more is reckoned with, of
which every turn is answered, and wrongly (as in conformal risk control, arXiv:2208.02814).
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from statistics import NormalDist

from labeling.policy import Policy, Tier
from labeling.ranking import Ranking

KNOWN = -1
"""Stands for a topic where a turn is about something that an intent covers."""
TOPICS = 10
"""So many topics that nothing covers are customers taken to bring: the fewer there are, the more each one weighs."""


@dataclass(frozen=True)
class Contested:
    """A turn that the model had not seen in training, with several plausible guesses, and what was wanted."""

    ranking: Ranking
    """Of the guesses only the plausible ones."""
    truth: str | None
    """None: something that no intent covered."""
    weight: float


@dataclass(frozen=True)
class Calibration:
    """Turns that the model had not seen in training: how sure it was of its first guess, and whether rightly."""

    confidence: tuple[float, ...]
    right: tuple[bool, ...]
    intent: tuple[str, ...]
    """The first guess, not the true intent: a tier answers for what the bot would have said."""
    weight: tuple[float, ...] = ()
    """For how much of a turn (0 to 1) each one counts; empty: each for one."""
    topic: tuple[int, ...] = ()
    """What each one out of scope was about, by number, and KNOWN for those in scope; empty in older artefacts."""
    contested: tuple[Contested, ...] = ()
    """Those of the turns that a question might have settled."""
    out_of_scope: float = 0.0
    """The declared share (0 to 1) of traffic that is about what no intent covers; 0 in older artefacts."""

    def __post_init__(self) -> None:
        if any(part and len(part) != len(self.confidence) for part in (self.weight, self.topic)):
            raise ValueError("weights or topics belong to other turns")


@dataclass(frozen=True)
class Turn:
    """How sure the model was, whether rightly, for how much of a turn this one counts, and what it was about."""

    confidence: float
    right: bool
    weight: float = 1.0
    topic: int = KNOWN


Thresholds = Mapping[str, float | None]
"""By tier. None: the calibration turns cannot support the promise yet, or the tier never answers."""

GRID = tuple(1 / (1 + math.exp(-step / 10)) for step in range(70, -1, -1))
"""From 0.999 down to 0.5, even in log-odds; fixed, as the test's guarantee asks. Lower it never goes: a bot does
not say what it believes to be more likely wrong than right, even where the promise would bear it."""
STARTS = {0.2: 0.1, 0.5: 0.9}
"""Where the allowance is dealt out: at the thresholds with these shares of the turns above them, and how much of
it. The half is where most tiers stand firm: dealt out more evenly, one turn decides whether a tier answers at all."""


def thresholds(policy: Policy, calibration: Calibration) -> dict[str, float | None]:
    """The lowest confidence at which each tier may answer."""
    return {tier.name: _threshold(tier, policy, calibration) for tier in policy.tiers}


def _threshold(tier: Tier, policy: Policy, calibration: Calibration) -> float | None:
    if not tier.answers or tier.promise is None:
        return None
    size = len(calibration.confidence)
    weights, topics = calibration.weight or (1.0,) * size, calibration.topic or (KNOWN,) * size
    turns = [
        Turn(confidence, right, weight, topic)
        for confidence, right, intent, weight, topic in zip(
            calibration.confidence, calibration.right, calibration.intent, weights, topics, strict=True
        )
        if policy.tier_of(intent) == tier
    ]
    tried = len({*topics} - {KNOWN})
    known = sum(turn.weight for turn in turns if turn.topic == KNOWN)
    share = calibration.out_of_scope
    blind = known * share / (1 - share) / (tried + 1) if tried < TOPICS else 0.0
    return lowest_safe(turns, tier.promise, 1 - policy.certainty, tried, blind)


def lowest_safe(
    turns: Sequence[Turn], promise: float, error: float, topics: int = 0, blind: float = 0.0
) -> float | None:
    """`error` is the chance (0 to 1) that we allow ourselves of a threshold that breaks the promise. `topics` is how
    many of those that nothing covers were tried in all, also where none of these turns is about them. `blind` is how
    many more turns are reckoned with as answered wrongly, however sure a bot must be.

    The allowance is dealt out to a few thresholds, picked by how many turns lie above them and not by who
    was right. A threshold that passes its test hands its allowance on to the next lower one; one that fails
    loses it (the fallback procedure of Wiens, 2003). So one unlucky turn at the top does not end the search.
    """
    ordered = sorted(turns, key=lambda turn: -turn.confidence)
    above = [bisect_right(ordered, -threshold, key=lambda turn: -turn.confidence) for threshold in GRID]
    wrong = _sums([0.0 if turn.right else turn.weight for turn in ordered], above)
    answered = _sums([turn.weight for turn in ordered], above)
    spread = _spread_of_topics(ordered, above, topics)
    more = [blind + luck for luck in _luck_of_topics(wrong, answered, spread, error, topics)]
    dealt = _dealt(answered)
    allowance, safe = 0.0, None
    for step, threshold in enumerate(GRID):
        allowance += error * dealt.get(step, 0.0)
        reckoned = wrong[step] + more[step], answered[step] + more[step]
        if allowance > 0 and _tail(*reckoned, 1 - promise) <= allowance:
            safe = threshold
        else:
            allowance = 0.0
    return safe


def _sums(weights: Sequence[float], counts: Sequence[int]) -> list[float]:
    """What the first so many weights come to."""
    running = [0.0, *accumulate(weights)]
    return [running[count] for count in counts]


def _spread_of_topics(ordered: Sequence[Turn], above: Sequence[int], topics: int) -> list[float]:
    """Above each threshold: the variance of how many more turns out of scope TOPICS other topics have than these."""
    if topics < 2:
        return [0.0] * len(above)
    found: dict[int, float] = {}
    spread, done = [], 0
    for count in above:
        for turn in ordered[done:count]:
            if turn.topic != KNOWN:
                found[turn.topic] = found.get(turn.topic, 0.0) + turn.weight
        done = max(done, count)
        mean = sum(found.values()) / topics
        squares = sum((one - mean) ** 2 for one in found.values()) + (topics - len(found)) * mean**2
        spread.append(topics**2 * squares / (topics - 1) * (1 / topics + 1 / TOPICS))
    return spread


def _luck_of_topics(
    wrong: Sequence[float], answered: Sequence[float], spread: Sequence[float], error: float, topics: int
) -> list[float]:
    """Above each threshold: so many more wrong answers than the binomial test allows for may other topics bring."""
    if topics < 2:
        return [0.0] * len(spread)
    from scipy.special import stdtrit

    of_turns, of_topics = NormalDist().inv_cdf(1 - error), float(stdtrit(topics - 1, 1 - error))
    own = [
        of_turns**2 * bad * (1 - bad / count) if count else 0.0 for bad, count in zip(wrong, answered, strict=True)
    ]
    return [math.sqrt(mine + of_topics**2 * more) - math.sqrt(mine) for mine, more in zip(own, spread, strict=True)]


def _dealt(answered: Sequence[float]) -> dict[int, float]:
    """Which steps of the grid get a share of the allowance, and how much; `answered` counts the turns above each.

    The promise has no say in it, so that a stricter promise can never end at a lower threshold.
    """
    dealt: dict[int, float] = {}
    for share, part in STARTS.items():
        step = next(step for step, count in enumerate(answered) if count >= share * answered[-1])
        dealt[step] = dealt.get(step, 0.0) + part
    return dealt


def _tail(wrong: float, answered: float, share: float) -> float:
    """The binomial test where turns count in parts.

    Parts vary less than whole turns of the same expected number (Hoeffding, 1956), and where the number of wrong
    ones lies between two whole ones, the straight line lies above the curve: both err on the safe side.
    """
    count, whole = int(answered + 1e-9), int(wrong + 1e-9)
    part = max(0.0, wrong - whole)
    low = binomial_tail(whole, count, share)
    return low if part < 1e-9 else (1 - part) * low + part * binomial_tail(min(whole + 1, count), count, share)


def binomial_tail(most: int, count: int, share: float) -> float:
    """The chance that at most so many of `count` happen, if each does with chance `share` (above 0, below 1)."""
    log_term = count * math.log1p(-share)
    total = math.exp(log_term)
    for k in range(1, most + 1):
        log_term += math.log((count - k + 1) / k * share / (1 - share))
        total += math.exp(log_term)
    return min(1.0, total)
