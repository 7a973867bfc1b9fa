"""Cases: hand-overs of a conversation to people. This table, nothing else, says who owns a conversation."""

from __future__ import annotations

from datetime import datetime
from enum import Enum

from sqlalchemy import Index, text
from sqlmodel import Field, Session, SQLModel, col, select

from escalation.store.conversation import Conversation
from escalation.store.message import Message
from labeling.clock import now
from labeling.store.turn import Turn


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
        Index(
            "handraise_case_look_at",
            "look_at",
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
    owner_shown_as: str | None = None
    """What the customer is told the owner is called."""
    owner_picture: str = ""
    """The key of the owner's picture, where customers may see it."""
    slack_channel: str | None = None
    slack_ts: str | None = Field(default=None, index=True)
    """The card, and so the thread."""
    closed_by: str | None = None
    outcome: str | None = None
    """How it was closed: `answered`, `handed_back` to the bot, or `inactive`: it closed itself."""
    contact: str = ""
    """How the customer can be reached, in their own words, where they left it while nobody was there."""
    bot_answers: bool = False
    """Nobody was there, so the bot has the conversation again while the case waits."""
    opened_at: datetime = Field(default_factory=now)
    claimed_at: datetime | None = None
    closed_at: datetime | None = None
    reopen_until: datetime | None = None
    """Until then the customer's next message opens a case again that closed itself."""
    waits_since: datetime | None = None
    """Since when the customer waits for a person's answer; None: they have it."""
    asked_at: datetime | None = None
    """The same, but counted anew when they ask for a person once more; what falls due counts from here."""
    answered_at: datetime | None = None
    """When a person first spoke to the customer."""
    look_at: datetime | None = Field(default_factory=now)
    """When something may fall due in it; None: nothing will by time alone."""


def unclosed_case(session: Session, conversation_id: int) -> Case | None:
    """The case that waits for people or is with them; none, or one that lets the bot answer: the bot has the word."""
    rows = select(Case).where(Case.conversation_id == conversation_id, Case.state != CaseState.CLOSED.value)
    return session.exec(rows).first()


def case_by_id(session: Session, case_id: int) -> Case:
    """The row as it stands in the database now, whatever this session saw of it before. Raises KeyError."""
    case = session.get(Case, case_id, populate_existing=True)
    if case is None:
        raise KeyError(case_id)
    return case


def reopenable_case(session: Session, conversation_id: int) -> Case | None:
    """The conversation's newest case, if it closed itself and its customer may still come back to it."""
    rows = select(Case).where(Case.conversation_id == conversation_id).order_by(col(Case.id).desc()).limit(1)
    newest = session.exec(rows).first()
    return newest if newest and newest.reopen_until and now() < newest.reopen_until else None


def cases_to_look_at(session: Session, at: datetime, limit: int) -> list[Case]:
    """Unclosed cases in which something may be due by then, who has waited longest for it first."""
    rows = select(Case).where(Case.state != CaseState.CLOSED.value, col(Case.look_at) <= at)
    return list(session.exec(rows.order_by(col(Case.look_at)).limit(limit)))


def case_for_me_alone(session: Session, case_id: int) -> Case | None:
    """The case as it stands, on PostgreSQL locked with its conversation; None while somebody else holds either."""
    of_case = col(Conversation.id) == col(Case.conversation_id)
    rows = select(Case).join(Conversation, of_case).where(Case.id == case_id)
    return session.exec(rows.with_for_update(skip_locked=True, key_share=True)).first()


def case_of_turn(session: Session, turn: Turn) -> int | None:
    """The case that the turn raised, or in which it was said."""
    raised = session.exec(select(Case.id).where(Case.turn_id == turn.id)).first()
    message = session.get(Message, turn.message_id)
    return raised or (message.case_id if message else None)


def unclosed_cases(session: Session) -> list[Case]:
    """All that still waits for people, longest wait first."""
    rows = select(Case).where(Case.state != CaseState.CLOSED.value).order_by(col(Case.opened_at))
    return list(session.exec(rows))
