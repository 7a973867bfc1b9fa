"""Between what people type and Slack's mrkdwn, both ways. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable

from escalation.slack.emoji import signs

CHUNK = 2900
"""Characters in one section, below Slack's limit of 3,000."""

_LINK = re.compile(r"<([^<>\n]+)>")
_CODE = re.compile(r"```(?P<block>.*?)```|`(?P<inline>[^`\n]+)`", re.DOTALL)
_STYLES = [
    re.compile(
        rf"(?<![\w{re.escape(mark)}]){re.escape(mark)}(?=\S)([^{re.escape(mark)}\n]+?)(?<=\S){re.escape(mark)}(?!\w)"
    )
    for mark in "*_~"
]
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


def to_plain(mrkdwn: str, name_of: Callable[[str], str] = lambda user_id: "a colleague") -> str:
    """An agent's message as any channel can show it: no marks, links spelt out, mentions as names."""
    kept: list[str] = []

    def keep(found: re.Match[str]) -> str:
        kept.append(found["block"].strip("\n") if found["block"] is not None else found["inline"])
        return f"\x00{len(kept) - 1}\x00"

    text = _CODE.sub(keep, mrkdwn.replace("\x00", ""))
    for style in _STYLES:
        text = style.sub(r"\1", text)
    text = signs(_LINK.sub(lambda found: _unwrap(found[1], name_of), text))
    text = re.sub(r"\x00(\d+)\x00", lambda found: _LINK.sub(r"\1", kept[int(found[1])]), text)
    return unescape(text).strip()


def unescape(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _unwrap(inside: str, name_of: Callable[[str], str]) -> str:
    target, _, label = inside.partition("|")
    if target.startswith("@"):
        return f"@{label or name_of(target[1:])}"
    if target.startswith("#"):
        return f"#{label}" if label else "another channel"
    if target.startswith("!date"):
        return label
    if target.startswith("!"):
        return label or f"@{target[1:].split('^')[0]}"
    address = target.removeprefix("mailto:").removeprefix("tel:")
    if not label or _bare(label) == _bare(address):
        return address
    return f"{label} ({address})"


def _bare(address: str) -> str:
    return re.sub(r"^https?://", "", address).rstrip("/")
