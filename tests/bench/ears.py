"""A customer's page in code: the chat's stream stays open while messages are posted, and every event has its time."""

from __future__ import annotations

import json
import queue
import threading
import time
import uuid
from dataclasses import dataclass
from typing import Any

import httpx

from bot.customer import BotSilent

PATIENCE_SECONDS = 60.0


@dataclass(frozen=True)
class Answer:
    """The bot's first words after a message, and how things stood when the turn had ended."""

    seconds: float
    """From before the message was sent until the answer was read."""
    text: str
    handed_over: bool


@dataclass(frozen=True)
class _Event:
    at: float
    kind: str
    data: dict[str, Any]


class Ears:
    """One conversation. Use it as a context manager. Raises BotSilent."""

    def __init__(self, http: httpx.Client, bot: str) -> None:
        self._http = http
        chat = f"{bot}/chat/conversations"
        self._conversation = f"{chat}/{http.post(chat, json={}).raise_for_status().json()['conversation']}"
        self._events: queue.Queue[_Event] = queue.Queue()
        self._reader = httpx.Client(timeout=PATIENCE_SECONDS, trust_env=False)
        self._thread = threading.Thread(target=self._listen, daemon=True)

    def __enter__(self) -> Ears:
        self._thread.start()
        self._next()  # the state that every stream begins with: it is open
        return self

    def __exit__(self, *exception: object) -> None:
        self._reader.close()

    def ask(self, text: str) -> Answer:
        """Says it, and listens until the turn has ended."""
        start = time.perf_counter()
        response = self._http.post(f"{self._conversation}/messages", json={"text": text, "id": uuid.uuid4().hex})
        number = int(response.raise_for_status().json()["number"])
        answer, state = None, None
        while answer is None or state is None:
            event = self._next()
            if event.kind == "message" and event.data["speaker"] == "bot" and event.data["number"] > number:
                answer = answer or event
            elif event.kind == "state" and answer is not None and not event.data["typing"]:
                state = event.data
        return Answer(answer.at - start, answer.data["text"], state["person"] is not None)

    def _next(self) -> _Event:
        try:
            return self._events.get(timeout=PATIENCE_SECONDS)
        except queue.Empty:
            raise BotSilent(f"no answer within {PATIENCE_SECONDS:.0f} s") from None

    def _listen(self) -> None:
        kind = ""
        try:
            with self._reader.stream("GET", f"{self._conversation}/stream") as response:
                for line in response.iter_lines():
                    if line.startswith("event: "):
                        kind = line.removeprefix("event: ")
                    elif line.startswith("data: "):
                        at = time.perf_counter()
                        self._events.put(_Event(at, kind, json.loads(line.removeprefix("data: "))))
        except (httpx.HTTPError, httpx.StreamError, RuntimeError):
            return  # closed by us, or by the bot: whoever still asks hears nothing and says so
