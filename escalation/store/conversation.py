"""Conversations: one customer on one channel."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, Session, SQLModel, select

from labeling.clock import now


class Conversation(SQLModel, table=True):
    """`sender_id` is the channel's own name for the customer, and Rasa's name for the conversation."""

    __tablename__ = "handraise_conversation"
    __table_args__ = (UniqueConstraint("channel", "sender_id"),)

    id: int | None = Field(default=None, primary_key=True)
    channel: str
    sender_id: str = Field(index=True)
    customer_name: str = ""
    page: str = ""
    """The address of the page on which the customer chats, where the channel knows it."""
    page_title: str = ""
    language: str = ""
    last_number: int = 0
    """The number of the newest message; the next one is one more."""
    told_number: int = 0
    """The newest of the customer's messages that Rasa was given, and with it what people had said before."""
    seen_number: int = 0
    """The newest message that the customer has looked at, where the channel reports it."""
    created_at: datetime = Field(default_factory=now)


def conversation_of(session: Session, channel: str, sender_id: str) -> Conversation:
    """The customer's conversation on this channel, begun now if it is the first word."""
    found = find_conversation(session, channel, sender_id)
    if found is None:
        found = Conversation(channel=channel, sender_id=sender_id)
        session.add(found)
        session.flush()
    return found


def conversation_by_id(session: Session, conversation_id: int) -> Conversation:
    """Raises KeyError."""
    conversation = session.get(Conversation, conversation_id)
    if conversation is None:
        raise KeyError(conversation_id)
    return conversation


def hold_conversation(session: Session, conversation_id: int) -> Conversation:
    """The row as it stands, which on PostgreSQL nobody else can move until this transaction ends.

    Whatever decides by who has the conversation, or by what was said in it, asks for it first: then it sees what was
    decided before. (On SQLite one transaction writes at a time anyway.) Raises KeyError.
    """
    mine = select(Conversation).where(Conversation.id == conversation_id).with_for_update(key_share=True)
    held = session.exec(mine, execution_options={"populate_existing": True}).first()
    if held is None:
        raise KeyError(conversation_id)
    return held


def find_conversation(session: Session, channel: str, sender_id: str) -> Conversation | None:
    rows = select(Conversation).where(Conversation.channel == channel, Conversation.sender_id == sender_id)
    return session.exec(rows).first()
