"""What waits to be brought to customers, read from the rows, ready for their channel."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlmodel import col, select

from bot.answers import answers_to
from bot.dress import correction, dressed, without_buttons
from bot.hearing import IN_GENERAL
from bot.recorder import Said
from escalation.phrasebook import Phrasebook
from escalation.store.conversation import Conversation
from escalation.store.message import Message, Speaker
from labeling.database import Database

BATCH = 200
"""Messages of one conversation that are brought in one go."""
_UNDELIVERED = (
    col(Message.delivered_at).is_(None),
    col(Message.delivery_error).is_(None),
    col(Message.speaker) != Speaker.CUSTOMER.value,
)
_REWORDED = (
    col(Message.revision) > col(Message.delivered_revision),
    col(Message.delivered_at).is_not(None),
    col(Message.speaker) == Speaker.AGENT.value,
)
"""What agents had said, and the customer was given in another wording."""


@dataclass(frozen=True)
class Parcel:
    """One message on its way to a customer."""

    message_id: int
    conversation_id: int
    channel: str
    sender_id: str
    said: Said
    deleted: bool
    revision: int
    """The wording that it carries."""
    spelt_out: Said
    """The same where the channel has no buttons."""


class Parcels:
    """Reads them."""

    def __init__(self, database: Database, public_address: str = "", phrases: Phrasebook = IN_GENERAL) -> None:
        """`public_address` is where customers reach this bot, for files; empty where they cannot."""
        self._database = database
        self._public_address = public_address
        self._phrases = phrases

    def conversations(self, channels: Collection[str]) -> Mapping[int, str]:
        """All in which something waits, and their channels: what waits in one must not hide what waits in another."""
        found: dict[int, str] = {}
        with self._database.reading() as session:
            for kind in (_UNDELIVERED, _REWORDED):
                rows: Any = (
                    select(Conversation.id, Conversation.channel)
                    .join(Message, col(Message.conversation_id) == col(Conversation.id))
                    .where(*kind, col(Conversation.channel).in_(list(channels)))
                    .distinct()
                )
                found.update(dict(session.exec(rows).all()))
        return found

    def waiting(self, conversation_id: int, channels: Collection[str]) -> list[Parcel]:
        return [self._parcel(*row) for row in self._rows(_UNDELIVERED, conversation_id, channels)]

    def corrections(self, conversation_id: int, channels: Collection[str]) -> list[Parcel]:
        return [self._correction(*row) for row in self._rows(_REWORDED, conversation_id, channels)]

    def answers(self, message_id: int) -> list[Parcel]:
        """The bot's own, to this message of the customer."""
        with self._database.reading() as session:
            answers = answers_to(session, message_id)
            if not answers:
                return []
            conversation = session.get(Conversation, answers[0].conversation_id)
            assert conversation is not None
            return [self._parcel(message, conversation) for message in answers]

    def _rows(
        self, kind: tuple[Any, ...], conversation_id: int, channels: Collection[str]
    ) -> Iterator[tuple[Message, Conversation]]:
        rows: Any = (
            select(Message, Conversation)
            .join(Conversation, col(Conversation.id) == col(Message.conversation_id))
            .where(*kind, Message.conversation_id == conversation_id)
            .where(col(Conversation.channel).in_(list(channels)))
            .order_by(col(Message.number))
            .limit(BATCH)
        )
        with self._database.reading() as session:
            yield from session.exec(rows)

    def _parcel(self, message: Message, conversation: Conversation) -> Parcel:
        assert message.id is not None and conversation.id is not None
        said = dressed(message, conversation, self._public_address)
        return Parcel(
            message.id,
            conversation.id,
            conversation.channel,
            conversation.sender_id,
            said,
            message.deleted,
            message.revision,
            without_buttons(said, message.payload),
        )

    def _correction(self, message: Message, conversation: Conversation) -> Parcel:
        said = correction(message, conversation, self._phrases.of(conversation.language))
        return replace(self._parcel(message, conversation), said=said, spelt_out=said)
