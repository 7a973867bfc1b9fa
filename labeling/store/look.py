"""Looks: what a comparison of recent turns with earlier ones found. The newest counts."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column
from sqlmodel import Field, Session, SQLModel, col, select

from labeling.clock import now


class Look(SQLModel, table=True):
    """One comparison, kept because it takes seconds and pages are opened often."""

    __tablename__ = "handraise_look"

    id: int | None = Field(default=None, primary_key=True)
    model_version: str
    last_turn: int
    """The newest turn that it saw."""
    findings: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    created_at: datetime = Field(default_factory=now)


def newest_look(session: Session) -> Look | None:
    return session.exec(select(Look).order_by(col(Look.id).desc())).first()
