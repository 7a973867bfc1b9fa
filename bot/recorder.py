"""Stands in for a channel's output while Rasa works, so that what it says can be stored before it is sent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from rasa.core.channels.channel import OutputChannel

from bot.words import clean

SHOWN = ("buttons", "image", "attachment", "custom", "quick_replies", "elements")


@dataclass(frozen=True)
class Said:
    """One thing that the bot said."""

    text: str
    payload: dict[str, Any] = field(default_factory=dict)

    def as_response(self) -> dict[str, Any]:
        """What a Rasa output channel's `send_response` takes; a new one for each call, for it takes it apart."""
        return {"text": self.text or None, **self.payload}


class Recorder(OutputChannel):
    """Keeps what it is given; after `finish`, gives it to `late` (Rasa's reminders hold on to their channel)."""

    def __init__(self, channel_name: str, late: Callable[[Said], None]) -> None:
        self.said: list[Said] = []
        self._name = channel_name
        self._late = late
        self._finished = False

    def name(self) -> str:
        """Rasa chooses among channel-specific responses by this."""
        return self._name

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        said = Said(clean(message.get("text") or ""), {key: message[key] for key in SHOWN if message.get(key)})
        if not said.text and not said.payload:
            return
        if self._finished:
            self._late(said)
        else:
            self.said.append(said)

    def finish(self) -> list[Said]:
        self._finished = True
        return self.said
