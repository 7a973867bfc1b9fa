"""Messages: everything said in a conversation, numbered within it."""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import Any

from sqlalchemy import JSON, Column, Index, UniqueConstraint, text, update
from sqlmodel import Field, Session, SQLModel, col, select

from escalation.store.conversation import Conversation
from labeling.clock import now


class Speaker(str, Enum):
    """Who said it."""

    CUSTOMER = "customer"
    BOT = "bot"
    AGENT = "agent"
    SYSTEM = "system"


def _partial_index(name: str, where: str) -> Index:
    condition = text(where)
    name = f"ix_handraise_message_{name}"
    return Index(name, "conversation_id", "number", sqlite_where=condition, postgresql_where=condition)


class Message(SQLModel, table=True):
    """One thing said. Rows are never removed: a deleted message keeps its number and loses its text."""

    __tablename__ = "handraise_message"
    __table_args__ = (
        UniqueConstraint("conversation_id", "number"),
        UniqueConstraint("conversation_id", "client_id"),
        # What still has to be done is looked for every few seconds, and is little beside what is done.
        _partial_index("unhandled", "speaker = 'customer' AND handled_at IS NULL"),
        _partial_index("undelivered", "delivered_at IS NULL"),
        _partial_index("reworded", "revision > delivered_revision"),
    )

    id: int | None = Field(default=None, primary_key=True)
    conversation_id: int = Field(foreign_key="handraise_conversation.id")
    number: int
    speaker: str
    author: str = ""
    """The agent's display name; empty for everybody else."""
    shown_as: str = ""
    """What the customer is told the agent is called."""
    picture: str = ""
    """The key of the agent's picture, where customers may see it."""
    text: str
    payload: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    """What a channel can show beside the text: `buttons`, `image`, `attachment`, `custom`; `files` that came with it
    (key, name, kind and size in bytes of each); `runs`, the text with its formatting."""
    client_id: str | None = None
    """The sender's own id for it; the same id twice is the same message."""
    case_id: int | None = Field(default=None, foreign_key="handraise_case.id", index=True)
    """The case that was open when it was said."""
    slack_ts: str | None = Field(default=None, index=True)
    """Where it stands in Slack, once it does."""
    slack_parts: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    """Where each piece of it stands, of what we ourselves put into the thread."""
    revision: int = 0
    """Counts edits and deletion, so that a stream can send the newest wording again."""
    deleted: bool = False
    created_at: datetime = Field(default_factory=now)
    delivered_at: datetime | None = None
    """When it reached the customer's channel; for the customer's own words, when they were stored."""
    delivered_revision: int = 0
    """The wording that a channel without edits was given last; a newer one is sent as a correction."""
    delivery_error: str | None = None
    handled_at: datetime | None = None
    """For the customer's words: when bot or people had them. A message without it is taken up after a crash."""


def say(session: Session, conversation: Conversation, speaker: Speaker, text: str, **more: Any) -> Message:
    """Adds a message with the conversation's next number, safely among concurrent writers."""
    assert conversation.id is not None
    bump = (
        update(Conversation)
        .where(col(Conversation.id) == conversation.id)
        .values(last_number=Conversation.last_number + 1)
        .execution_options(synchronize_session=False)
    )
    session.execute(bump)
    session.refresh(conversation)
    message = Message(
        conversation_id=conversation.id,
        number=conversation.last_number,
        speaker=speaker.value,
        text=text,
        **more,
    )
    session.add(message)
    session.flush()
    return message


def messages_after(session: Session, conversation_id: int, number: int, limit: int = 500) -> list[Message]:
    """What was said after message `number`, in order."""
    rows = (
        select(Message)
        .where(Message.conversation_id == conversation_id, Message.number > number)
        .order_by(col(Message.number))
        .limit(limit)
    )
    return list(session.exec(rows))


def find_by_client_id(session: Session, conversation_id: int, client_id: str) -> Message | None:
    rows = select(Message).where(Message.conversation_id == conversation_id, Message.client_id == client_id)
    return session.exec(rows).first()


def find_by_slack_ts(session: Session, case_id: int, slack_ts: str) -> Message | None:
    rows = select(Message).where(Message.case_id == case_id, Message.slack_ts == slack_ts)
    return session.exec(rows).first()
