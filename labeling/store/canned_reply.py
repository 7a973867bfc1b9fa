"""Canned replies: texts that agents send again and again, each kept once, with its placeholders, and counted."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import func
from sqlmodel import Field, Session, SQLModel, col, select

from labeling.clock import now


class CannedReply(SQLModel, table=True):
    """One text to send. Who used it, and for which message, is in rows of its own."""

    __tablename__ = "handraise_canned_reply"

    id: int | None = Field(default=None, primary_key=True)
    title: str
    text: str
    """With placeholders such as {customer}; filled in when an agent chooses it."""
    intent: str | None = Field(default=None, index=True)
    """What it answers; None is offered for anything."""
    author: str
    """Who wrote this wording."""
    created_at: datetime = Field(default_factory=now)
    edited_at: datetime | None = None
    retired_at: datetime | None = None
    """Since then it is offered to nobody."""


class CannedUse(SQLModel, table=True):
    """One message that was sent from a canned reply."""

    __tablename__ = "handraise_canned_use"

    id: int | None = Field(default=None, primary_key=True)
    canned_id: int = Field(foreign_key="handraise_canned_reply.id", index=True)
    message_id: int = Field(unique=True)
    person_id: str
    was_edited: bool = False
    """The agent changed the words before sending: a sign that the text does not quite fit."""
    created_at: datetime = Field(default_factory=now)


def offered(session: Session) -> list[CannedReply]:
    """All that are in use, by title."""
    rows = select(CannedReply).where(col(CannedReply.retired_at).is_(None))
    return sorted(session.exec(rows), key=lambda one: one.title.casefold())


def uses(session: Session) -> dict[int, int]:
    """How often each was sent."""
    count: Any = func.count()
    rows = session.exec(select(CannedUse.canned_id, count).group_by(col(CannedUse.canned_id)))
    return dict(list(rows))
