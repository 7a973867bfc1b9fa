"""A file that a customer sends. The bot cannot read it, so it goes to people, and calls them if need be."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.exc import IntegrityError

from bot.hearing import Heard, plain_id
from escalation import handover
from escalation.phrasebook import Phrasebook
from escalation.store.case import unclosed_case
from escalation.store.conversation import conversation_by_id
from escalation.store.file import keep_file, size_of_files
from escalation.store.message import Speaker, say
from labeling.clock import now
from labeling.database import Database

REASON = "The customer sent a file, which the bot cannot read."


class NoRoom(Exception):
    """The conversation holds as much of its customer's files as it may. What they delete makes room."""


@dataclass(frozen=True)
class Upload:
    """A file that may pass."""

    name: str
    kind: str
    content: bytes


def take_file(
    database: Database, conversation_id: int, upload: Upload, client_id: object, phrases: Phrasebook, most: int
) -> Heard:
    """The same client id twice is the same file. Raises NoRoom for more than `most` bytes in one conversation."""
    try:
        return _take(database, conversation_id, upload, client_id, phrases, most)
    except IntegrityError:  # the same thing at the same instant
        return _take(database, conversation_id, upload, client_id, phrases, most)


def _take(
    database: Database, conversation_id: int, upload: Upload, client_id: object, phrases: Phrasebook, most: int
) -> Heard:
    with database.transaction() as session:
        conversation = conversation_by_id(session, conversation_id)
        message, new = handover.hear(session, conversation, "", plain_id(client_id))
        assert message.id is not None
        if new:
            if size_of_files(session, conversation_id, Speaker.CUSTOMER) + len(upload.content) > most:
                raise NoRoom(conversation_id)
            stored = keep_file(session, upload.name, upload.kind, upload.content, message.id)
            shown = {"key": stored.key, "name": stored.name, "kind": stored.kind, "size": len(upload.content)}
            message.payload = {"files": [shown]}
            message.handled_at = now()
            case = unclosed_case(session, conversation_id)
            if case is None or case.bot_answers:
                say(session, conversation, Speaker.SYSTEM, phrases.of(conversation.language).file_taken)
            handover.pass_on(session, handover.open_case(session, conversation, REASON), message)
        return Heard(conversation_id, message.id, message.number, not new)
