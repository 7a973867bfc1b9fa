"""Whatever the desk says to Slack in a test, beside Slack's own schemas, parameters and models."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

import jsonschema
from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from tests.shared import is_here, slacks

AT_HAND = is_here("slack")
JSON = dict[str, Any]

NEWER_METHODS = {"apps.connections.open", "files.getUploadURLExternal", "files.completeUploadExternal"}
"""Slack added these after the list that is at hand was made."""
NEWER_PARAMETERS = {
    "chat.postMessage": {"metadata"},
    "conversations.history": {"include_all_metadata"},
    "conversations.replies": {"include_all_metadata"},
}
"""And these."""
ANSWERS = {"response_url", "acknowledgement"}
NEVER_TO_BE_HEARD = {
    "invalid_blocks", "invalid_blocks_format", "invalid_arguments", "invalid_arg_name", "invalid_metadata_format",
    "metadata_too_large", "invalid_attachments", "invalid_view", "view_too_large", "msg_too_long", "no_text",
    "invalid_name", "bad_timestamp", "invalid_cursor", "invalid_limit", "invalid_ts_oldest", "unknown_method",
    "missing_scope",
}  # fmt: skip
"""Refusals that nothing but a fault of ours brings about, and that no test orders in this way."""


def objections(calls: Sequence[JSON]) -> list[str]:
    """Everything in these calls that Slack itself would not have taken."""
    return [f"{call['method']}: {one}" for call in calls for one in _about(call)] if AT_HAND else []


def _about(call: JSON) -> Iterator[str]:
    method, arguments = call["method"], call["arguments"]
    if not arguments and call["error"]:
        return  # a test ordered this answer, whatever was asked
    if call["error"] in NEVER_TO_BE_HEARD:
        yield f"Slack answers {call['error']}"
    if method not in ANSWERS:
        yield from _about_parameters(method, arguments)
    for name, schema in (("blocks", "blocks"), ("view", None)):
        content = _read(arguments.get(name))
        if content:
            yield from _about_content(content, schema or content["type"])


def _about_parameters(method: str, arguments: JSON) -> Iterator[str]:
    if method in NEWER_METHODS:
        return
    path = slacks("web-api.openapi")["paths"].get(f"/{method}")
    if path is None:
        yield "Slack has no such method"
        return
    (described,) = path.values()
    known = {one["name"]: one.get("required", False) for one in described["parameters"]}
    strangers = arguments.keys() - known.keys() - NEWER_PARAMETERS.get(method, set())
    missing = {name for name, required in known.items() if required} - arguments.keys() - {"token"}
    if strangers or missing:
        yield f"parameters unknown: {sorted(strangers)}, missing: {sorted(missing)}"


def _about_content(content: Any, schema: str) -> Iterator[str]:
    if schema != "blocks":  # Slack's schema of a view lets blocks of unknown kinds through, that of blocks does not
        yield from _about_content(content["blocks"], "blocks")
    error = jsonschema.exceptions.best_match(_validator(schema).iter_errors(content))
    if error is not None:
        yield f"{schema}.schema.json at {error.json_path}: {error.message[:300]}"
    try:
        for one in Block.parse_all(content) if schema == "blocks" else [View(**content)]:
            one.validate_json()
    except Exception as problem:  # noqa: BLE001 - whatever Slack's models raise is an objection
        yield f"slack_sdk.models: {problem}"


def _read(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) and value else value


@cache
def _validator(schema: str) -> Any:
    described = slacks(f"{schema}.schema")
    return jsonschema.validators.validator_for(described)(described)
