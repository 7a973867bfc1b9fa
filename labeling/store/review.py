"""Reviews: a trainer's decisions about corrected turns. Append-only; undo is one more row."""

from __future__ import annotations

from datetime import datetime
from enum import Enum

from sqlmodel import Field, Session, SQLModel, col, select

from labeling.clock import now


class Decision(str, Enum):
    """What a trainer made of a corrected turn."""

    ACCEPTED = "accepted"
    CHANGED = "changed"
    REJECTED = "rejected"
    UNDONE = "undone"
    """The newest review that still counted no longer does; what was before it counts again."""


class Review(SQLModel, table=True):
    """One decision. The newest of a turn that was not undone counts."""

    __tablename__ = "handraise_review"

    id: int | None = Field(default=None, primary_key=True)
    turn_id: int = Field(foreign_key="handraise_turn.id", index=True)
    decision: str
    intent: str | None = None
    """The label that the turn is given by this decision; accepted or changed without one means: not a request."""
    second_intent: str | None = None
    """The other one, where the turn was found to hold two requests."""
    trainer: str
    created_at: datetime = Field(default_factory=now, index=True)


def reviews_of(session: Session, turn_id: int) -> list[Review]:
    """All that trainers ever decided about the turn, oldest first."""
    return list(session.exec(select(Review).where(Review.turn_id == turn_id).order_by(col(Review.id))))


def counting(reviews: list[Review]) -> Review | None:
    """The review that counts, of one turn's reviews oldest first; None where the turn was never decided."""
    kept: list[Review] = []
    for review in reviews:
        if review.decision != Decision.UNDONE:
            kept.append(review)
        elif kept:
            kept.pop()
    return kept[-1] if kept else None
