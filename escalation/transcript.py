"""What was said around one customer message, for people who look at it later."""

from __future__ import annotations

from sqlmodel import Session, col, select

from escalation.store.message import Message, Speaker
from labeling.spoken import Around, Spoken

BEFORE = 6
"""Messages shown before it."""
AFTER = 20


def around(session: Session, message_id: int) -> Around:
    """Empty where there is no such message. Deleted messages are left out."""
    message = session.get(Message, message_id)
    if message is None:
        return Around()
    said = select(Message).where(Message.conversation_id == message.conversation_id, col(Message.deleted).is_(False))
    earlier = said.where(Message.number < message.number).order_by(col(Message.number).desc()).limit(BEFORE)
    later = said.where(Message.number > message.number).order_by(col(Message.number)).limit(AFTER)
    return Around(_spoken(list(session.exec(earlier))[::-1]), _spoken(_answer(list(session.exec(later)))))


def _answer(later: list[Message]) -> list[Message]:
    """What the bot said until somebody else spoke."""
    until = next((at for at, message in enumerate(later) if message.speaker != Speaker.BOT), len(later))
    return later[:until]


def _spoken(messages: list[Message]) -> tuple[Spoken, ...]:
    return tuple(Spoken(message.speaker, message.text) for message in messages)
