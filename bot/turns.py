"""The rows of a turn: what was heard, what still waits, and how it was settled. Each function is one transaction."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import func
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from bot.choice import draw_answer, note_choice, question_of
from bot.introduction import introduction_of
from bot.question import Question, question_in
from bot.recorder import Said
from escalation import handover
from escalation.phrasebook import Phrasebook
from escalation.rating import take_words
from escalation.store.case import Case, unclosed_case
from escalation.store.conversation import Conversation, conversation_by_id, conversation_of
from escalation.store.message import Message, Speaker, say
from escalation.wait import bot_has_the_word
from labeling.audit import is_drawn
from labeling.clock import now
from labeling.database import Database
from labeling.ranking import Ranking
from labeling.store.turn import Turn, turn_of_message

HINT = "hint"
"""The route of a turn that a person owned already: its ranking helps the agent, nothing was decided."""
CHOICE = "choice"
"""In a customer message's payload: what the button that they chose says to Rasa."""
METADATA = "metadata"
"""In a customer message's payload: what the channel knows about it, for Rasa."""
IN_GENERAL = Phrasebook()
REMEMBERED_OFFERS = 50
_PLAIN_ID = re.compile(r"[\w.-]{1,64}")


@dataclass(frozen=True)
class Heard:
    """A customer's message once it is stored."""

    conversation_id: int
    message_id: int
    number: int
    duplicate: bool


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


@dataclass(frozen=True)
class Outcome:
    """What became of a turn. With a reason, a person is called."""

    routing: Mapping[str, Any] | None
    said: tuple[Said, ...] = ()
    reason: str | None = None
    audit_rate: float = 0.0
    """The chance (0 to 1) with which people look at the answer to what the customer chose, if that is what it is."""


@dataclass(frozen=True)
class Words:
    """What a customer said on a channel, clean."""

    channel: str
    sender_id: str
    text: str
    client_id: object = None
    """The client's own id for it, if it has one; the same id twice in a conversation is the same message."""
    choice: str | None = None
    metadata: Mapping[str, Any] | None = None
    language: str = ""
    """The customer's, where the channel knows it."""


def hear(database: Database, words: Words, phrases: Phrasebook = IN_GENERAL) -> Heard:
    """`phrases` are what the customer hears where the words were for nobody else."""
    try:
        return _hear(database, words, phrases)
    except IntegrityError:
        # Somebody stored the same thing, or began the conversation, at the same instant: now it is there to be found.
        return _hear(database, words, phrases)


def _hear(database: Database, words: Words, phrases: Phrasebook) -> Heard:
    with database.transaction() as session:
        conversation = conversation_of(session, words.channel, words.sender_id)
        _introduce(conversation, words.metadata or {})
        message, new = handover.hear(session, conversation, words.text, plain_id(words.client_id))
        if words.language:
            conversation.language = words.language
        if new:
            beside = {CHOICE: words.choice, METADATA: words.metadata}
            message.payload = {key: value for key, value in beside.items() if value}
            take_words(session, conversation, message, phrases.of(conversation.language))
        assert conversation.id is not None and message.id is not None
        return Heard(conversation.id, message.id, message.number, not new)


def _introduce(conversation: Conversation, metadata: Mapping[str, Any]) -> None:
    """What the channel says about the customer, where nothing was known."""
    said = introduction_of(metadata)
    conversation.customer_name = conversation.customer_name or said.name
    conversation.language = conversation.language or said.language
    conversation.page = conversation.page or said.page
    conversation.page_title = conversation.page_title or said.page_title


def plain_id(client_id: object) -> str | None:
    """Our own ids hold a colon, so that no client can take one."""
    if not isinstance(client_id, str) or not client_id:
        return None
    if _PLAIN_ID.fullmatch(client_id):
        return client_id
    return hashlib.sha256(client_id.encode("utf-8", "surrogatepass")).hexdigest()


def offered(database: Database, channel: str, sender_id: str, payload: str) -> str | None:
    """The title of the button with this payload, if the bot offered one to this customer lately."""
    with database.reading() as session:
        rows = (
            select(Message.payload)
            .join(Conversation, col(Conversation.id) == col(Message.conversation_id))
            .where(Conversation.channel == channel, Conversation.sender_id == sender_id)
            .where(Message.speaker == Speaker.BOT.value)
            .order_by(col(Message.number).desc())
            .limit(REMEMBERED_OFFERS)
        )
        for shown in session.exec(rows):
            for button in [*shown.get("buttons", []), *shown.get("quick_replies", [])]:
                if button.get("payload") == payload:
                    return str(button.get("title") or payload.lstrip("/"))
    return None


def next_waiting(database: Database, conversation_id: int) -> Waiting | None:
    """The conversation's oldest unhandled message."""
    with database.reading() as session:
        found = session.exec(_unhandled(conversation_id).limit(1)).first()
        if found is None:
            return None
        message, conversation = found
        assert message.id is not None
        choice = message.payload.get(CHOICE)
        question, answer = question_of(session, message, choice)
        return Waiting(
            message_id=message.id,
            number=message.number,
            conversation_id=conversation_id,
            channel=conversation.channel,
            sender_id=conversation.sender_id,
            text=message.text,
            choice=question.command(answer) if question and answer else choice,
            metadata=message.payload.get(METADATA) or {},
            owned=not bot_has_the_word(unclosed_case(session, conversation_id), message.text),
            asides=_asides(session, conversation_id, message.number),
            language=conversation.language,
            question=question,
            answer=answer,
            is_settled=_is_settled(session, message.id),
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


def settle(database: Database, waiting: Waiting, outcome: Outcome) -> None:
    """Everything that came of the turn, in one transaction. Settling twice changes nothing."""
    with database.transaction() as session:
        message = session.get(Message, waiting.message_id)
        if message is None or message.handled_at is not None:
            return
        message.handled_at = now()
        if waiting.is_settled:
            return
        conversation = conversation_by_id(session, waiting.conversation_id)
        case = unclosed_case(session, waiting.conversation_id)
        bot_answers = bot_has_the_word(case, message.text)
        turn = _turn(session, waiting, outcome, owned=not bot_answers)
        asked_about = _asked_about(session, waiting)
        if asked_about is not None and waiting.chosen is not None:
            note_choice(session, conversation, asked_about, waiting.chosen)
        if case is not None:
            handover.pass_on(session, case, message)  # also if people came while the bot still thought
        if bot_answers:
            said = _say_all(session, conversation, waiting.message_id, outcome.said)
            if case is not None:
                for answer in said:
                    handover.pass_on(session, case, answer)  # for whoever comes later
            if outcome.reason:
                handover.open_case(session, conversation, outcome.reason, turn or asked_about)
            elif asked_about is not None and waiting.chosen is not None:
                draw_answer(asked_about, waiting.chosen, outcome.audit_rate)


def say_late(database: Database, conversation_id: int, said: Said) -> None:
    """What the bot says outside a turn, such as a reminder; it does not talk over people."""
    with database.transaction() as session:
        if bot_has_the_word(unclosed_case(session, conversation_id), ""):
            conversation = conversation_by_id(session, conversation_id)
            say(session, conversation, Speaker.BOT, said.text, payload=said.payload)


def call_late(database: Database, sender_id: str, phrases: Phrasebook) -> None:
    """A reminder calls a person: the customer hears of it, and the case is opened, in one transaction."""
    with database.transaction() as session:
        rows = select(Conversation).where(Conversation.sender_id == sender_id).order_by(col(Conversation.id).desc())
        conversation = session.exec(rows).first()
        if conversation is None or conversation.id is None:
            return
        if not bot_has_the_word(unclosed_case(session, conversation.id), ""):
            return
        say(session, conversation, Speaker.BOT, phrases.of(conversation.language).calling)
        handover.open_case(session, conversation, "A reminder that the bot had set calls a person.")


def answers_to(session: Session, message_id: int) -> list[Message]:
    """What the bot answered to this customer message, in order."""
    its_conversation = select(Message.conversation_id).where(Message.id == message_id).scalar_subquery()
    mine = select(Message).where(Message.conversation_id == its_conversation)
    mine = mine.where(col(Message.client_id).like(f"answer:{message_id}:%"))
    return list(session.exec(mine.order_by(col(Message.number))))


def _say_all(session: Session, conversation: Conversation, message_id: int, said: Sequence[Said]) -> list[Message]:
    return [
        say(
            session,
            conversation,
            Speaker.BOT,
            one.text,
            payload=one.payload,
            client_id=f"answer:{message_id}:{index}",
        )
        for index, one in enumerate(said)
    ]


def _asked_about(session: Session, waiting: Waiting) -> Turn | None:
    """The turn whose question this message answers."""
    if waiting.question is None or waiting.answer is None:
        return None
    return turn_of_message(session, waiting.question.about)


def _is_settled(session: Session, message_id: int) -> bool:
    """It has a turn that called a person, or that the bot has answered."""
    turn = turn_of_message(session, message_id)
    if turn is None:
        return False
    raised = session.exec(select(Case.id).where(Case.turn_id == turn.id)).first()
    return raised is not None or bool(answers_to(session, message_id))


def _turn(session: Session, waiting: Waiting, outcome: Outcome, owned: bool) -> Turn | None:
    """A message has one turn; one that is there already is never overwritten."""
    known = turn_of_message(session, waiting.message_id)
    if known is not None or outcome.routing is None:
        return known
    turn = _decided(waiting, outcome, outcome.routing, owned)
    session.add(turn)
    session.flush()
    return turn


def _decided(waiting: Waiting, outcome: Outcome, routing: Mapping[str, Any], owned: bool) -> Turn:
    ranking = Ranking.from_json(routing["ranking"])
    answered = routing["route"] == "answer" and not owned and outcome.reason is None
    rate = float(routing["audit"]) if answered else None
    return Turn(
        conversation_id=waiting.conversation_id,
        message_id=waiting.message_id,
        text=waiting.text,
        ranking=routing["ranking"],
        confidence=ranking.confidence,
        model_version=ranking.model_version,
        route=HINT if owned else routing["route"],
        reason=routing["reason"],
        tier=routing["tier"],
        nearest=list(routing.get("nearest") or ()),
        audit=rate is not None and is_drawn(rate),
        audit_rate=rate,
    )


def _unhandled(conversation_id: int) -> Any:
    return (
        select(Message, Conversation)
        .join(Conversation, col(Conversation.id) == col(Message.conversation_id))
        .where(Message.conversation_id == conversation_id, Message.speaker == Speaker.CUSTOMER.value)
        .where(col(Message.handled_at).is_(None))
        .order_by(col(Message.number))
    )


def _asides(session: Session, conversation_id: int, before: int) -> tuple[Aside, ...]:
    """Said between the last message that Rasa heard and this one, by people or as a question of the gate's; so each
    is told once."""
    handled: Any = (
        select(func.coalesce(func.max(Message.number), 0))  # type: ignore[call-overload]  # sqlmodel: no aggregates
        .where(Message.conversation_id == conversation_id, Message.speaker == Speaker.CUSTOMER.value)
        .where(col(Message.handled_at).is_not(None))
    )
    since = handled.scalar_subquery()
    rows = (
        select(Message)
        .where(Message.conversation_id == conversation_id, Message.number > since, Message.number < before)
        .where(Message.speaker != Speaker.CUSTOMER.value, col(Message.deleted).is_(False))
        .order_by(col(Message.number))
    )
    untold = [m for m in session.exec(rows) if m.speaker != Speaker.BOT.value or question_in(m.payload)]
    return tuple(Aside(m.number, m.speaker, m.author, m.text) for m in untold)
