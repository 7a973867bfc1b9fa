"""Ratings: how good the help was, in the customer's eyes. Append-only; a case's newest one counts."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field, Session, SQLModel, col, select

from labeling.clock import now

BEST = 5
LONGEST_COMMENT = 2_000


class Rating(SQLModel, table=True):
    """One answer to the question how it was."""

    __tablename__ = "handraise_rating"

    id: int | None = Field(default=None, primary_key=True)
    case_id: int = Field(foreign_key="handraise_case.id", index=True)
    stars: int
    """1 (bad) to 5 (good)."""
    comment: str = ""
    created_at: datetime = Field(default_factory=now)


def rating_of(session: Session, case_id: int) -> Rating | None:
    """The customer's last word on it."""
    rows = select(Rating).where(Rating.case_id == case_id).order_by(col(Rating.id).desc())
    return session.exec(rows.limit(1)).first()
