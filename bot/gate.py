"""The one door that every customer message of every channel passes before Rasa sees it."""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import replace
from typing import Any

from rasa.core.channels.channel import OutputChannel, UserMessage
from sqlalchemy.exc import SQLAlchemyError

from bot.courier import Courier
from bot.dialogue import Dialogue, Parsed, intent_of, routing_of
from bot.hearing import IN_GENERAL, Heard, Words, hear, offered
from bot.introduction import introduction_of
from bot.late import call_late, say_late, until_stored
from bot.locks import ConversationBusy, ConversationLocks
from bot.question import ESCALATE
from bot.recorder import Said
from bot.router import CLARIFY_ROUTE
from bot.settling import Outcome, settle
from bot.verdict import Closed, reason_beforehand, reason_for_a_person, unanswered, words_with_a_person
from bot.waiting import Waiting, barely_waiting, conversations_waiting, next_waiting
from bot.words import LONGEST_LANGUAGE, WordsRefused, accept, short
from escalation.phrasebook import Phrasebook
from escalation.phrases import Phrases
from labeling.database import AWAY, Database
from labeling.policy import Policy

log = logging.getLogger(__name__)

LOCK_PATIENCE_SECONDS = 90.0
"""How long a message waits for those before it in its conversation; after that the sweep takes it up."""
SWEEP_SECONDS = 5.0
"""How often messages are looked for that nobody handled; they must be this old, so that their own bot comes first."""
SWEPT_AT_ONCE = 4
"""Conversations that are taken up together after an outage, so that customers who write now are not kept waiting."""
LONGEST_SENDER = 255
"""Characters in a channel's name for a customer; Rasa's tracker takes no more."""


class Gate:
    """Stores, then asks Rasa or people, then settles in one transaction, and only then delivers."""

    def __init__(
        self,
        database: Database,
        dialogue: Dialogue,
        locks: ConversationLocks,
        courier: Courier,
        on_settled: Callable[[int], None],
        policy: Policy,
        closed: Closed,
        phrases: Phrasebook = IN_GENERAL,
    ) -> None:
        """`on_settled` is told each conversation in which a turn has ended; `closed` says why nothing of an intent is
        answered now."""
        self._phrases = phrases
        self._policy = policy
        self._closed = closed
        self._database = database
        self._dialogue = dialogue
        self._locks = locks
        self._courier = courier
        self._on_settled = on_settled
        self._outputs: dict[int, OutputChannel] = {}
        self._tasks: set[asyncio.Task[Any]] = set()

    def door(self, channel_name: str) -> Callable[[UserMessage], Awaitable[None]]:
        """What an input channel's blueprint is given in place of Rasa's own handler."""

        async def handle(message: UserMessage) -> None:
            phrases = self._phrases.of(introduction_of(_metadata(message)).language)
            try:
                await self._handle(channel_name, message, phrases)
            except WordsRefused as refusal:
                await message.output_channel.send_text_message(message.sender_id, refusal.sentence(phrases))
            except SQLAlchemyError as error:
                log.error("a message on %s could not be stored: %s", channel_name, type(error).__name__)
                await message.output_channel.send_text_message(message.sender_id, phrases.not_stored)

        return handle

    async def hear(self, words: Words) -> Heard:
        """Stores the words and takes them up in the background."""
        heard = await asyncio.to_thread(hear, self._database, words, self._phrases)
        self.start(self._take_up_quietly(heard.conversation_id))
        return heard

    def call_late(self, sender_id: str, channel: str | None) -> None:
        """A reminder, outside any turn, calls a person."""
        self.start(until_stored(self._database, call_late, sender_id, channel, self._phrases))

    async def sweep(self) -> None:
        """Takes up what a bot that died left behind, a few at a time: at once, and then again and again."""
        age, swept = 0.0, set[asyncio.Task[None]]()
        while True:
            try:
                for conversation_id in await asyncio.to_thread(conversations_waiting, self._database, age):
                    if len(swept) >= SWEPT_AT_ONCE:
                        _, swept = await asyncio.wait(swept, return_when=asyncio.FIRST_COMPLETED)
                    swept.add(self.start(self._take_up_quietly(conversation_id, patience=0.0)))
                age = SWEEP_SECONDS
            except SQLAlchemyError as error:
                log.warning("cannot look for unhandled messages (%s); trying again", type(error).__name__)
            await asyncio.sleep(SWEEP_SECONDS)

    def start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Work that goes on if whoever asked for it hangs up, and that `finish` waits for."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def finish(self, patience: float) -> None:
        """Lets running turns end, up to `patience` seconds; what is left is taken up at the next start."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=patience)

    async def _handle(self, channel_name: str, message: UserMessage, phrases: Phrases) -> None:
        output = message.output_channel
        if len(message.sender_id) > LONGEST_SENDER or not message.sender_id.isprintable():
            await output.send_text_message(message.sender_id, phrases.bad_sender)
            return
        words = await self._words(channel_name, message)
        heard = await asyncio.to_thread(hear, self._database, words, self._phrases)
        if not heard.duplicate:  # a repetition must not take the answer away from the first
            self._outputs[heard.message_id] = output
        try:
            await asyncio.shield(self.start(self._take_up(heard.conversation_id, LOCK_PATIENCE_SECONDS)))
            missed = heard.duplicate or heard.message_id in self._outputs  # handled before, or by another bot
            if missed and self._courier.is_collected(channel_name):
                await self._courier.give_answers(heard.message_id, output)
        except Exception as error:  # noqa: BLE001  # it is stored, so it will be handled
            log.warning("conversation %s could not be taken up: %s", heard.conversation_id, type(error).__name__)
            await output.send_text_message(message.sender_id, phrases.still_working)
        finally:
            if not heard.duplicate:
                self._outputs.pop(heard.message_id, None)

    async def _words(self, channel_name: str, message: UserMessage) -> Words:
        text, choice = message.text, None
        if isinstance(text, str) and text.startswith("/") and len(text) < 1000:
            title = await asyncio.to_thread(offered, self._database, channel_name, message.sender_id, text)
            if title is not None:
                text, choice = title, text
        metadata = _metadata(message)
        client_id = metadata.get("message_id")
        language = short(metadata.get("language"), LONGEST_LANGUAGE)
        return Words(channel_name, message.sender_id, accept(text), client_id, choice, metadata, language)

    async def _take_up_quietly(self, conversation_id: int, patience: float = LOCK_PATIENCE_SECONDS) -> None:
        try:
            await self._take_up(conversation_id, patience)
        except ConversationBusy:
            return  # whoever is busy with it, or else the sweep, will see the message
        except Exception as error:  # noqa: BLE001  # whatever it is, the sweep tries again
            log.error("conversation %s could not be taken up: %s", conversation_id, type(error).__name__)

    async def _take_up(self, conversation_id: int, patience: float) -> None:
        """Handles the conversation's waiting messages, oldest first."""
        async with self._locks.hold(conversation_id, patience):
            while (message_id := await self._handle_next(conversation_id)) is not None:
                self._on_settled(conversation_id)
                output = self._outputs.pop(message_id, None)
                if output is not None:
                    await self._courier.give_answers(message_id, output)
            await self._courier.deliver_in(conversation_id)

    async def _handle_next(self, conversation_id: int) -> int | None:
        """The message that was settled, whatever failed about it: others wait behind it. None where none waits."""
        try:
            waiting = await asyncio.to_thread(next_waiting, self._database, conversation_id)
            if waiting is not None:
                outcome = Outcome(None) if waiting.is_settled else await self._handled(waiting)
                await self._settle(waiting, outcome)
        except AWAY:
            raise  # the sweep tries again
        except Exception as error:  # it would fail again and again, and nobody would come
            waiting = await asyncio.to_thread(barely_waiting, self._database, conversation_id)
            if waiting is not None:
                log.error("message %s could not be handled", waiting.message_id, exc_info=error)
                trouble = Outcome(None, self._trouble(waiting), "The bot could not handle this message.")
                await asyncio.to_thread(settle, self._database, waiting, trouble)
        return None if waiting is None else waiting.message_id

    async def _settle(self, waiting: Waiting, outcome: Outcome) -> None:
        try:
            await asyncio.to_thread(settle, self._database, waiting, outcome)
        except AWAY:
            raise
        except Exception as error:
            # What the bot said cannot be stored, and never will be: the customer must not wait for it.
            log.error("the answer to message %s cannot be stored", waiting.message_id, exc_info=error)
            trouble = Outcome(outcome.routing, self._trouble(waiting), "The bot's answer could not be stored.")
            await asyncio.to_thread(settle, self._database, waiting, trouble)

    async def _handled(self, waiting: Waiting) -> Outcome:
        beforehand = await asyncio.to_thread(reason_beforehand, waiting, self._closed, self._dialogue.title)
        if beforehand:  # whatever was chosen, the dialogue hears that a person is called
            waiting = replace(waiting, choice=f"/{ESCALATE}")
        try:
            parsed = await self._dialogue.read(waiting)
        except Exception as error:  # whatever a foreign pipeline raises: the customer must be heard
            log.error("message %s could not be read", waiting.message_id, exc_info=error)
            return Outcome(None, self._trouble(waiting), "The bot could not read this message: its pipeline failed.")
        if waiting.owned:
            await self._listen(waiting, parsed)
            return Outcome(routing_of(parsed))
        return await self._answered(waiting, parsed, beforehand)

    async def _answered(self, waiting: Waiting, parsed: Parsed, beforehand: str | None) -> Outcome:
        routing = None if waiting.choice else routing_of(parsed)
        phrases = self._phrases.of(waiting.language)
        try:
            if routing is not None and routing["route"] == CLARIFY_ROUTE:
                if waiting.question is None:
                    return Outcome(routing, await self._dialogue.ask(waiting, parsed, routing["options"]))
                routing = await asyncio.to_thread(unanswered, routing, self._dialogue.title)
            reply = await self._dialogue.answer(waiting, parsed, self._late(waiting.conversation_id))
            reason = beforehand or await asyncio.to_thread(
                reason_for_a_person, routing, intent_of(parsed), reply, bool(waiting.choice), self._dialogue.title
            )
            if reason is None:
                tier = self._policy.tier_of(waiting.answer or "")
                return Outcome(routing, reply.said, audit_rate=tier.audit if tier else 0.0)
            handoff_words = await self._dialogue.handoff_words(waiting) or phrases.calling
        except asyncio.TimeoutError:
            log.error("message %s took the dialogue too long", waiting.message_id)
            return Outcome(routing, self._trouble(waiting), "The bot took too long to answer.")
        except Exception as error:  # whatever a foreign dialogue raises: the customer must be heard
            log.error("message %s could not be answered", waiting.message_id, exc_info=error)
            return Outcome(routing, self._trouble(waiting), "The bot could not answer: its dialogue failed.")
        return Outcome(routing, words_with_a_person(routing, reply, handoff_words, phrases.trouble), reason)

    async def _listen(self, waiting: Waiting, parsed: Parsed) -> None:
        try:
            await self._dialogue.listen(waiting, parsed)
        except Exception as error:  # a person has the conversation; a gap in the transcript must not stop it
            log.error("message %s is missing from Rasa's transcript", waiting.message_id, exc_info=error)

    def _trouble(self, waiting: Waiting) -> tuple[Said, ...]:
        return (Said(self._phrases.of(waiting.language).trouble),)

    def _late(self, conversation_id: int) -> Callable[[Said], None]:
        def start(said: Said) -> None:
            name = f"late:{uuid.uuid4().hex}"
            self.start(until_stored(self._database, say_late, conversation_id, said, name))

        return start


def _metadata(message: UserMessage) -> dict[str, Any]:
    return message.metadata if isinstance(message.metadata, dict) else {}
