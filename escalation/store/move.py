"""Moves that time alone made due, once made: their rows survive restarts, and no move is made twice."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, Session, SQLModel, select

from escalation.due_move import DueMove, Move


class MoveMade(SQLModel, table=True):
    """One move of one case, made about one wait or one silence."""

    __tablename__ = "handraise_move"
    __table_args__ = (UniqueConstraint("case_id", "move", "since"),)

    id: int | None = Field(default=None, primary_key=True)
    case_id: int = Field(foreign_key="handraise_case.id", index=True)
    move: str
    since: datetime
    """When the wait, or the silence, began."""
    made_at: datetime


def moves_made(session: Session, case_id: int) -> dict[DueMove, datetime]:
    rows = session.exec(select(MoveMade).where(MoveMade.case_id == case_id))
    return {DueMove(Move(row.move), row.since): row.made_at for row in rows}
