"""What waits for the team, what one person has, and what was done today, read in few questions however much it is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from sqlalchemy import func
from sqlmodel import Session, col, select

from escalation.store.case import Case, CaseState
from escalation.store.conversation import Conversation
from labeling.store.correction import Correction, CorrectionKind
from labeling.store.turn import Turn


@dataclass(frozen=True)
class Entry:
    """One case in a list."""

    case_id: int
    tier: str | None
    customer_name: str
    channel: str
    text: str
    """What the customer wanted, or why a person was called."""
    since: datetime
    """Since when the customer waits; in a case where nobody waits, since when it is open."""
    waits: bool
    contact: str
    slack_channel: str | None
    slack_ts: str | None


@dataclass(frozen=True)
class Numbers:
    open: int
    """Cases that nobody has."""
    claimed: int
    first_response: timedelta | None
    """The median of those given today; None where there was none."""
    closed_today: int
    labels_today: int


@dataclass(frozen=True)
class Team:
    """The same for everybody."""

    queue: tuple[Entry, ...]
    """Cases that nobody has: the strictest tier first, and in it who has waited longest."""
    numbers: Numbers


@dataclass(frozen=True)
class Labelled:
    """What a person said today of one turn, as it stands."""

    text: str
    correction: Correction

    @property
    def turn_id(self) -> int:
        return self.correction.turn_id


@dataclass(frozen=True)
class Mine:
    cases: tuple[Entry, ...]
    """Those whose customer waits come first, who has waited longest at the top."""
    labels: tuple[Labelled, ...]
    """Newest first."""


def read_team(session: Session, day_start: datetime, tiers: Sequence[str]) -> Team:
    """`tiers` are in order, the strictest first; `day_start` is when today began (UTC)."""
    places = {tier: place for place, tier in enumerate(tiers)}
    waiting = _entries(session, Case.state == CaseState.OPEN.value)
    queue = sorted(waiting, key=lambda one: (places.get(one.tier or "", len(places)), one.since, one.case_id))
    return Team(tuple(queue), _numbers(session, day_start, len(queue)))


def read_mine(session: Session, person_id: str, day_start: datetime) -> Mine:
    cases = _entries(session, Case.state == CaseState.CLAIMED.value, Case.owner_id == person_id)
    said = [one for one in _said_since(session, day_start, person_id) if one.person_id == person_id]
    texts: Any = select(Turn.id, Turn.text).where(col(Turn.id).in_([one.turn_id for one in said]))
    found = dict(session.exec(texts).all())
    return Mine(
        cases=tuple(sorted(cases, key=lambda one: (not one.waits, one.since, one.case_id))),
        labels=tuple(Labelled(found.get(one.turn_id, ""), one) for one in reversed(said)),
    )


def _entries(session: Session, *which: Any) -> list[Entry]:
    rows: Any = (
        select(Case, Conversation.customer_name, Conversation.channel, Turn.text)  # type: ignore[call-overload]
        .join(Conversation, col(Conversation.id) == col(Case.conversation_id))
        .outerjoin(Turn, col(Turn.id) == col(Case.turn_id))
        .where(*which)
    )
    return [_entry(*row) for row in session.exec(rows)]


def _entry(case: Case, name: str, channel: str, text: str | None) -> Entry:
    assert case.id is not None
    return Entry(
        case_id=case.id,
        tier=case.tier,
        customer_name=name,
        channel=channel,
        text=text or case.reason,
        since=case.waits_since or case.opened_at,
        waits=case.waits_since is not None,
        contact=case.contact,
        slack_channel=case.slack_channel,
        slack_ts=case.slack_ts,
    )


def _numbers(session: Session, day_start: datetime, waiting: int) -> Numbers:
    answered = select(Case.opened_at, Case.answered_at).where(col(Case.answered_at) >= day_start)
    waits = [(answer - opened).total_seconds() for opened, answer in session.exec(answered) if answer is not None]
    return Numbers(
        open=waiting,
        claimed=_count(session, Case.state == CaseState.CLAIMED.value),
        first_response=timedelta(seconds=median(waits)) if waits else None,
        closed_today=_count(session, col(Case.closed_at) >= day_start),
        labels_today=len(_said_since(session, day_start)),
    )


def _count(session: Session, which: Any) -> int:
    rows: Any = select(func.count(col(Case.id))).where(which)  # type: ignore[call-overload]  # no aggregates there
    return int(session.exec(rows).one())


def _said_since(session: Session, since: datetime, person_id: str | None = None) -> list[Correction]:
    """Each person's last word on each turn, without what was taken back."""
    rows = select(Correction).where(Correction.created_at >= since).order_by(col(Correction.id))
    if person_id is not None:
        rows = rows.where(Correction.person_id == person_id)
    return _standing(session.exec(rows))


def _standing(corrections: Iterable[Correction]) -> list[Correction]:
    last: dict[tuple[int, str], Correction] = {}
    for one in corrections:
        last.pop((one.turn_id, one.person_id), None)  # a new word moves to the end
        last[one.turn_id, one.person_id] = one
    return [one for one in last.values() if one.kind != CorrectionKind.WITHDRAWN.value]
