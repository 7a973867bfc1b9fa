"""Cases: hand-overs of a conversation to people. This table, nothing else, says who owns a conversation."""

from __future__ import annotations

from datetime import datetime
from enum import Enum

from sqlalchemy import Index, text
from sqlmodel import Field, Session, SQLModel, col, select

from labeling.clock import now


class CaseState(str, Enum):
    """open → claimed → closed."""

    OPEN = "open"
    CLAIMED = "claimed"
    CLOSED = "closed"


class Case(SQLModel, table=True):
    """One hand-over. The partial index lets at most one be unclosed per conversation."""

    __tablename__ = "handraise_case"
    __table_args__ = (
        Index(
            "handraise_case_one_open",
            "conversation_id",
            unique=True,
            sqlite_where=text("state <> 'closed'"),
            postgresql_where=text("state <> 'closed'"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    conversation_id: int = Field(foreign_key="handraise_conversation.id", index=True)
    turn_id: int | None = None
    """The turn that raised the hand."""
    state: str = Field(default=CaseState.OPEN.value, index=True)
    reason: str
    """Why it was handed over, in one sentence that an agent can read."""
    tier: str | None = None
    owner_id: str | None = None
    owner_name: str | None = None
    slack_channel: str | None = None
    slack_ts: str | None = Field(default=None, index=True)
    """The card, and so the thread."""
    closed_by: str | None = None
    outcome: str | None = None
    """How it was closed: `answered`, or `handed_back` to the bot."""
    opened_at: datetime = Field(default_factory=now)
    claimed_at: datetime | None = None
    closed_at: datetime | None = None


def unclosed_case(session: Session, conversation_id: int) -> Case | None:
    """The case that holds the conversation; none means that the bot answers."""
    rows = select(Case).where(Case.conversation_id == conversation_id, Case.state != CaseState.CLOSED.value)
    return session.exec(rows).first()


def case_by_id(session: Session, case_id: int) -> Case:
    """The row as it stands in the database now, whatever this session saw of it before. Raises KeyError."""
    case = session.get(Case, case_id, populate_existing=True)
    if case is None:
        raise KeyError(case_id)
    return case


def unclosed_cases(session: Session) -> list[Case]:
    """All that still waits for people, longest wait first."""
    rows = select(Case).where(Case.state != CaseState.CLOSED.value).order_by(col(Case.opened_at))
    return list(session.exec(rows))
