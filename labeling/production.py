"""How good the bot's answers are in production, from audited ones alone. Pure: no rows, no clock.

Corrections come from unsure turns, so they say nothing of the sure ones. Audited answers are drawn at random with a
known chance, and so they speak for all of them: each counts for the inverse of its chance (Horvitz and Thompson,
1952; as a ratio, Hájek, 1971). Where people have not looked at all that were drawn, those of the same tier and chance
that they did look at stand for the rest (a weighting class adjustment, Oh and Scheuren, 1983).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from scipy.special import betaincinv

CONFIDENCE = 0.95
"""Of intervals: so many of them hold the truth."""
FALSE_ALARMS = 0.05
"""The chance that a tier which keeps its promise ever rings an alarm, however often it is looked at."""
WINDOW = timedelta(days=28)
"""Estimates are of the answers given in so long a time."""
MOST_NEEDED = 100_000
FALLS = (1.5, 2.0, 3.0, 5.0, 8.0)
"""The bets: that so many times as many answers are wrong as are allowed."""


@dataclass(frozen=True)
class Drawn:
    """One of the bot's answers that was drawn for an audit."""

    turn_id: int
    tier: str
    rate: float
    """The chance (above 0, to 1) with which it was drawn."""
    answered_at: datetime
    right: bool | None = None
    """Whether the bot had understood it. None: nobody has looked yet."""
    looked_at: datetime | None = None
    promise: float | None = None
    """What its tier promised when it was given."""
    chosen: str | None = None
    """The intent that the customer chose when the bot asked, and that was answered; None: the first guess was."""


@dataclass(frozen=True)
class Estimate:
    """The share of right answers among all that the bot gave; None where nobody has looked at any."""

    audits: int
    """So many were looked at."""
    right: int
    waiting: int
    """Drawn, and nobody has looked yet."""
    share: float | None
    low: float
    high: float
    """`low` to `high` hold the true share with CONFIDENCE."""


def estimate(drawn: Iterable[Drawn]) -> Estimate:
    """Of one tier or of several together.

    The interval is Clopper and Pearson's (1934), on the size of a plain sample that would be worth as much (Kish,
    1965) where answers weigh differently, as Korn and Graubard (1998) do for surveys; with equal weights the two are
    the same.
    """
    drawn = list(drawn)
    looked = [one for one in drawn if one.right is not None]
    of_class, seen_of_class = Counter(map(_class, drawn)), Counter(map(_class, looked))
    weights = [of_class[_class(one)] / seen_of_class[_class(one)] / one.rate for one in looked]
    total = sum(weights)
    right = sum(one.right is True for one in looked)
    waiting = len(drawn) - len(looked)
    if not looked:
        return Estimate(0, 0, waiting, None, 0.0, 1.0)
    share = sum(weight for one, weight in zip(looked, weights, strict=True) if one.right) / total
    worth = total**2 / sum(weight**2 for weight in weights)
    low, high = interval(share * worth, worth)
    return Estimate(len(looked), right, waiting, share, low, high)


def _class(one: Drawn) -> tuple[str, float, bool]:
    return one.tier, one.rate, one.chosen is None


def interval(right: float, count: float) -> tuple[float, float]:
    """Clopper and Pearson's interval, for counts that need not be whole."""
    wrong, tail = max(0.0, count - right), (1 - CONFIDENCE) / 2
    low = 0.0 if right < 1e-9 else float(betaincinv(right, wrong + 1, tail))
    high = 1.0 if wrong < 1e-9 else float(betaincinv(right + 1, wrong, 1 - tail))
    return low, high


def more_needed(seen: Estimate, promise: float) -> int:
    """The fewest further audits, all of them right, after which the whole interval lies at the promise or above."""

    def is_enough(more: int) -> bool:
        return interval(seen.right + more, seen.audits + more)[0] >= promise

    low, high = 0, 1
    while not is_enough(high) and high < MOST_NEEDED:
        low, high = high, high * 2
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if is_enough(middle) else (middle + 1, high)
    return low


@dataclass(frozen=True)
class Week:
    """What the audits of the answers given in WINDOW before `end` say."""

    end: datetime
    estimate: Estimate


def by_weeks(drawn: Sequence[Drawn], until: datetime, weeks: int) -> tuple[Week, ...]:
    """Oldest first. Each looks back over WINDOW, so neighbours share answers; those without an audit are left out."""
    ends = [until - timedelta(weeks=back) for back in reversed(range(weeks))]
    looks = [Week(end, estimate(within(drawn, end))) for end in ends]
    return tuple(week for week in looks if week.estimate.audits)


def within(drawn: Iterable[Drawn], end: datetime) -> list[Drawn]:
    """Those given in WINDOW up to `end`."""
    return [one for one in drawn if end - WINDOW < one.answered_at <= end]


def evidence(rights: Iterable[bool], promise: float) -> float:
    """What a bet of 1 against the promise has become at its best; the audits come in the order of the looks.

    Betting (Waudby-Smith and Ramdas, 2023, arXiv:2010.09686): while the promise is kept every bet loses on average,
    so that the stake ever reaches 1 / FALSE_ALARMS with at most that chance (Ville, 1939). People may look after each
    audit and stop when they like.
    """
    return max(stakes(rights, promise))


def stakes(rights: Iterable[bool], promise: float) -> list[float]:
    """The stake before the first audit and after each.

    It is spread over how far the share of right answers fell (FALLS), and over when: some is kept back and bet anew
    at every audit (Shin, Ramdas and Rinaldo, 2022, arXiv:2203.03532), or what a long good time costs would have to
    be won back before a fall is seen.
    """
    wrong = sorted({min(0.99, (1 - promise) * fall) for fall in FALLS})
    gains = {True: [(1 - share) / promise for share in wrong], False: [share / (1 - promise) for share in wrong]}
    bets, kept, worth = [0.0] * len(wrong), 1.0, [1.0]
    for number, is_right in enumerate(rights, start=1):
        left = 1 / math.log2(number + 2)
        new, kept = (kept - left) / len(wrong), left
        bets = [(bet + new) * gain for bet, gain in zip(bets, gains[bool(is_right)], strict=True)]
        worth.append(kept + sum(bets))
    return worth


def is_broken(worth: float) -> bool:
    """Whether evidence of this worth rings the alarm."""
    return worth >= 1 / FALSE_ALARMS
