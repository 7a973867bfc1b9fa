"""Shapes of blocks, and the check of a whole list of them."""

from __future__ import annotations

import secrets
from typing import Any

from escalation.practice.blocks.element import (
    IMAGE_ELEMENT,
    IN_ACTIONS,
    IN_INPUT,
    IN_MODAL_INPUT,
    IN_SECTION,
    any_text,
    plain,
)
from escalation.practice.blocks.shape import (
    Check,
    Objections,
    Shape,
    anything,
    array,
    flag,
    listed,
    objection,
    string,
    typed,
)
from escalation.practice.refusal import JSON

IN_MESSAGE = 50
IN_VIEW = 100
BLOCK_ID = string(255, 1)
CONTEXT_TEXT = any_text(3000)


def _context_element(value: Any, pointer: str) -> Objections:
    if isinstance(value, dict) and value.get("type") == "image":
        return IMAGE_ELEMENT(value, pointer)
    return CONTEXT_TEXT(value, pointer)


def _says_something(value: Any, pointer: str) -> Objections:
    if "text" not in value and "fields" not in value:
        yield objection("missing required field: text", pointer)


def _block(fields: dict[str, Check], required: tuple[str, ...] = (), also: Check = anything) -> Check:
    return Shape({**fields, "block_id": BLOCK_ID}, required, also)


RICH_PARTS = ("rich_text_section", "rich_text_list", "rich_text_preformatted", "rich_text_quote")
RICH_PART = Shape(dict.fromkeys(("elements", "style", "indent", "border", "offset"), anything), ("elements",))
RICH = typed(dict.fromkeys(RICH_PARTS, RICH_PART))


def _input(elements: dict[str, Check]) -> Check:
    return _block(
        {
            "label": plain(2000),
            "element": typed(elements),
            "hint": plain(2000),
            "optional": flag,
            "dispatch_action": flag,
        },
        ("label", "element"),
    )


BLOCKS: dict[str, Check] = {
    "section": _block(
        {
            "text": any_text(3000),
            "fields": array(any_text(2000), 10),
            "accessory": typed(IN_SECTION),
            "expand": flag,
        },
        also=_says_something,
    ),
    "header": _block({"text": plain(150)}, ("text",)),
    "divider": _block({}),
    "context": _block({"elements": array(_context_element, 10)}, ("elements",)),
    "actions": _block({"elements": array(typed(IN_ACTIONS), 25)}, ("elements",)),
    "image": _block(
        {"image_url": string(3000, 1), "alt_text": string(2000), "title": plain(2000)},
        ("image_url", "alt_text"),
    ),
    "input": _input(IN_INPUT),
    "rich_text": _block({"elements": array(RICH, 100, 0)}, ("elements",)),
}
MARKDOWN: dict[str, Check] = {"markdown": _block({"text": string(12_000, 1)}, ("text",))}
MESSAGE_BLOCKS = array(typed({**BLOCKS, **MARKDOWN}), IN_MESSAGE, 0)
VIEW_BLOCKS = {
    "home": array(typed(BLOCKS), IN_VIEW, 0),
    "modal": array(typed({**BLOCKS, "input": _input(IN_MODAL_INPUT)}), IN_VIEW, 0),
}
"""By the view's type: files can be entered in a modal only."""


def message_objections(blocks: Any) -> list[str]:
    """Everything that Slack would not accept in a message's `blocks`."""
    return [*MESSAGE_BLOCKS(blocks, "/blocks"), *_repeated(blocks, "/blocks")]


def view_block_objections(blocks: Any, kind: str, pointer: str) -> list[str]:
    return [*VIEW_BLOCKS[kind](blocks, pointer), *_repeated(blocks, pointer)]


def _repeated(blocks: Any, pointer: str) -> Objections:
    """Ids must differ: a block's in its message, an action's in its block."""
    yield from _twice(listed(blocks), "block_id", pointer)
    for index, block in enumerate(listed(blocks)):
        if isinstance(block, dict) and block.get("type") == "actions":
            yield from _twice(listed(block.get("elements")), "action_id", f"{pointer}/{index}/elements")


def _twice(items: list[Any], name: str, pointer: str) -> Objections:
    seen: set[str] = set()
    for index, item in enumerate(items):
        own = item.get(name) if isinstance(item, dict) else None
        if not isinstance(own, str):
            continue
        if own in seen:
            yield objection(f"`{name}` already exists: {own}", f"{pointer}/{index}/{name}")
        seen.add(own)


def name_blocks(blocks: list[JSON]) -> list[JSON]:
    """Gives every block and element an id, as Slack does where the app gave none."""
    for block in blocks:
        block.setdefault("block_id", secrets.token_urlsafe(4))
        elements = block.get("elements", []) if block["type"] == "actions" else []
        for element in (*elements, block.get("accessory"), block.get("element")):
            if isinstance(element, dict) and element.get("type") != "image":
                element.setdefault("action_id", secrets.token_urlsafe(4))
    return blocks
