"""What comes outside a turn, such as a reminder that the bot had set. Each move is one transaction."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any

from sqlmodel import col, select

from bot.recorder import Said
from escalation import handover
from escalation.phrasebook import Phrasebook
from escalation.store.case import unclosed_case
from escalation.store.conversation import Conversation, hold_conversation
from escalation.store.message import Speaker, find_by_client_id, say
from escalation.wait import bot_has_the_word
from labeling.database import AWAY, Database

log = logging.getLogger(__name__)

PAUSE_SECONDS = 5.0


def say_late(database: Database, conversation_id: int, said: Said, client_id: str | None = None) -> None:
    """What the bot says outside a turn, such as a reminder; it does not talk over people. The same `client_id` twice
    is said once.
    """
    with database.transaction() as session:
        conversation = hold_conversation(session, conversation_id)
        known = client_id is not None and find_by_client_id(session, conversation_id, client_id) is not None
        if not known and bot_has_the_word(unclosed_case(session, conversation_id), ""):
            say(session, conversation, Speaker.BOT, said.text, payload=said.payload, client_id=client_id)


def call_late(database: Database, sender_id: str, channel: str | None, phrases: Phrasebook) -> None:
    """A reminder calls a person: the customer hears of it, and the case is opened, in one transaction. Where nobody
    knows the channel, it is the newest conversation of that name.
    """
    with database.transaction() as session:
        rows = select(Conversation).where(Conversation.sender_id == sender_id).order_by(col(Conversation.id).desc())
        if channel is not None:
            rows = rows.where(Conversation.channel == channel)
        conversation = session.exec(rows).first()
        if conversation is None or conversation.id is None:
            return
        hold_conversation(session, conversation.id)
        if not bot_has_the_word(unclosed_case(session, conversation.id), ""):
            return
        say(session, conversation, Speaker.BOT, phrases.of(conversation.language).calling)
        handover.open_case(session, conversation, "A reminder that the bot had set calls a person.")


async def until_stored(database: Database, move: Callable[..., None], *about: Any) -> None:
    """Nothing but this task knows of it, so while the database is away it is tried again and again."""
    while True:
        try:
            await asyncio.to_thread(move, database, *about)
            return
        except AWAY as error:
            log.warning("a reminder cannot be stored (%s); trying again", type(error).__name__)
            await asyncio.sleep(PAUSE_SECONDS)
