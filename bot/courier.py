"""Brings what people said, and what the bot could not deliver itself, to the customer's channel."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from rasa.core.channels.channel import InputChannel, OutputChannel
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import col, select

from bot.answers import answers_to
from bot.dress import correction, dressed, without_buttons
from bot.hearing import IN_GENERAL
from bot.locks import ConversationBusy, ConversationLocks
from bot.recorder import Said
from escalation import handover
from escalation.phrasebook import Phrasebook
from escalation.store.conversation import Conversation
from escalation.store.message import Message, Speaker
from labeling.clock import now
from labeling.database import Database

log = logging.getLogger(__name__)

ATTEMPTS = 6
"""After so many failures a message counts as not delivered, and its agent is told."""
FIRST_PAUSE_SECONDS = 1.0
"""Doubled after each failure."""
SAFETY_SECONDS = 5.0
BATCH = 200


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


@dataclass
class _Failure:
    attempts: int
    again_at: float


class Courier:
    """Delivers in order and under the conversation's lock, so that of many bots one delivers."""

    def __init__(
        self,
        database: Database,
        channels: Mapping[str, InputChannel],
        locks: ConversationLocks,
        public_address: str = "",
        phrases: Phrasebook = IN_GENERAL,
    ) -> None:
        """`public_address` is where customers reach this bot, for files; empty where they cannot."""
        self._phrases = phrases
        self._database = database
        self._public_address = public_address
        self._locks = locks
        self._channels = channels
        self._outputs: dict[str, Callable[[], OutputChannel | None]] = {}
        self._failures: dict[int, _Failure] = {}
        self._rung = asyncio.Event()
        self._loop = asyncio.get_running_loop()

    def ring(self) -> None:
        """From any thread: something was committed."""
        self._loop.call_soon_threadsafe(self._rung.set)

    async def run(self) -> None:
        # Only now, because some channels have an output once their blueprint is mounted, and not before.
        for name, channel in self._channels.items():
            if channel.get_output_channel() is not None:
                self._outputs[name] = channel.get_output_channel
        while True:
            try:
                await self._round()
            except SQLAlchemyError as error:
                log.warning("cannot look for messages to deliver (%s); trying again", type(error).__name__)
            try:
                await asyncio.wait_for(self._rung.wait(), self._pause())
            except asyncio.TimeoutError:
                continue
            self._rung.clear()

    def is_collected(self, channel_name: str) -> bool:
        """The channel's customers hear an answer in the response to their message, and nowhere else."""
        return channel_name not in self._outputs

    async def deliver_in(self, conversation_id: int) -> None:
        """Pushes what waits in the conversation, in order. The caller holds its lock."""
        for parcel in await asyncio.to_thread(self._waiting, conversation_id):
            if not self._is_due(parcel.message_id) or not await self._push(parcel):
                return  # what comes after it must not overtake it
        for parcel in await asyncio.to_thread(self._reworded, conversation_id):
            if not self._is_due(parcel.message_id) or not await self._push_correction(parcel):
                return

    async def give_answers(self, message_id: int, output: OutputChannel) -> None:
        """The bot's answers to a message through the very output it came with. What fails is pushed later."""
        for parcel in await asyncio.to_thread(self._answers, message_id):
            if not await self._send(parcel, output):
                return
            await asyncio.to_thread(self._mark, parcel.message_id, None)

    async def _round(self) -> None:
        if not self._outputs:
            return
        waiting = [*await asyncio.to_thread(self._waiting, None), *await asyncio.to_thread(self._reworded, None)]
        for conversation_id in {parcel.conversation_id for parcel in waiting if self._is_due(parcel.message_id)}:
            try:
                async with self._locks.hold(conversation_id, patience=0.0):
                    await self.deliver_in(conversation_id)
            except ConversationBusy:
                continue  # its turn ends with a delivery

    async def _push(self, parcel: Parcel) -> bool:
        output = self._outputs[parcel.channel]()
        if parcel.deleted or (output is not None and await self._send(parcel, output)):
            self._failures.pop(parcel.message_id, None)
            await asyncio.to_thread(mark, self._database, [parcel.message_id], None, parcel.revision)
            return True
        if not self._is_given_up(parcel.message_id):
            return False
        await asyncio.to_thread(self._mark, parcel.message_id, "The customer's channel did not take the message.")
        return True

    async def _push_correction(self, parcel: Parcel) -> bool:
        """A channel that was pushed to cannot change what it shows, so the customer is told."""
        output = self._outputs[parcel.channel]()
        done = output is not None and await self._send(parcel, output)
        if not done and not self._is_given_up(parcel.message_id):
            return False
        self._failures.pop(parcel.message_id, None)
        await asyncio.to_thread(mark_corrected, self._database, parcel.message_id, parcel.revision, done)
        return True

    async def _send(self, parcel: Parcel, output: OutputChannel) -> bool:
        try:
            said = parcel.said if has_buttons(output) else parcel.spelt_out
            await output.send_response(parcel.sender_id, said.as_response())
        except Exception as error:  # noqa: BLE001  # every channel's library has errors of its own
            log.warning("message %s was not delivered: %s", parcel.message_id, type(error).__name__)
            return False
        return True

    def _is_given_up(self, message_id: int) -> bool:
        """Counts a failure. True where it was the last, and the next message may go."""
        failure = self._failures.setdefault(message_id, _Failure(0, 0.0))
        failure.attempts += 1
        failure.again_at = time.monotonic() + FIRST_PAUSE_SECONDS * 2 ** (failure.attempts - 1)
        if failure.attempts < ATTEMPTS:
            return False
        del self._failures[message_id]
        return True

    def _is_due(self, message_id: int) -> bool:
        failure = self._failures.get(message_id)
        return failure is None or failure.again_at <= time.monotonic()

    def _pause(self) -> float:
        soonest = min((failure.again_at for failure in self._failures.values()), default=float("inf"))
        return max(0.05, min(SAFETY_SECONDS, soonest - time.monotonic()))

    def _waiting(self, conversation_id: int | None) -> list[Parcel]:
        with self._database.reading() as session:
            rows: Any = (
                select(Message, Conversation)
                .join(Conversation, col(Conversation.id) == col(Message.conversation_id))
                .where(col(Message.delivered_at).is_(None), col(Message.delivery_error).is_(None))
                .where(Message.speaker != Speaker.CUSTOMER.value)
                .where(col(Conversation.channel).in_(list(self._outputs)))
                .order_by(col(Message.conversation_id), col(Message.number))
                .limit(BATCH)
            )
            if conversation_id is not None:
                rows = rows.where(Message.conversation_id == conversation_id)
            return [self._parcel(message, conversation) for message, conversation in session.exec(rows)]

    def _reworded(self, conversation_id: int | None) -> list[Parcel]:
        """Corrections of what agents had said, and the customer was given in another wording."""
        with self._database.reading() as session:
            rows: Any = (
                select(Message, Conversation)
                .join(Conversation, col(Conversation.id) == col(Message.conversation_id))
                .where(col(Message.revision) > col(Message.delivered_revision))
                .where(col(Message.delivered_at).is_not(None), Message.speaker == Speaker.AGENT.value)
                .where(col(Conversation.channel).in_(list(self._outputs)))
                .order_by(col(Message.conversation_id), col(Message.number))
                .limit(BATCH)
            )
            if conversation_id is not None:
                rows = rows.where(Message.conversation_id == conversation_id)
            return [self._correction(message, conversation) for message, conversation in session.exec(rows)]

    def _answers(self, message_id: int) -> list[Parcel]:
        with self._database.reading() as session:
            answers = answers_to(session, message_id)
            if not answers:
                return []
            conversation = session.get(Conversation, answers[0].conversation_id)
            assert conversation is not None
            return [self._parcel(message, conversation) for message in answers]

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

    def _mark(self, message_id: int, error: str | None) -> None:
        mark(self._database, [message_id], error)


def mark(database: Database, message_ids: list[int], error: str | None = None, revision: int | None = None) -> None:
    """Notes that messages reached the customer in this wording, or with an error that they never will; each once."""
    with database.transaction() as session:
        for message_id in message_ids:
            message = session.get(Message, message_id)
            if message is None or message.delivered_at is not None:
                continue
            if error is not None:
                handover.not_delivered(session, message, error)
            elif message.deleted and revision in (None, message.revision):
                # There is nothing left to see, so nobody is told.
                message.delivered_at, message.delivered_revision = now(), message.revision
            else:
                handover.delivered(session, message)
                message.delivered_revision = message.revision if revision is None else revision


def mark_corrected(database: Database, message_id: int, revision: int, done: bool) -> None:
    """The customer has been told of this wording, or will never be, and then the agent is told."""
    with database.transaction() as session:
        message = session.get(Message, message_id)
        if message is None or message.delivered_revision >= revision:
            return
        message.delivered_revision = revision
        if not done:
            handover.mark(session, message, "failed")


def has_buttons(output: OutputChannel) -> bool:
    """Rasa's own stand-in for buttons writes their commands out: nothing that a customer should read."""
    ways = ("send_text_with_buttons", "send_quick_replies")
    return any(getattr(type(output), way) is not getattr(OutputChannel, way) for way in ways)
