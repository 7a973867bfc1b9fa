"""The bot's answers to a customer's message, told from all else that it says by their ids."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmodel import Session, col, select

from bot.recorder import Said
from escalation.store.conversation import Conversation
from escalation.store.message import Message, Speaker, say


def say_answers(session: Session, conversation: Conversation, message_id: int, said: Sequence[Said]) -> list[Message]:
    """The caller holds the conversation, and says them once."""
    ids = [f"{_prefix(message_id)}{index}" for index in range(len(said))]
    return [
        say(session, conversation, Speaker.BOT, one.text, payload=one.payload, client_id=client_id)
        for one, client_id in zip(said, ids, strict=True)
    ]


def answers_to(session: Session, message_id: int) -> list[Message]:
    """What the bot answered to this customer message, in order."""
    its_conversation = select(Message.conversation_id).where(Message.id == message_id).scalar_subquery()
    mine = select(Message).where(Message.conversation_id == its_conversation)
    mine = mine.where(col(Message.client_id).startswith(_prefix(message_id)))
    return list(session.exec(mine.order_by(col(Message.number))))


def _prefix(message_id: int) -> str:
    return f"answer:{message_id}:"
