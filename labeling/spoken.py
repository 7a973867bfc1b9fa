"""What was said around a turn. Conversations are kept upstream: whoever puts the pages together says how to read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session


@dataclass(frozen=True)
class Spoken:
    """One thing said, by the customer, the bot, an agent or the system."""

    speaker: str
    text: str


@dataclass(frozen=True)
class Around:
    """What was said before a customer's message, and what the bot answered to it."""

    before: tuple[Spoken, ...] = ()
    answer: tuple[Spoken, ...] = ()


Transcript = Callable[[Session, int], Around]
"""By the id of the customer's message."""


CaseRecord = Callable[[Session, int], Mapping[str, Any] | None]
"""The whole case that a turn belongs to, by the turn's id; None where no person was called."""


def no_transcript(_: Session, __: int) -> Around:
    """Where nobody keeps the conversations."""
    return Around()
