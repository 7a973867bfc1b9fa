"""Brings what people said, and what the bot could not deliver itself, to the customer's channel."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from rasa.core.channels.channel import InputChannel, OutputChannel
from sqlalchemy.exc import SQLAlchemyError

from bot.hearing import IN_GENERAL
from bot.locks import ConversationBusy, ConversationLocks
from bot.parcel import Parcel, Parcels
from escalation import handover
from escalation.phrasebook import Phrasebook
from escalation.store.message import Message
from labeling.clock import now
from labeling.database import Database

log = logging.getLogger(__name__)

ATTEMPTS = 6
"""After so many failures a message counts as not delivered, and its agent is told."""
FIRST_PAUSE_SECONDS = 1.0
"""Doubled after each failure."""
SEND_SECONDS = 20.0
"""How long a channel may take over one message; after that it counts as a failure."""
AT_ONCE = 8
"""Conversations of one channel that are brought something together; a slow channel keeps only its own waiting."""
SAFETY_SECONDS = 5.0
LET_THROUGH_SECONDS = 5.0
"""How long what is on its way may still take when the bot stops; what is cut off there is sent again later."""
BLOCKING = frozenset({"twilio", "facebook", "mattermost", "rocketchat", "webexteams"})
"""Channels whose libraries hold the thread until the channel has answered."""


@dataclass
class _Failure:
    conversation_id: int
    attempts: int = 0
    again_at: float = 0.0


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
        self._database = database
        self._parcels = Parcels(database, public_address, phrases)
        self._locks = locks
        self._channels = channels
        self._outputs: dict[str, Callable[[], OutputChannel | None]] = {}
        self._slots: dict[str, asyncio.Semaphore] = {}
        self._threads = {name: ThreadPoolExecutor(AT_ONCE, name) for name in BLOCKING}
        self._failures: dict[int, _Failure] = {}
        self._on_the_way: dict[int, asyncio.Task[None]] = {}
        self._rung = asyncio.Event()
        self._loop = asyncio.get_running_loop()

    def ring(self) -> None:
        """From any thread: something was committed."""
        self._loop.call_soon_threadsafe(self._rung.set)

    def connect(self) -> None:
        """Once the channels' blueprints are mounted, because some have no output before."""
        for name, channel in self._channels.items():
            if channel.get_output_channel() is not None:
                self._outputs[name] = channel.get_output_channel
                self._slots[name] = asyncio.Semaphore(AT_ONCE)

    async def run(self) -> None:
        try:
            await self._bring_for_ever()
        finally:
            await self._let_through()

    async def _bring_for_ever(self) -> None:
        while True:
            try:
                await self._round()
            except SQLAlchemyError as error:
                log.warning("cannot look for messages to deliver (%s); trying again", type(error).__name__)
            await self._rest()

    async def _rest(self) -> None:
        """Until something may have come. `asyncio.wait_for` would swallow a cancellation that comes with the bell."""
        ringing = asyncio.ensure_future(self._rung.wait())
        try:
            await asyncio.wait({ringing}, timeout=self._pause())
        finally:
            ringing.cancel()
        self._rung.clear()

    def is_collected(self, channel_name: str) -> bool:
        """The channel's customers hear an answer in the response to their message, and nowhere else."""
        return channel_name not in self._outputs

    async def deliver_in(self, conversation_id: int) -> None:
        """Pushes what waits in the conversation, in order. The caller holds its lock."""
        for parcel in await asyncio.to_thread(self._parcels.waiting, conversation_id, self._outputs):
            if not self._is_due(parcel.message_id) or not await self._push(parcel):
                return  # what comes after it must not overtake it
        for parcel in await asyncio.to_thread(self._parcels.corrections, conversation_id, self._outputs):
            if not self._is_due(parcel.message_id) or not await self._push_correction(parcel):
                return

    async def give_answers(self, message_id: int, output: OutputChannel) -> None:
        """The bot's answers to a message through the very output it came with. What fails is pushed later."""
        for parcel in await asyncio.to_thread(self._parcels.answers, message_id):
            if not await self._send(parcel, output):
                return
            await asyncio.to_thread(self._mark, parcel.message_id, None)

    async def _round(self) -> None:
        if not self._outputs:
            return
        waiting = await asyncio.to_thread(self._parcels.conversations, self._outputs)
        # What another bot has brought meanwhile is none of our failures any longer.
        self._failures = {it: failure for it, failure in self._failures.items() if failure.conversation_id in waiting}
        resting = {failure.conversation_id for failure in self._failures.values() if not _is_due(failure)}
        for conversation_id, channel in waiting.items():
            if conversation_id not in resting and conversation_id not in self._on_the_way:
                self._on_the_way[conversation_id] = asyncio.create_task(self._bring(conversation_id, channel))

    async def _bring(self, conversation_id: int, channel: str) -> None:
        """A task for each conversation, because a channel may take its time."""
        try:
            async with self._slots[channel], self._locks.hold(conversation_id, patience=0.0):
                await self.deliver_in(conversation_id)
            self._rung.set()  # something may have come meanwhile, or is to be tried again
        except ConversationBusy:
            pass  # its turn ends with a delivery
        except Exception as error:  # noqa: BLE001  # whatever one conversation holds, the others go on
            log.error("nothing can be brought to conversation %s: %s", conversation_id, type(error).__name__)
        finally:
            del self._on_the_way[conversation_id]

    async def _let_through(self) -> None:
        if self._on_the_way:
            _, late = await asyncio.wait(self._on_the_way.values(), timeout=LET_THROUGH_SECONDS)
            for task in late:
                task.cancel()

    async def _push(self, parcel: Parcel) -> bool:
        output = self._outputs[parcel.channel]()
        if parcel.deleted or (output is not None and await self._send(parcel, output)):
            self._failures.pop(parcel.message_id, None)
            await asyncio.to_thread(mark, self._database, [parcel.message_id], None, parcel.revision)
            return True
        if not self._is_given_up(parcel):
            return False
        await asyncio.to_thread(self._mark, parcel.message_id, "The customer's channel did not take the message.")
        return True

    async def _push_correction(self, parcel: Parcel) -> bool:
        """A channel that was pushed to cannot change what it shows, so the customer is told."""
        output = self._outputs[parcel.channel]()
        done = output is not None and await self._send(parcel, output)
        if not done and not self._is_given_up(parcel):
            return False
        self._failures.pop(parcel.message_id, None)
        await asyncio.to_thread(mark_corrected, self._database, parcel.message_id, parcel.revision, done)
        return True

    async def _send(self, parcel: Parcel, output: OutputChannel) -> bool:
        try:
            await asyncio.wait_for(self._hand_over(parcel, output), SEND_SECONDS)
        except Exception as error:  # noqa: BLE001  # every channel's library has errors of its own
            log.warning("message %s was not delivered: %s", parcel.message_id, type(error).__name__)
            return False
        return True

    async def _hand_over(self, parcel: Parcel, output: OutputChannel) -> None:
        said = parcel.said if has_buttons(output) else parcel.spelt_out
        sending = output.send_response(parcel.sender_id, said.as_response())
        threads = self._threads.get(output.name())
        if threads is None:
            await sending
        else:
            await asyncio.get_running_loop().run_in_executor(threads, asyncio.run, sending)

    def _is_given_up(self, parcel: Parcel) -> bool:
        """Counts a failure. True where it was the last, and the next message may go."""
        failure = self._failures.setdefault(parcel.message_id, _Failure(parcel.conversation_id))
        failure.attempts += 1
        failure.again_at = time.monotonic() + FIRST_PAUSE_SECONDS * 2 ** (failure.attempts - 1)
        if failure.attempts < ATTEMPTS:
            return False
        del self._failures[parcel.message_id]
        return True

    def _is_due(self, message_id: int) -> bool:
        failure = self._failures.get(message_id)
        return failure is None or _is_due(failure)

    def _pause(self) -> float:
        resting = (failure.again_at for failure in self._failures.values() if not _is_due(failure))
        soonest = min(resting, default=float("inf"))
        return max(0.05, min(SAFETY_SECONDS, soonest - time.monotonic()))

    def _mark(self, message_id: int, error: str | None) -> None:
        mark(self._database, [message_id], error)


def _is_due(failure: _Failure) -> bool:
    return failure.again_at <= time.monotonic()


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
