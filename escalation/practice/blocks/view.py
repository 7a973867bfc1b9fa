"""Shapes of modals and App Homes."""

from __future__ import annotations

from typing import Any

from escalation.practice.blocks.block import name_blocks, view_block_objections
from escalation.practice.blocks.element import plain
from escalation.practice.blocks.shape import Objections, Shape, anything, flag, listed, objection, string
from escalation.practice.refusal import JSON

COMMON = {
    "blocks": anything,
    "private_metadata": string(3000),
    "callback_id": string(255),
    "external_id": string(255),
}
MODAL_PARTS = {"title": plain(24), "submit": plain(24), "close": plain(24)}
MODAL_FLAGS = {"clear_on_close": flag, "notify_on_close": flag, "submit_disabled": flag}


def _input_needs_submit(value: Any, pointer: str) -> Objections:
    inputs = [b for b in listed(value.get("blocks")) if isinstance(b, dict) and b.get("type") == "input"]
    if inputs and "submit" not in value:
        yield objection("missing required field: submit", pointer)


SHAPES = {
    "modal": Shape({**COMMON, **MODAL_PARTS, **MODAL_FLAGS}, ("title", "blocks"), _input_needs_submit),
    "home": Shape({**COMMON}, ("blocks",)),
}


def objections(body: Any, kind: str) -> list[str]:
    """Everything that Slack would not accept in a view of this kind."""
    if not isinstance(body, dict):
        return [objection("must provide an object", "/view")]
    if body.get("type") != kind:
        return [objection(f"must be of type {kind}", "/view/type")]
    return [*SHAPES[kind](body, "/view"), *view_block_objections(body.get("blocks", []), kind, "/view/blocks")]


def name_parts(body: JSON) -> JSON:
    name_blocks(body["blocks"])
    return body
