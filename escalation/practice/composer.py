"""What a person types, as Slack's own clients write it: escaped, linked, and with a rich_text block."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable

from escalation.practice.emoji import table, to_names
from escalation.practice.people import Person
from escalation.practice.refusal import JSON

PIECE = re.compile(r"(?P<url>https?://[^\s<>|]+[^\s<>|.,;:!?)'\"])|@(?P<mention>[\w ]+)|:(?P<emoji>[a-z0-9_+'-]+):")


def escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def compose(typed: str, people: Iterable[Person]) -> tuple[str, list[JSON]]:
    """The message's `text` and `blocks`."""
    pieces = _pieces(to_names(typed), list(people))
    text = "".join(_mrkdwn(piece) for piece in pieces)
    section = {"type": "rich_text_section", "elements": pieces}
    return text, [{"type": "rich_text", "block_id": secrets.token_urlsafe(4), "elements": [section]}]


def _pieces(typed: str, people: list[Person]) -> list[JSON]:
    pieces: list[JSON] = []
    end = 0
    for match in PIECE.finditer(typed):
        if match.start() < end:
            continue
        piece, length = _piece(match, people)
        if piece is None:
            continue
        _add_text(pieces, typed[end : match.start()])
        pieces.append(piece)
        end = match.start() + length
    _add_text(pieces, typed[end:])
    return pieces


def _piece(match: re.Match[str], people: list[Person]) -> tuple[JSON | None, int]:
    """The element and how many characters it took; None where the text is just text."""
    if match["url"]:
        return {"type": "link", "url": match["url"]}, len(match[0])
    if match["emoji"]:
        known = match["emoji"] in table()
        return ({"type": "emoji", "name": match["emoji"]} if known else None), len(match[0])
    for person in people:
        for name in (person.name, person.display_name):
            if match["mention"].startswith(name):
                return {"type": "user", "user_id": person.id}, len(name) + 1
    return None, 0


def _add_text(pieces: list[JSON], text: str) -> None:
    if text:
        pieces.append({"type": "text", "text": text})


def _mrkdwn(piece: JSON) -> str:
    if piece["type"] == "link":
        return f"<{escape(piece['url'])}>"
    if piece["type"] == "user":
        return f"<@{piece['user_id']}>"
    if piece["type"] == "emoji":
        return f":{piece['name']}:"
    return escape(piece["text"])
