"""A customer in code: talks to the web chat's HTTP API as the page does. For replays, measurements and tests."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx

from labeling.refusal import Refusal

POLL_SECONDS = 0.05


class BotSilent(Refusal):
    """The bot did not answer in time, or is not there. Check its address and its log."""


class MessageRefused(Refusal):
    """The bot does not take what was sent; its sentence says why."""


@dataclass(frozen=True)
class Heard:
    """One message as the customer's page is given it."""

    number: int
    speaker: str
    author: str
    text: str
    payload: dict[str, Any]


@dataclass(frozen=True)
class Situation:
    """Everything said so far, and whether a person was called (waiting), is here, or will come later."""

    messages: tuple[Heard, ...]
    typing: bool
    person: str | None

    def said_by(self, speaker: str) -> list[str]:
        return [message.text for message in self.messages if message.speaker == speaker]


class Customer:
    """One conversation. Raises BotSilent where the bot cannot be reached, MessageRefused where it refuses."""

    def __init__(self, http: httpx.Client, bot: str, language: str = "") -> None:
        self._http = http
        self.language = language
        """The customer's, as a tag; it may change on the way."""
        self._chat = f"{bot.rstrip('/')}/chat/conversations"
        try:
            self.conversation = str(self._call("POST", self._chat, {})["conversation"])
        except (MessageRefused, ValueError, KeyError, TypeError) as error:
            raise BotSilent(f"what listens at {bot} opens no conversation: is it `handraise bot`?") from error

    def say(self, text: str, client_id: str | None = None) -> int:
        """Sends the words; returns the message's number. The same client id twice is the same message."""
        words = {"text": text, "id": client_id or uuid.uuid4().hex, "language": self.language}
        return int(self._call("POST", f"{self._chat}/{self.conversation}/messages", words)["number"])

    def choose(self, number: int, index: int) -> int:
        """Presses the button `index` of message `number`."""
        choice = {"choice": {"number": number, "index": index}, "id": uuid.uuid4().hex}
        choice["language"] = self.language
        return int(self._call("POST", f"{self._chat}/{self.conversation}/messages", choice)["number"])

    def look(self, after: int = 0) -> Situation:
        """What the page shows now, from after message `after`."""
        seen = self._call("GET", f"{self._chat}/{self.conversation}/messages?after={after}")
        messages = tuple(
            Heard(m["number"], m["speaker"], m["author"], m["text"], m["payload"]) for m in seen["messages"]
        )
        person = seen["state"]["person"]
        return Situation(messages, bool(seen["state"]["typing"]), person["state"] if person else None)

    def wait(self, until: Callable[[Situation], bool], seconds: float = 30.0, after: int = 0) -> Situation:
        """Looks until it is so. Raises BotSilent."""
        deadline = time.monotonic() + seconds
        while not until(situation := self.look(after)):
            if time.monotonic() > deadline:
                raise BotSilent(f"no answer within {seconds:.0f} s in conversation {self.conversation}")
            time.sleep(POLL_SECONDS)
        return situation

    def ask(self, text: str, seconds: float = 30.0) -> Situation:
        """Says it and waits for the bot's next words."""
        number = self.say(text)
        return self.wait(lambda now: bool(now.said_by("bot")) and not now.typing, seconds, after=number)

    def _call(self, method: str, url: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        try:
            response = self._http.request(method, url, json=body)
        except httpx.TransportError as error:
            raise BotSilent(f"cannot reach the bot at {self._chat}: {error}") from error
        if not response.is_success:
            raise MessageRefused(f"the bot did not take it ({response.status_code}): {_sentence(response)}")
        return dict(response.json())


def _sentence(response: httpx.Response) -> str:
    try:
        return str(response.json()["error"])
    except (ValueError, KeyError, TypeError):
        return response.reason_phrase
