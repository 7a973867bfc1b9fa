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
    """The review before this one no longer counts; the turn waits again."""


class Review(SQLModel, table=True):
    """One decision. The newest of a turn counts."""

    __tablename__ = "handraise_review"

    id: int | None = Field(default=None, primary_key=True)
    turn_id: int = Field(foreign_key="handraise_turn.id", index=True)
    decision: str
    intent: str | None = None
    """The label that the turn is given by this decision; none for rejected and undone."""
    trainer: str
    created_at: datetime = Field(default_factory=now, index=True)


def latest_review(session: Session, turn_id: int) -> Review | None:
    rows = select(Review).where(Review.turn_id == turn_id).order_by(col(Review.id).desc())
    return session.exec(rows).first()
