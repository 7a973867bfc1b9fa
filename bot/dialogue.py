"""Rasa, as the gate sees it: reads a message, answers it, or only listens."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from rasa.core.agent import Agent
from rasa.core.channels.channel import UserMessage
from rasa.shared.core.events import BotUttered

from bot.action_endpoint import HANDOFF, TRACE, Trace
from bot.asking import Asking, asking_in
from bot.question import make_question
from bot.recorder import Recorder, Said
from bot.router import ROUTING
from bot.waiting import Waiting
from bot.words import for_rasa
from labeling.language import wider
from labeling.titles import Titles

PATIENCE_SECONDS = 30.0
"""How long the dialogue may work on one message before a person is called."""
LONGEST_SESSION = 120
"""Events in one Rasa session; every turn costs more the longer it is, so then a new one begins."""
LOOKED_AT_EVERY = 10
"""Messages between two looks at a session's length."""

LANGUAGE = "language"
"""A slot that holds the customer's language without its region, such as `de`, if the project's domain has it."""

Parsed = Mapping[str, Any]


@dataclass(frozen=True)
class Reply:
    """What the dialogue did."""

    said: tuple[Said, ...]
    handed_off: bool
    failed: tuple[str, ...]
    """Actions that raised, or whose server was down."""


class Dialogue:
    """One Rasa agent. Its tracker is told everything that was said, whoever said it."""

    def __init__(self, agent: Agent, titles: Titles) -> None:
        self._agent = agent
        self._titles = titles

    def title(self, intent: str) -> str:
        """What agents call an intent; trainers' wording is read from the database, so not on the event loop."""
        return self._titles.title(intent, self._titles.language)

    async def read(self, waiting: Waiting) -> Parsed:
        """What the pipeline makes of the message."""
        parsed: Parsed = await self._agent.processor.parse_message(UserMessage(_text(waiting)))
        return parsed

    async def answer(self, waiting: Waiting, parsed: Parsed, late: Callable[[Said], None]) -> Reply:
        """Raises asyncio.TimeoutError, or whatever the dialogue raises."""
        await self._recall(waiting)
        recorder, trace = Recorder(waiting.channel, late), Trace()
        before = TRACE.set(trace)
        try:
            message = _message(waiting, self._with_language(waiting, parsed), recorder)
            await asyncio.wait_for(self._agent.handle_message(message), PATIENCE_SECONDS)
        finally:
            trace.finished = True
            TRACE.reset(before)
            said = tuple(recorder.finish())
        return Reply(said, HANDOFF in trace.ran, tuple(trace.failed))

    async def listen(self, waiting: Waiting, parsed: Parsed) -> tuple[Said, ...]:
        """Somebody else answers; Rasa's transcript stays whole. Returns what a session's start says."""
        recorder = Recorder(waiting.channel, lambda _: None)
        await self._recall(waiting)
        async with self._agent.lock_store.lock(waiting.sender_id):
            await self._agent.log_message(_message(waiting, parsed, recorder))
        return tuple(recorder.finish())

    async def handoff_words(self, waiting: Waiting) -> str | None:
        """The project's own `utter_handoff`, if it has one."""
        response = await self._response(waiting, "utter_handoff")
        return response.get("text") if response else None

    async def _response(self, waiting: Waiting, name: str) -> Mapping[str, Any] | None:
        tracker = await self._agent.processor.get_tracker(waiting.sender_id)
        response: Mapping[str, Any] | None = await self._agent.nlg.generate(name, tracker, waiting.channel)
        return response

    async def ask(self, waiting: Waiting, parsed: Parsed, intents: Sequence[str]) -> tuple[Said, ...]:
        """The question which of these the customer meant. Rasa only listens: no rule or form has a say in it."""
        greeting = await self.listen(waiting, parsed)
        language = self._titles.language_for(waiting.language, intents)
        titles = await asyncio.to_thread(lambda: tuple(self._titles.title(intent, language) for intent in intents))
        asking = await self._asking(waiting, language)
        question = make_question(waiting.message_id, tuple(intents), titles, parsed, asking, language)
        return (*greeting, Said(asking.question, question.payload()))

    async def _asking(self, waiting: Waiting, language: str) -> Asking:
        """The project's own `utter_clarify` (in another language `utter_clarify_de`), or else ours. Its first button,
        if it has one, is what `none of these` is called.
        """
        ours = asking_in(language)
        name = "utter_clarify" if language == self._titles.language else f"utter_clarify_{language}"
        response = await self._response(waiting, name)
        if not response or not response.get("text"):
            return ours
        buttons = response.get("buttons") or [{}]
        return replace(ours, question=str(response["text"]), none=str(buttons[0].get("title") or ours.none))

    def _with_language(self, waiting: Waiting, parsed: Parsed) -> Parsed:
        """A project's slot `language` is filled like any other, from an entity, so that its responses can have
        variations by language.
        """
        domain, language = self._agent.domain, wider(waiting.language)[-1]
        if not language or domain is None or all(slot.name != LANGUAGE for slot in domain.slots):
            return parsed
        return {**parsed, "entities": [*(parsed.get("entities") or []), {"entity": LANGUAGE, "value": language}]}

    async def _recall(self, waiting: Waiting) -> None:
        if waiting.asides:
            await self._tell(waiting)
        if waiting.number // LOOKED_AT_EVERY != waiting.told // LOOKED_AT_EVERY:
            await self._bound_session(waiting)

    async def _tell(self, waiting: Waiting) -> None:
        async with self._agent.lock_store.lock(waiting.sender_id):
            tracker = await self._agent.processor.get_tracker(waiting.sender_id)
            for aside in waiting.asides:
                about = {"speaker": aside.speaker, "author": aside.author, "number": aside.number}
                tracker.update(BotUttered(aside.text, metadata=about), self._agent.domain)
            await self._agent.tracker_store.save(tracker)

    async def _bound_session(self, waiting: Waiting) -> None:
        tracker = await self._agent.processor.get_tracker(waiting.sender_id)
        if len(tracker.events) > LONGEST_SESSION and not tracker.active_loop_name:
            silent = Recorder(waiting.channel, lambda _: None)
            await self._agent.handle_message(UserMessage("/session_start", silent, waiting.sender_id))


def routing_of(parsed: Parsed) -> Mapping[str, Any] | None:
    return parsed.get(ROUTING)


def intent_of(parsed: Parsed) -> str:
    return str(parsed["intent"].get("name") or "")


def _text(waiting: Waiting) -> str:
    return waiting.choice or for_rasa(waiting.text)


def _message(waiting: Waiting, parsed: Parsed, recorder: Recorder) -> UserMessage:
    return UserMessage(
        _text(waiting),
        recorder,
        waiting.sender_id,
        parse_data=dict(parsed),
        input_channel=waiting.channel,
        message_id=str(waiting.message_id),
        metadata=dict(waiting.metadata),
    )
