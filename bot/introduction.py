"""Who the customer is, as far as their channel says: name, language and page. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.words import clean

LONGEST = {"name": 80, "language": 35, "page": 2000, "page_title": 200}
"""Characters that are kept."""


@dataclass(frozen=True)
class Introduction:
    """Empty where nothing is known."""

    name: str = ""
    language: str = ""
    page: str = ""
    page_title: str = ""


def introduction_of(said: Mapping[str, Any]) -> Introduction:
    """From a channel's metadata: our own four words wherever they stand, or as Telegram and Twilio say it."""
    sender = _telegram_sender(said)
    found = {
        "name": said.get("name") or said.get("customer_name") or _name(sender) or said.get("ProfileName"),
        "language": said.get("language") or sender.get("language_code"),
        "page": said.get("page"),
        "page_title": said.get("page_title"),
    }
    return Introduction(**{word: _short(value, LONGEST[word]) for word, value in found.items()})


def _telegram_sender(said: Mapping[str, Any]) -> Mapping[str, Any]:
    message = said.get("message") or said.get("edited_message")
    sender = message.get("from") if isinstance(message, Mapping) else None
    return sender if isinstance(sender, Mapping) else {}


def _name(sender: Mapping[str, Any]) -> str:
    names = (sender.get("first_name"), sender.get("last_name"))
    return " ".join(name for name in names if isinstance(name, str))


def _short(value: object, longest: int) -> str:
    return " ".join(clean(value)[:longest].split()) if isinstance(value, str) else ""
