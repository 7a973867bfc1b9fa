"""What people typed, as Slack's mrkdwn: escaped, split and shortened. Pure."""

from __future__ import annotations

import re

CHUNK = 2900
"""Characters in one section, below Slack's limit of 3,000."""

_SAFE = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def escape(text: str) -> str:
    """Any text as Slack shows it to the letter: no mention, link or channel call can come out of it."""
    return re.sub(r"[&<>]", lambda found: _SAFE[found[0]], _CONTROL.sub("", text))


def split(text: str, limit: int = CHUNK) -> list[str]:
    """The text in pieces that, once escaped, fit; broken at a line or a word where there is one. Nothing is lost."""
    pieces = []
    while text:
        end = _fitting(text, limit)
        if end < len(text):
            end = _good_break(text, end)
        pieces.append(text[:end])
        text = text[end:]
    return pieces


def _fitting(text: str, limit: int) -> int:
    room = limit
    for index, letter in enumerate(text):
        room -= len(_SAFE.get(letter, letter))
        if room < 0:
            return index
    return len(text)


def _good_break(text: str, end: int) -> int:
    for sign in ("\n", " "):
        at = text.rfind(sign, end // 2, end)
        if at > 0:
            return at + 1
    return end


def shorten(text: str, limit: int) -> str:
    """For labels and previews, where the whole stands elsewhere."""
    line = " ".join(text.split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def brief(text: str, limit: int) -> str:
    """A preview on one line, escaped, and no longer than `limit` after that."""
    line = " ".join(text.split())
    end = _fitting(line, limit)
    return escape(line if end == len(line) else line[: end - 1].rstrip() + "…")


def unescape(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
