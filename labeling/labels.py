"""What a turn's label is: derived from people's corrections and trainers' reviews, never stored on its own."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from sqlmodel import Session, col, select

from labeling.store.correction import CUSTOMER, Correction, CorrectionKind, standing
from labeling.store.review import Decision, Review, counting
from labeling.store.turn import Turn

Id = TypeVar("Id", int, str)


@dataclass(frozen=True)
class Answer:
    """What a turn wanted, in somebody's view. No intent means: not a request."""

    intent: str | None
    is_new: bool = False
    """Proposed as a name for something that no intent covers."""
    second: str | None = None
    """The other wish, where the message holds two."""

    @property
    def wishes(self) -> frozenset[str]:
        """Equal for answers that mean the same, in whatever order two wishes were named."""
        return frozenset(intent for intent in (self.intent, self.second) if intent)


@dataclass(frozen=True)
class TurnState:
    """All that stands about one turn: each person's last word, and the trainers' decision where one counts."""

    said: tuple[Correction, ...]
    review: Review | None
    reopened: bool
    """Somebody has said something else since the decision; it counts until a trainer decides again."""

    @property
    def waits(self) -> bool:
        return bool(self.said) if self.review is None else self.reopened

    @property
    def customers_word_alone(self) -> bool:
        """Nobody but the customer has said anything: a choice among two or three titles, and no label by itself."""
        return bool(self.said) and all(correction.source == CUSTOMER for correction in self.said)

    @property
    def weighed(self) -> tuple[Correction, ...]:
        """Those whose word counts. Beside an agent's the customer's does not: an agent knows every intent, while a
        customer in a hurry takes the option that sounds nearest.
        """
        return tuple(one for one in self.said if one.source != CUSTOMER) or self.said

    @property
    def answers(self) -> tuple[Answer, ...]:
        """What people said, but for those who could not tell; each meaning once, first given first."""
        given: dict[frozenset[str], Answer] = {}
        for correction in self.weighed:
            answer = answer_of(correction)
            if answer is not None:
                given.setdefault(answer.wishes, answer)
        return tuple(given.values())

    @property
    def people_disagree(self) -> bool:
        return len(self.answers) > 1

    @property
    def nobody_can_tell(self) -> bool:
        """Somebody looked and could not say, and nobody else has: a second opinion is needed."""
        return bool(self.said) and not self.answers

    @property
    def agreed(self) -> Answer | None:
        """What accepting means: the answer that everybody who could tell gave."""
        return self.answers[0] if len(self.answers) == 1 else None

    @property
    def is_labelled(self) -> bool:
        return self.review is not None and self.review.decision != Decision.REJECTED

    @property
    def label(self) -> str | None:
        """The intent given; None without a label, and for a label that says: not a request."""
        return self.review.intent if self.review is not None and self.is_labelled else None

    @property
    def second_label(self) -> str | None:
        """The other intent of a turn that was found to hold two requests."""
        return self.review.second_intent if self.review is not None and self.is_labelled else None


@dataclass(frozen=True)
class Label:
    """A turn's words and the intent that they were finally given; no intent means: not a request."""

    turn_id: int
    text: str
    intent: str | None
    decided_at: datetime
    second: str | None = None
    """The other intent of two in one. Such a label is kept, and teaches no single intent."""


def state_of(corrections: Sequence[Correction], reviews: Sequence[Review]) -> TurnState:
    """From everything that was ever said and decided about one turn, oldest first."""
    review = counting(list(reviews))
    since = [c for c in corrections if review is not None and c.created_at > review.created_at]
    since = [c for c in since if c.source != CUSTOMER]  # too weak to bring a decided turn back
    return TurnState(tuple(standing(list(corrections))), review, any(_contradicts(c, review) for c in since))


def _contradicts(correction: Correction, review: Review | None) -> bool:
    if review is None or correction.kind == CorrectionKind.WITHDRAWN:
        return review is not None and review.decision != Decision.REJECTED
    answer = answer_of(correction)
    if answer is None:
        return False
    decided = Answer(review.intent, second=review.second_intent)
    return review.decision == Decision.REJECTED or answer.wishes != decided.wishes


def answer_of(correction: Correction) -> Answer | None:
    """None where the person could not tell."""
    if correction.kind == CorrectionKind.CANNOT_TELL:
        return None
    if correction.kind == CorrectionKind.NOT_A_REQUEST or not correction.intent:
        return Answer(None)
    if correction.kind == CorrectionKind.TWO_IN_ONE:
        return Answer(correction.intent, second=correction.second_intent)
    if correction.kind == CorrectionKind.NEW_INTENT:
        return Answer(intent_name(correction.intent), is_new=True)
    return Answer(correction.intent)


def intent_name(proposed: str) -> str:
    """A proposed name in the form that intents have: Lost umbrella becomes lost_umbrella."""
    return re.sub(r"[^\w]+", "_", proposed.strip().casefold()).strip("_")[:75]


def labels(session: Session) -> list[Label]:
    """Every label that counts now, oldest decision first."""
    of_turn: dict[int, list[Review]] = {}
    for review in session.exec(select(Review).order_by(col(Review.id))):
        of_turn.setdefault(review.turn_id, []).append(review)
    counted = [counts for reviews in of_turn.values() if (counts := counting(reviews)) is not None]
    kept = sorted((r for r in counted if r.decision != Decision.REJECTED), key=lambda review: review.id or 0)
    texts = texts_of(session, [review.turn_id for review in kept])
    return [
        Label(r.turn_id, texts[r.turn_id], r.intent, r.created_at, r.second_intent)
        for r in kept
        if r.turn_id in texts
    ]


def texts_of(session: Session, turn_ids: Sequence[int]) -> dict[int, str]:
    """Without those that the customer has deleted."""
    texts: dict[int, str] = {}
    for some in in_chunks(turn_ids):
        rows = session.exec(select(Turn.id, Turn.text).where(col(Turn.id).in_(some)))
        texts.update((turn_id, text) for turn_id, text in rows if turn_id and text)
    return texts


def known_intents(session: Session, taught: Iterable[str]) -> tuple[str, ...]:
    """Intents a turn can be given: those of the seed examples and tiers, and those that trainers have added."""
    named = {*session.exec(select(Review.intent).distinct()), *session.exec(select(Review.second_intent).distinct())}
    return tuple(sorted({intent for intent in named if intent} | set(taught)))


def in_chunks(ids: Sequence[Id], size: int = 500) -> Iterable[Sequence[Id]]:
    """SQLite takes a limited number of values in one statement."""
    return (ids[start : start + size] for start in range(0, len(ids), size))
