"""The few Block Kit blocks that the desk draws with, kept within Slack's limits."""

from __future__ import annotations

from typing import Any

from escalation.slack.mrkdwn import shorten

Block = dict[str, Any]


def section(mrkdwn: str) -> Block:
    """Whole and unfolded; nothing in it becomes a link or a mention that was not written as one."""
    return {"type": "section", "expand": True, "text": {"type": "mrkdwn", "text": mrkdwn, "verbatim": True}}


def header(text: str) -> Block:
    return {"type": "header", "text": plain(shorten(text, 150))}


def context(mrkdwn: str) -> Block:
    return {"type": "context", "elements": [{"type": "mrkdwn", "text": mrkdwn, "verbatim": True}]}


def divider() -> Block:
    return {"type": "divider"}


def actions(block_id: str, elements: list[Block]) -> Block:
    return {"type": "actions", "block_id": block_id, "elements": elements}


def button(action_id: str, text: str, value: str, style: str | None = None, confirm: Block | None = None) -> Block:
    drawn: Block = {"type": "button", "action_id": action_id, "text": plain(shorten(text, 75)), "value": value}
    if style:
        drawn["style"] = style
    if confirm:
        drawn["confirm"] = confirm
    return drawn


def confirmation(title: str, text: str, yes: str, no: str) -> Block:
    return {"title": plain(title), "text": plain(text), "confirm": plain(yes), "deny": plain(no)}


def search_menu(action_id: str, placeholder: str) -> Block:
    """A menu that asks the desk for its options while somebody types."""
    return {
        "type": "external_select",
        "action_id": action_id,
        "placeholder": plain(placeholder),
        "min_query_length": 0,
    }


def people_menu(action_id: str, placeholder: str) -> Block:
    """A menu of the workspace's members."""
    return {"type": "users_select", "action_id": action_id, "placeholder": plain(placeholder)}


def option(text: str, value: str, description: str = "") -> Block:
    drawn: Block = {"text": plain(shorten(text, 75)), "value": value}
    if description:
        drawn["description"] = plain(shorten(description, 75))
    return drawn


def overflow(action_id: str, options: list[Block]) -> Block:
    """What is needed less often, behind three dots; at most five."""
    return {"type": "overflow", "action_id": action_id, "options": options}


def chooser(block_id: str, label: str, placeholder: str, initial: Block | None) -> Block:
    """An input block whose options the desk is asked for; its field carries the block's own name."""
    element = search_menu(block_id, placeholder)
    if initial is not None:
        element["initial_option"] = initial
    return {"type": "input", "block_id": block_id, "label": plain(label), "element": element}


def text_field(
    block_id: str, label: str, placeholder: str, most: int, long: bool = False, initial: str = ""
) -> Block:
    """An input block; its field carries the block's own name."""
    element = {
        "type": "plain_text_input",
        "action_id": block_id,
        "multiline": long,
        "max_length": most,
        "placeholder": plain(placeholder),
    }
    if initial:
        element["initial_value"] = initial
    return {"type": "input", "block_id": block_id, "label": plain(label), "element": element}


def file_field(block_id: str, label: str, hint: str, most: int) -> Block:
    """An input block, for windows only, that takes up to `most` files or none; its field carries the block's name."""
    element = {"type": "file_input", "action_id": block_id, "max_files": most}
    return {
        "type": "input",
        "block_id": block_id,
        "optional": True,
        "label": plain(label),
        "hint": plain(hint),
        "element": element,
    }


def plain(text: str) -> Block:
    return {"type": "plain_text", "text": text, "emoji": True}
