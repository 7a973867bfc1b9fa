"""Customers' messages that nobody has handled yet, with what is needed to do so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from sqlmodel import Session, col, select

from bot.answers import answers_to
from bot.choice import question_of
from bot.hearing import CHOICE, METADATA
from bot.question import Question, question_in
from escalation.store.case import Case, unclosed_case
from escalation.store.conversation import Conversation
from escalation.store.message import Message, Speaker
from escalation.wait import bot_has_the_word
from labeling.clock import now
from labeling.database import Database
from labeling.store.turn import turn_of_message


@dataclass(frozen=True)
class Aside:
    """What an agent or the system said since Rasa last heard of the conversation."""

    number: int
    speaker: str
    author: str
    text: str


@dataclass(frozen=True)
class Waiting:
    """A customer's message that nobody has handled, with what is needed to do so."""

    message_id: int
    number: int
    conversation_id: int
    channel: str
    sender_id: str
    text: str
    choice: str | None
    metadata: Mapping[str, Any]
    owned: bool
    """People have the conversation; Rasa only listens."""
    asides: tuple[Aside, ...]
    told: int = 0
    """The number of the customer's message that Rasa was given before; 0: none."""
    language: str = ""
    """The customer's, as a tag such as `de-AT`; empty where the channel does not know it."""
    question: Question | None = None
    """What the bot had asked last, if that was what the customer meant."""
    answer: str | None = None
    """Which of the question's answers this message is; None where it is none of them."""
    is_settled: bool = False
    """What came of it has been said; only the mark that it is handled is missing."""

    @property
    def chosen(self) -> str | None:
        """The intent that the customer chose when the bot asked."""
        return self.answer if self.question is not None and self.answer in self.question.intents else None


def next_waiting(database: Database, conversation_id: int) -> Waiting | None:
    """The conversation's oldest unhandled message."""
    with database.reading() as session:
        found = session.exec(_unhandled(conversation_id).limit(1)).first()
        if found is None:
            return None
        message, conversation = found
        choice = message.payload.get(CHOICE)
        question, answer = question_of(session, message, choice)
        return replace(
            _bare(message, conversation),
            choice=question.command(answer) if question and answer else choice,
            metadata=message.payload.get(METADATA) or {},
            owned=not bot_has_the_word(unclosed_case(session, conversation_id), message.text),
            asides=_asides(session, conversation, message.number),
            question=question,
            answer=answer,
            is_settled=_is_settled(session, message.id),
        )


def barely_waiting(database: Database, conversation_id: int) -> Waiting | None:
    """The same message with nothing read beside it, for where something there cannot be read."""
    with database.reading() as session:
        found = session.exec(_unhandled(conversation_id).limit(1)).first()
        return _bare(*found) if found else None


def _bare(message: Message, conversation: Conversation) -> Waiting:
    assert message.id is not None and conversation.id is not None
    return Waiting(
        message_id=message.id,
        number=message.number,
        conversation_id=conversation.id,
        channel=conversation.channel,
        sender_id=conversation.sender_id,
        text=message.text,
        choice=None,
        metadata={},
        owned=False,
        asides=(),
        told=conversation.told_number,
        language=conversation.language,
    )


def conversations_waiting(database: Database, older_than_seconds: float) -> list[int]:
    """Conversations with messages that nobody handled, such as those of a bot that died."""
    with database.reading() as session:
        rows = (
            select(Message.conversation_id)
            .where(Message.speaker == Speaker.CUSTOMER.value, col(Message.handled_at).is_(None))
            .where(Message.created_at <= now() - timedelta(seconds=older_than_seconds))
            .distinct()
        )
        return list(session.exec(rows))


def _is_settled(session: Session, message_id: int) -> bool:
    """It has a turn that called a person, or that the bot has answered."""
    turn = turn_of_message(session, message_id)
    if turn is None:
        return False
    raised = session.exec(select(Case.id).where(Case.turn_id == turn.id)).first()
    return raised is not None or bool(answers_to(session, message_id))


def _unhandled(conversation_id: int) -> Any:
    return (
        select(Message, Conversation)
        .join(Conversation, col(Conversation.id) == col(Message.conversation_id))
        .where(Message.conversation_id == conversation_id, Message.speaker == Speaker.CUSTOMER.value)
        .where(col(Message.handled_at).is_(None))
        .order_by(col(Message.number))
    )


def _asides(session: Session, conversation: Conversation, before: int) -> tuple[Aside, ...]:
    """Said between the last message that Rasa was given and this one, by people or as a question of the gate's; so
    each is told once."""
    rows = (
        select(Message)
        .where(Message.conversation_id == conversation.id)
        .where(Message.number > conversation.told_number, Message.number < before)
        .where(Message.speaker != Speaker.CUSTOMER.value, col(Message.deleted).is_(False))
        .order_by(col(Message.number))
    )
    untold = [m for m in session.exec(rows) if m.speaker != Speaker.BOT.value or question_in(m.payload)]
    return tuple(Aside(m.number, m.speaker, m.author, m.text) for m in untold)
