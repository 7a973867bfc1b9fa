"""The frame of every window (modal) that the desk opens. Pure."""

from __future__ import annotations

from typing import Any

from escalation.slack.block import Block, plain

View = dict[str, Any]


def modal(title: str, blocks: list[Block], metadata: str = "", close: str = "Close") -> View:
    """`metadata` travels with it and comes back with every press: at most 3,000 characters, as Slack has it."""
    view: View = {"type": "modal", "title": plain(title), "close": plain(close), "blocks": blocks}
    return {**view, "private_metadata": metadata} if metadata else view


def form(title: str, blocks: list[Block], metadata: str, submit: str, callback_id: str) -> View:
    """A window whose fields are sent off together; `callback_id` says which it was."""
    view = modal(title, blocks, metadata, close="Cancel")
    return {**view, "submit": plain(submit), "callback_id": callback_id}
