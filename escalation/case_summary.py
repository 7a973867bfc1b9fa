"""What a closed case was about, for the record: taken from the rows, with nothing made up. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from escalation.store.case import Case
from escalation.store.message import Message, Speaker
from escalation.store.rating import Rating
from labeling.labels import TurnState
from labeling.store.turn import Turn, ranking_of


@dataclass(frozen=True)
class Wish:
    """What the customer wanted, and who says so."""

    intents: tuple[str, ...]
    """Empty: not a request, or nobody knows."""
    source: str
    """trainer, agents, bot (its best guess only), disputed or nobody."""


@dataclass(frozen=True)
class Summary:
    """Seconds are whole ones since the case was opened; None where it did not happen."""

    question: str
    wish: Wish
    people: tuple[str, ...]
    """Who spoke to the customer, in the order in which they first did."""
    answered_after: int | None
    closed_after: int | None
    from_customer: int
    from_people: int
    outcome: str
    stars: int | None
    comment: str


def summarize(
    case: Case, turn: Turn | None, state: TurnState | None, exchange: Sequence[Message], rating: Rating | None
) -> Summary:
    """`exchange` is what was said while the case was open, in order."""
    agents = [one for one in exchange if one.speaker == Speaker.AGENT.value and not one.deleted]
    first = agents[0].created_at if agents else None
    return Summary(
        question=turn.text if turn else "",
        wish=wish_of(turn, state),
        people=tuple(dict.fromkeys(one.author for one in agents if one.author)),
        answered_after=_seconds(case.opened_at, first),
        closed_after=_seconds(case.opened_at, case.closed_at),
        from_customer=sum(one.speaker == Speaker.CUSTOMER.value for one in exchange),
        from_people=len(agents),
        outcome=case.outcome or "",
        stars=rating.stars if rating else None,
        comment=rating.comment if rating else "",
    )


def wish_of(turn: Turn | None, state: TurnState | None) -> Wish:
    if state is not None and state.is_labelled:
        return Wish(_both(state.label, state.second_label), "trainer")
    if state is not None and state.people_disagree:
        return Wish((), "disputed")
    if state is not None and state.agreed is not None:
        return Wish(_both(state.agreed.intent, state.agreed.second), "agents")
    best = ranking_of(turn).best if turn else None
    return Wish((best,), "bot") if best else Wish((), "nobody")


def _both(*intents: str | None) -> tuple[str, ...]:
    return tuple(intent for intent in intents if intent)


def _seconds(start: datetime, end: datetime | None) -> int | None:
    return max(0, int((end - start).total_seconds())) if end is not None else None
