"""Remarks: what a person wrote in a case's thread, and what became of it."""

from __future__ import annotations

from datetime import datetime
from enum import Enum

from sqlalchemy import JSON, Column, UniqueConstraint
from sqlmodel import Field, Session, SQLModel, col, select

from labeling.clock import now


class Fate(str, Enum):
    """Where a remark went."""

    SENT = "sent"
    """To the customer."""
    NOTE = "note"
    """Nowhere: it is private, and stays so whatever its author makes of it later."""
    HELD = "held"
    """Nowhere yet: its author does not own the case and was asked what to do."""
    INSIDE = "inside"
    """Nowhere: on this channel only what is sent with the button goes to the customer."""
    UNSENT = "unsent"
    """Nowhere: the case was closed, it was empty, or it was deleted before it was read."""


class Remark(SQLModel, table=True):
    """One message of a person in a thread. Its row makes Slack's repetitions and late edits harmless."""

    __tablename__ = "handraise_remark"
    __table_args__ = (UniqueConstraint("slack_channel", "slack_ts"),)

    id: int | None = Field(default=None, primary_key=True)
    case_id: int = Field(foreign_key="handraise_case.id", index=True)
    slack_channel: str
    slack_ts: str
    person_id: str
    fate: str
    text: str = ""
    """The words of a held remark until they are sent or kept; otherwise empty."""
    files: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    """The keys of a held remark's files."""
    edited_ts: str = ""
    """Slack's stamp of the newest edit that was taken in; an older one that arrives late is not."""
    created_at: datetime = Field(default_factory=now)


def remark_at(session: Session, channel: str, ts: str) -> Remark | None:
    rows = select(Remark).where(Remark.slack_channel == channel, Remark.slack_ts == ts)
    return session.exec(rows).first()


def remarks_of(session: Session, case_id: int) -> list[Remark]:
    rows = select(Remark).where(Remark.case_id == case_id).order_by(col(Remark.id))
    return list(session.exec(rows))
