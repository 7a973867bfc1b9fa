"""The inbox: what Slack told us. Committed before it is acknowledged, worked on afterwards."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column
from sqlalchemy.exc import IntegrityError
from sqlmodel import Field, Session, SQLModel, col, select

from labeling.clock import now


class Incoming(SQLModel, table=True):
    """One payload from Slack."""

    __tablename__ = "handraise_inbox"

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    """What makes it the same thing when Slack sends it again."""
    kind: str
    payload: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    attempts: int = 0
    error: str | None = None
    received_at: datetime = Field(default_factory=now)
    done_at: datetime | None = Field(default=None, index=True)


def receive(session: Session, key: str, kind: str, payload: dict[str, Any]) -> bool:
    """Keeps the payload; False if it was here already."""
    try:
        with session.begin_nested():
            session.add(Incoming(key=key, kind=kind, payload=payload))
    except IntegrityError:
        return False
    return True


def waiting(session: Session, limit: int = 200) -> list[Incoming]:
    """What still has to be worked on, oldest first; on PostgreSQL locked for this transaction."""
    rows = (
        select(Incoming)
        .where(col(Incoming.done_at).is_(None))
        .order_by(col(Incoming.id))
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return list(session.exec(rows))
