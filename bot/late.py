"""What comes outside a turn, such as a reminder that the bot had set. Each function is one transaction."""

from __future__ import annotations

from sqlmodel import col, select

from bot.recorder import Said
from escalation import handover
from escalation.phrasebook import Phrasebook
from escalation.store.case import unclosed_case
from escalation.store.conversation import Conversation, conversation_by_id
from escalation.store.message import Speaker, say
from escalation.wait import bot_has_the_word
from labeling.database import Database


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
