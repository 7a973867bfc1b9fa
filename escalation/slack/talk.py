"""How a conversation is written down for agents: as mrkdwn in which nothing that a customer wrote can act."""

from __future__ import annotations

from collections.abc import Sequence

from escalation.slack.mrkdwn import CHUNK, brief, escape, split
from escalation.store.message import Message, Speaker

PREVIEW = 280
"""Characters of an earlier message on the card; the window shows it whole."""
CHANNELS = {"webchat": "Web chat", "rest": "REST", "callback": "Callback"}
"""What agents call a customer's channel."""
_NAMES = {Speaker.CUSTOMER: "Customer", Speaker.BOT: "Bot", Speaker.SYSTEM: "To the customer"}


def who(message: Message) -> str:
    return escape(message.author) or _NAMES.get(Speaker(message.speaker), "Agent")


def preview(messages: Sequence[Message]) -> str:
    """One line a message."""
    return "\n".join(f"*{who(message)}:* {brief(words(message), PREVIEW)}" for message in messages)


def whole(messages: Sequence[Message]) -> list[str]:
    """Every word, in pieces that fit a section each."""
    pieces: list[str] = []
    for message in messages:
        name = f"*{who(message)}:* "
        first, *rest = split(words(message), CHUNK - len(name)) or [""]
        _append(pieces, name + escape(first))
        pieces += [escape(more) for more in rest]
    return pieces


def quote(text: str) -> list[str]:
    """What the customer wrote, whole, as a quotation; in pieces that fit a section each."""
    pieces = split(text, CHUNK // 2)  # half, because every line grows by its quotation mark
    return ["\n".join(f">{line}" for line in escape(piece).splitlines() or [""]) for piece in pieces]


def _append(pieces: list[str], line: str) -> None:
    if pieces and len(pieces[-1]) + len(line) < CHUNK:
        pieces[-1] += f"\n{line}"
    else:
        pieces.append(line)


def words(message: Message) -> str:
    """What stands for it where it has none."""
    if message.deleted:
        return "(deleted)"
    files = [str(file["name"]) for file in message.payload.get("files") or []]
    image = ["(an image)"] if message.payload.get("image") else []
    beside = " ".join([*(f"[{name}]" for name in files), *image])
    return " ".join(part for part in (message.text, beside) if part) or "(no words)"
