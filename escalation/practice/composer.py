"""What a person types, as Slack's own clients write it: escaped, linked, and with a rich_text block."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable

from escalation.practice.emoji import table, to_names
from escalation.practice.people import Person
from escalation.practice.refusal import JSON

PIECE = re.compile(
    r"`(?P<code>[^`\n]+)`"
    r"|(?<![\w*])\*(?P<bold>[^\s*](?:[^*\n]*[^\s*])?)\*(?![\w*])"
    r"|(?<![\w_])_(?P<italic>[^\s_](?:[^_\n]*[^\s_])?)_(?![\w_])"
    r"|(?<![\w~])~(?P<strike>[^\s~](?:[^~\n]*[^\s~])?)~(?![\w~])"
    r"|(?P<url>https?://[^\s<>|]+[^\s<>|.,;:!?)'\"])"
    r"|(?<!\w)@(?P<mention>[\w ]+)"
    r"|:(?P<emoji>[a-z0-9_+'-]+):"
)
STYLES = {"code": "`", "bold": "*", "italic": "_", "strike": "~"}


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
    said = look = 0
    while match := PIECE.search(typed, look):
        piece, length = _piece(match, people)
        look = match.start() + length
        if piece is not None:
            _add_text(pieces, typed[said : match.start()])
            pieces.append(piece)
            said = look
    _add_text(pieces, typed[said:])
    return pieces


def _piece(match: re.Match[str], people: list[Person]) -> tuple[JSON | None, int]:
    """The element and how many characters it took; None where the text is just text."""
    for style in STYLES:
        if match[style]:
            return {"type": "text", "text": match[style], "style": {style: True}}, len(match[0])
    if match["url"]:
        return {"type": "link", "url": match["url"]}, len(match[0])
    if match["emoji"]:
        known = match["emoji"] in table()
        return ({"type": "emoji", "name": match["emoji"]} if known else None), len(match[0]) if known else 1
    for person in people:
        for name in (person.name, person.display_name):
            if match["mention"].startswith(name):
                return {"type": "user", "user_id": person.id}, len(name) + 1
    return None, 1


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
    mark = next((STYLES[style] for style in piece.get("style", {})), "")
    return f"{mark}{escape(piece['text'])}{mark}"
