"""The windows (modals) that the desk opens. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from escalation.slack.block import Block, actions, button, plain, section
from escalation.slack.mrkdwn import brief, escape, unescape
from escalation.slack.press import Do
from escalation.slack.talk import whole
from escalation.store.message import Message

SECTIONS = 90
"""Below the 100 blocks that Slack allows in a window."""


def conversation_window(messages: Sequence[Message]) -> dict[str, Any]:
    """Everything that was said, whole; of a very long conversation the newest part."""
    pieces = whole(messages) or ["Nothing has been said yet."]
    blocks: list[Block] = [section(piece) for piece in pieces[-SECTIONS:]]
    if len(pieces) > SECTIONS:
        blocks.insert(0, section("_This is the newest part of a very long conversation._"))
    return {"type": "modal", "title": plain("The conversation"), "close": plain("Done"), "blocks": blocks}


def about_held(owner: str | None) -> str:
    """Why a reply is held."""
    return f"{escape(owner)} has this case" if owner else "Nobody has this case yet"


def question_about_held(ts: str, owner: str | None, text: str) -> list[Block]:
    """What becomes of a reply whose author does not own the case."""
    take = "Take over and send" if owner else "Claim and send"
    return [
        section(
            f"{about_held(owner)}, so your reply is held back:\n>{brief(unescape(text), 300)}\n"
            "Send it as yourself? Or take the case?"
        ),
        actions(
            "held",
            [
                button(Do.SEND_AS_SELF.value, "Send as myself", ts, style="primary"),
                button(Do.SEND_HELD.value, take, ts),
                button(Do.KEEP_HELD.value, "Keep it as a note", ts),
            ],
        ),
    ]
