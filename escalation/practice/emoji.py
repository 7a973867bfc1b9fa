"""Emoji by Slack's names."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path

LIGHTEST, DARKEST = "\U0001f3fb", "\U0001f3ff"
"""Skin tones, Slack's 2 to 6."""
TABLE = Path(__file__).parent / "page" / "emoji.json"


@cache
def table() -> dict[str, str]:
    """name → character. The page draws from the same file."""
    found: dict[str, str] = json.loads(TABLE.read_text(encoding="utf-8"))
    return found


def known(name: str) -> bool:
    return re.sub(r"::skin-tone-[2-6]$", "", name) in table()


def to_names(text: str) -> str:
    """Emoji characters become `:names:`, as Slack's own clients write them."""
    return _pattern().sub(_named, text)


def _named(match: re.Match[str]) -> str:
    tone = f":skin-tone-{ord(match['tone']) - ord(LIGHTEST) + 2}:" if match["tone"] else ""
    return f":{_names()[match['emoji']]}:{tone}"


@cache
def _names() -> dict[str, str]:
    names: dict[str, str] = {}
    for name, character in table().items():
        names.setdefault(character, name)
        names.setdefault(character.rstrip("\ufe0f"), name)
    return names


@cache
def _pattern() -> re.Pattern[str]:
    longest_first = sorted(_names(), key=len, reverse=True)
    signs = "|".join(re.escape(character) for character in longest_first)
    return re.compile(f"(?P<emoji>{signs})(?P<tone>[{LIGHTEST}-{DARKEST}])?")
