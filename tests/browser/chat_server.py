"""The bot's own HTTP server, gate and streams, with a clerk who knows two answers in Rasa's place.

Run as a process of its own: Sanic rewrites itself when it starts, and can do so once in a process.
"""

from __future__ import annotations

import asyncio
import socket
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import bot
from bot import running
from bot.courier import Courier
from bot.dialogue import Reply
from bot.gate import Gate
from bot.locks import ConversationLocks
from bot.question import Question
from bot.recorder import Said
from bot.waiting import Waiting
from bot.webchat.channel import WebChat
from bot.webchat.house import House
from bot.webchat.watch import Watch
from labeling.database import Bell, Database
from labeling.policy import Policy
from labeling.ranking import Guess, Ranking
from tests.browser.phrases import ANSWER, CALLING, CHOICES, MEANT, UNSURE

FRONT = Path(bot.__file__).parent / "front"
_RANKING = Ranking((Guess("delivery_time", 1.0),), 0.9, "m1")
_ROUTING = {"route": "answer", "tier": "routine", "reason": "sure", "audit": False, "ranking": _RANKING.to_json()}


class Clerk:
    """Answers as the dialogue would; what it says depends on one word of the message."""

    def title(self, intent: str) -> str:
        return intent

    async def read(self, waiting: Waiting) -> Mapping[str, Any]:
        doubtful = {"route": "clarify", "options": ["refund", "exchange"]} if "doubtful" in waiting.text else {}
        return {"intent": {"name": "delivery_time"}, "routing": {**_ROUTING, **doubtful}}

    async def answer(self, waiting: Waiting, parsed: Mapping[str, Any], late: object) -> Reply:
        if "person" in waiting.text:
            return Reply((Said(CALLING),), True, ())
        if waiting.answer is not None:
            return Reply((Said(f"{ANSWER} ({waiting.answer}, {waiting.language})"),), False, ())
        if "unsure" in waiting.text:
            buttons = [{"title": title, "payload": f"/{number}"} for number, title in enumerate(CHOICES)]
            return Reply((Said(UNSURE, {"buttons": buttons}),), False, ())
        return Reply((Said(ANSWER),), False, ())

    async def ask(self, waiting: Waiting, parsed: Mapping[str, Any], intents: Sequence[str]) -> tuple[Said, ...]:
        question = Question(waiting.message_id, tuple(intents), tuple(MEANT))
        return (Said(f"{UNSURE} ({waiting.language})", question.payload()),)

    async def listen(self, waiting: Waiting, parsed: Mapping[str, Any]) -> None:
        return None

    async def handoff_words(self, waiting: Waiting) -> str:
        return CALLING


class _Unused:
    """Stands where the intent model and Rasa's agent would be closed."""

    live = None
    tracker_store = SimpleNamespace(event_broker=None)

    def close(self) -> None:
        return None


async def _open(database: Database, listening: socket.socket) -> running.Running:
    channels: Any = {"webchat": WebChat()}
    locks = ConversationLocks(database)
    courier = Courier(database, channels, locks)
    clerk: Any = Clerk()
    watch = Watch(database)
    gate = Gate(database, clerk, locks, courier, watch.changed, Policy((), {}), lambda _: None)
    house = House(database, gate, watch, courier)
    unused: Any = _Unused()
    settings: Any = SimpleNamespace(stage=None, project=SimpleNamespace(front=FRONT))
    app = running._app(settings, house, unused, channels)
    bot = running.Running(house, unused, locks, Bell(database), unused, app)
    await bot.start(listening, courier)
    return bot


async def _serve(database: Database, port: int) -> None:
    listening = socket.create_server(("127.0.0.1", port), backlog=64)
    await _open(database, listening)
    print(f"http://127.0.0.1:{listening.getsockname()[1]}", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_serve(Database(sys.argv[1]), int(sys.argv[2])))
