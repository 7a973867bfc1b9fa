"""What trainers look at: corrected turns that wait for a decision, and those that have one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any

from sqlalchemy import func, or_
from sqlmodel import Session, col, select

from labeling.labels import TurnState, in_chunks, state_of
from labeling.ranking import Ranking
from labeling.store.audit import unseen
from labeling.store.correction import Correction
from labeling.store.review import Decision, Review
from labeling.store.turn import Turn

SURE = 0.8
"""A wrong guess above this confidence is worth a look before all others."""


class Order(str, Enum):
    """Which waiting turn comes first."""

    VALUE = "value"
    """What teaches the model most: disagreement, then confident mistakes, then the rest."""
    OLDEST = "oldest"
    NEWEST = "newest"


DELETED = "(deleted by the customer)"
"""Stands for the words of a turn that are gone. Such a turn teaches nothing, whatever is said of it."""


@dataclass(frozen=True)
class Wanted:
    """Which turns to list. Empty means any."""

    tier: str = ""
    intent: str = ""
    """What people said, or what the trainer decided."""
    words: str = ""
    order: Order = Order.VALUE

    @property
    def is_anything(self) -> bool:
        return not (self.tier or self.intent or self.words)


@dataclass(frozen=True)
class Item:
    """One turn as a trainer sees it."""

    turn_id: int
    text: str
    stored_ranking: dict[str, Any] = field(repr=False)
    confidence: float
    tier: str | None
    route: str
    reason: str
    audit: bool
    created_at: datetime
    state: TurnState

    @property
    def ranking(self) -> Ranking:
        return Ranking.from_json(self.stored_ranking)

    @property
    def best(self) -> str | None:
        """The first guess, without reading the whole ranking: queues are long."""
        guesses = self.stored_ranking["guesses"]
        return str(guesses[0][0]) if guesses else None

    @property
    def answers(self) -> tuple[str | None, ...]:
        """The different intents that people named, in the order in which they were first named."""
        named = [(one.intent,) if one.second is None else (one.intent, one.second) for one in self.state.answers]
        return tuple(dict.fromkeys(intent for intents in named for intent in intents))

    @property
    def model_agrees(self) -> bool:
        return self.answers == (self.best,)

    @property
    def why(self) -> str:
        """Why this turn is worth a trainer's time, in one sentence."""
        if self.state.reopened:
            return "Somebody has said something else since this was decided."
        if self.state.customers_word_alone:
            return "The customer chose this when the bot asked; nobody from the team has looked yet."
        if self.state.people_disagree:
            return "People disagree: which is it?"
        if self.state.nobody_can_tell:
            return "An agent could not tell: a second opinion is needed."
        if self.state.agreed and self.state.agreed.second:
            return "Two requests in one: kept, but no single intent is learned from it."
        if self.state.agreed and self.state.agreed.is_new:
            return "Nothing covers this yet: a new intent is proposed."
        if self.state.agreed and self.state.agreed.intent is None:
            return "Not a request: nothing to learn an intent from."
        if self.model_agrees:
            return "The guess was right; this teaches the model to be surer of it."
        if self.confidence >= SURE:
            return "The model was sure, and wrong."
        return "The model guessed wrong."

    @property
    def value(self) -> float:
        """How much a decision teaches; higher is more."""
        if self.state.people_disagree or self.state.reopened:
            return 3.0
        if self.state.customers_word_alone:
            return -1.0  # weaker evidence than any agent's
        if self.state.nobody_can_tell:
            return 2.0
        if self.model_agrees:
            return 1.0 - self.confidence
        return 1.0 + self.confidence


@dataclass(frozen=True)
class Page:
    """One page of items."""

    items: tuple[Item, ...]
    total: int
    number: int = 1
    size: int = 25
    tiers: tuple[str, ...] = field(default=())
    """Those that occur among all the items, whatever was asked for."""

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // self.size))


def waiting(session: Session, wanted: Wanted | None = None, number: int = 1, size: int = 25) -> Page:
    """Corrected turns that wait for a decision."""
    wanted = wanted or Wanted()
    items = _items(session, waiting_states(session))
    if wanted.order is Order.VALUE:
        items.sort(key=lambda item: (-item.value, item.created_at, item.turn_id))
    else:
        items.sort(key=lambda item: item.turn_id, reverse=wanted.order is Order.NEWEST)
    return _page(items, wanted, number, size)


def decided(session: Session, wanted: Wanted | None = None, number: int = 1, size: int = 25) -> Page:
    """Turns whose decision counts, newest decision first."""
    newest: Any = func.max(Review.id)
    rows = session.exec(select(Review.turn_id).group_by(Review.turn_id).order_by(newest.desc()))
    counted = {turn_id: one for turn_id, one in states_of(session, list(rows)).items() if one.review is not None}
    if wanted is None or wanted.is_anything:
        # The history grows for ever: only the turns of this page are read.
        number = _within(number, len(counted), size)
        some = dict(list(counted.items())[(number - 1) * size : number * size])
        return Page(tuple(_items(session, some)), len(counted), number, size, _tiers(session))
    return _page(_items(session, counted), wanted, number, size)


def item(session: Session, turn_id: int) -> Item | None:
    """One turn, whatever stands about it; None if there is none."""
    found = _items(session, states_of(session, [turn_id]))
    return found[0] if found else None


def waiting_states(session: Session) -> dict[int, TurnState]:
    """By turn, oldest turn first. Its cost grows with the backlog, not with the history."""
    newest: Any = func.max(Review.id)
    last = select(Review.turn_id, newest.label("review_id")).group_by(Review.turn_id).subquery()
    # Undone, or followed by another word: those may wait again, and `state_of` knows.
    rows = (
        select(Correction.turn_id)
        .outerjoin(last, last.c.turn_id == col(Correction.turn_id))
        .outerjoin(Review, col(Review.id) == last.c.review_id)
        .where(
            or_(
                col(Review.id).is_(None),
                col(Review.decision) == Decision.UNDONE.value,
                col(Correction.created_at) > col(Review.created_at),
            )
        )
        .where(col(Correction.turn_id).not_in(unseen()))  # an audit is blind: nobody's word may be seen before
        .distinct()
    )
    return {turn_id: one for turn_id, one in states_of(session, sorted(session.exec(rows))).items() if one.waits}


def states_of(session: Session, turn_ids: Sequence[int]) -> dict[int, TurnState]:
    """What stands about these turns, in their order."""
    said: dict[int, list[Correction]] = {}
    decided_: dict[int, list[Review]] = {}
    for some in in_chunks(turn_ids):
        corrections = select(Correction).where(col(Correction.turn_id).in_(some)).order_by(col(Correction.id))
        for correction in session.exec(corrections):
            said.setdefault(correction.turn_id, []).append(correction)
        reviews = select(Review).where(col(Review.turn_id).in_(some)).order_by(col(Review.id))
        for review in session.exec(reviews):
            decided_.setdefault(review.turn_id, []).append(review)
    return {turn_id: state_of(said.get(turn_id, []), decided_.get(turn_id, [])) for turn_id in turn_ids}


def _items(session: Session, states: dict[int, TurnState]) -> list[Item]:
    turns: dict[int, Turn] = {}
    for some in in_chunks(list(states)):
        turns.update((turn.id or 0, turn) for turn in session.exec(select(Turn).where(col(Turn.id).in_(some))))
    return [_item(turns[turn_id], found) for turn_id, found in states.items() if turn_id in turns]


def _item(turn: Turn, found: TurnState) -> Item:
    assert turn.id is not None
    return Item(
        turn_id=turn.id,
        text=turn.text or DELETED,
        stored_ranking=turn.ranking,
        confidence=turn.confidence,
        tier=turn.tier,
        route=turn.route,
        reason=turn.reason,
        audit=turn.audit,
        created_at=turn.created_at,
        state=found,
    )


def _page(items: list[Item], wanted: Wanted, number: int, size: int) -> Page:
    tiers = tuple(sorted({one.tier for one in items if one.tier}))
    kept = [one for one in items if _is_wanted(one, wanted)]
    number = _within(number, len(kept), size)
    return Page(tuple(kept[(number - 1) * size : number * size]), len(kept), number, size, tiers)


def _within(number: int, total: int, size: int) -> int:
    return min(max(1, number), max(1, -(-total // size)))


def _tiers(session: Session) -> tuple[str, ...]:
    return tuple(sorted(tier for tier in session.exec(select(Turn.tier).distinct()) if tier))


def _is_wanted(one: Item, wanted: Wanted) -> bool:
    said = {*one.answers, one.state.label, one.state.second_label}
    return (
        (not wanted.tier or one.tier == wanted.tier)
        and (not wanted.intent or wanted.intent in said)
        and wanted.words.casefold() in one.text.casefold()
    )
