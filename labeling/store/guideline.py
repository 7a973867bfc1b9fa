"""Guidelines as rows: what each intent means, every wording that ever stood. The newest of an intent counts."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import func
from sqlmodel import Field, Session, SQLModel, col, select

from labeling.clock import now

FROM_FILE = ""
"""The author of what the project's file says."""


class GuidelineRow(SQLModel, table=True):
    """One wording of one intent's guideline."""

    __tablename__ = "handraise_guideline"

    id: int | None = Field(default=None, primary_key=True)
    intent: str = Field(index=True)
    title: str
    definition: str = ""
    example: str = ""
    counter_example: str = ""
    counter_intent: str = ""
    """Where the counter-example belongs instead."""
    author: str = FROM_FILE
    """The person who wrote this wording; empty for the project's file."""
    created_at: datetime = Field(default_factory=now)


def newest_wordings(session: Session) -> list[GuidelineRow]:
    """What counts now, one row an intent."""
    last: Any = func.max(GuidelineRow.id)
    newest = select(last).group_by(GuidelineRow.intent)
    rows = select(GuidelineRow).where(col(GuidelineRow.id).in_(newest)).order_by(col(GuidelineRow.id))
    return list(session.exec(rows))


def wordings_of(session: Session, intent: str) -> list[GuidelineRow]:
    """Every wording, newest first."""
    rows = select(GuidelineRow).where(GuidelineRow.intent == intent).order_by(col(GuidelineRow.id).desc())
    return list(session.exec(rows))
