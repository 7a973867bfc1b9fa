"""What customers say is stored before anything else happens with it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from bot.introduction import introduction_of
from escalation import handover
from escalation.phrasebook import Phrasebook
from escalation.rating import take_words
from escalation.store.conversation import Conversation, conversation_of
from escalation.store.message import Message, Speaker
from labeling.database import Database

CHOICE = "choice"
"""In a customer message's payload: what the button that they chose says to Rasa."""
METADATA = "metadata"
"""In a customer message's payload: what the channel knows about it, for Rasa."""
IN_GENERAL = Phrasebook()
REMEMBERED_OFFERS = 50
"""Of the newest messages, so many are looked through for the button that was pressed."""
_PLAIN_ID = re.compile(r"[\w.-]{1,64}")


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


@dataclass(frozen=True)
class Heard:
    """A customer's message once it is stored."""

    conversation_id: int
    message_id: int
    number: int
    duplicate: bool


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
