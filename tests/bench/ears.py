"""A customer's page in code: the chat's stream stays open while messages are posted, and every event has its time."""

from __future__ import annotations

import json
import queue
import socket
import threading
import time
import uuid
from contextlib import suppress
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
    asks: bool
    """The customer is asked what they meant."""


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
        self._socket: socket.socket | None = None
        self._thread = threading.Thread(target=self._listen, daemon=True)

    def __enter__(self) -> Ears:
        self._thread.start()
        self._next()  # the state that every stream begins with: it is open
        return self

    def __exit__(self, *exception: object) -> None:
        if self._socket is not None:
            with suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)  # closing alone would not wake the thread that reads
        self._thread.join(timeout=PATIENCE_SECONDS)
        self._reader.close()

    def ask(self, text: str) -> Answer:
        """Says it, and listens until the turn has ended."""
        start = time.perf_counter()
        number = self.say(text)
        while not _is_answer(event := self._next(), number):
            pass
        asks = bool(event.data["payload"].get("question"))
        return Answer(event.at - start, event.data["text"], self._settled()["person"] is not None, asks)

    def say(self, text: str) -> int:
        """Sends the words; returns the message's number."""
        response = self._http.post(f"{self._conversation}/messages", json={"text": text, "id": uuid.uuid4().hex})
        return int(response.raise_for_status().json()["number"])

    def hear(self, speaker: str, words: str) -> float:
        """Listens until somebody says something with these words; when that was, on time's performance counter."""
        while not _says(event := self._next(), speaker, words):
            pass
        return event.at

    def _settled(self) -> dict[str, Any]:
        """How things stand once the turn has ended; not part of what is timed."""
        while True:
            state: dict[str, Any] = (
                self._http.get(f"{self._conversation}/messages").raise_for_status().json()["state"]
            )
            if not state["typing"]:
                return state

    def _next(self) -> _Event:
        try:
            return self._events.get(timeout=PATIENCE_SECONDS)
        except queue.Empty:
            raise BotSilent(f"no answer within {PATIENCE_SECONDS:.0f} s") from None

    def _listen(self) -> None:
        kind = ""
        try:
            with self._reader.stream("GET", f"{self._conversation}/stream") as response:
                self._socket = response.extensions["network_stream"].get_extra_info("socket")
                for line in response.iter_lines():
                    if line.startswith("event: "):
                        kind = line.removeprefix("event: ")
                    elif line.startswith("data: "):
                        at = time.perf_counter()
                        self._events.put(_Event(at, kind, json.loads(line.removeprefix("data: "))))
        except httpx.HTTPError:
            return  # closed by us, or by the bot: whoever still asks hears nothing and says so


def _is_answer(event: _Event, number: int) -> bool:
    return event.kind == "message" and event.data["speaker"] == "bot" and event.data["number"] > number


def _says(event: _Event, speaker: str, words: str) -> bool:
    return event.kind == "message" and event.data["speaker"] == speaker and words in event.data["text"]
