"""Where each promise stands in production now, for pages and commands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from labeling.alarms import rights_since
from labeling.auditing import drawn_answers
from labeling.policy import Policy, Tier
from labeling.production import Estimate, Week, by_weeks, estimate, evidence, more_needed, within
from labeling.store.alarm import Alarm, last_alarm
from labeling.store.audit import count_waiting

WEEKS = 12


@dataclass(frozen=True)
class Kept:
    """One tier's promise, and what audits say of it."""

    tier: Tier
    estimate: Estimate
    """Of the answers of the last four weeks."""
    asked: Estimate
    """Of those among which the customer chose what they meant: no threshold lets them through, so nothing is promised
    of them."""
    weeks: tuple[Week, ...]
    evidence: float
    """What the bet against the promise is worth at its best; the alarm rings at 20."""
    alarm: Alarm | None
    """The one that stands."""

    @property
    def verdict(self) -> str:
        """broken, kept, below, unaudited, or unknown."""
        promise = self.tier.promise or 1.0
        if self.alarm is not None:
            return "broken"
        if not self.estimate.audits and not self.tier.audit:
            return "unaudited"
        if self.estimate.low >= promise:
            return "kept"
        return "below" if self.estimate.high < promise else "unknown"

    @property
    def sentence(self) -> str:
        """The verdict for people, and what follows from it."""
        if self.verdict == "broken":
            return "Broken: people answer in this tier until a trainer ends the alarm."
        if self.verdict == "unaudited":
            return f"Nobody looks: give {self.tier.name} an audit such as 3% in config.yml."
        if self.verdict == "kept":
            return "Kept."
        if self.verdict == "below":
            return "Below the promise in these weeks; the alarm rings when that can be no chance."
        more = more_needed(self.estimate, self.tier.promise or 1.0)
        return f"Cannot say yet: {more} more audits are needed at least, if all are right."


@dataclass(frozen=True)
class Production:
    """`overall` is of all tiers together, each answer weighed by the inverse of its chance of being drawn."""

    tiers: tuple[Kept, ...]
    overall: Estimate
    waiting: int
    """Drawn answers that wait for an auditor."""

    @property
    def left_out(self) -> tuple[str, ...]:
        """Tiers for which nothing speaks in `overall`: nobody has looked at any of their answers."""
        return tuple(kept.tier.name for kept in self.tiers if not kept.estimate.audits)


def production(session: Session, policy: Policy, at: datetime) -> Production:
    drawn = drawn_answers(session)
    kept = []
    for tier in policy.tiers:
        if tier.promise is None:
            continue
        mine = [one for one in drawn if one.chosen is None and one.tier == tier.name]
        asked = [one for one in drawn if one.chosen is not None and policy.tier_of(one.chosen) == tier]
        last = last_alarm(session, tier.name)
        kept.append(
            Kept(
                tier,
                estimate(within(mine, at)),
                estimate(within(asked, at)),
                by_weeks(mine, at, WEEKS),
                evidence(rights_since(last, tier.promise, mine), tier.promise),
                last if last is not None and last.ended_at is None else None,
            )
        )
    return Production(tuple(kept), estimate(within(drawn, at)), count_waiting(session))
