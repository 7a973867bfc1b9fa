"""Methods, parameters, error codes and payloads of the practice workspace, beside Slack's own lists and samples."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import pytest

from escalation.practice import events, payloads
from escalation.practice.channel import Channel
from escalation.practice.message import Message
from escalation.practice.payloads import Place
from escalation.practice.people import PEOPLE
from escalation.practice.views import View
from escalation.practice.web_api.endpoint import METHODS
from tests.practice.conftest import modal
from tests.shared import sample, slacks

WEB_API = Path(__file__).parents[2] / "escalation" / "practice" / "web_api"
NEWER_METHODS = {"api.test", "apps.connections.open", "files.getUploadURLExternal", "files.completeUploadExternal"}
"""Slack added or moved these after the list that is at hand was made."""
NEWER_PARAMETERS = {
    "metadata", "include_all_metadata", "exclude_archived", "types", "view", "trigger_id", "token", "return_im",
    "interactivity_pointer", "cursor", "limit", "notify_on_close",
}  # fmt: skip
MINA = PEOPLE[0]


def web_api() -> Any:
    return slacks("web-api.openapi")["paths"]


def strangers(made: Any, known: Any, where: str = "") -> list[str]:
    """Fields of `made` that Slack's sample does not have. An empty object in the sample says nothing."""
    if isinstance(made, dict) and isinstance(known, dict) and known:
        return [
            found
            for name, value in made.items()
            for found in (
                [f"{where}/{name}"] if name not in known else strangers(value, known[name], f"{where}/{name}")
            )
        ]
    return []


def test_every_method_is_one_of_slacks():
    assert {f"/{method}" for method in METHODS} - set(web_api()) == {f"/{name}" for name in NEWER_METHODS}


def test_every_argument_that_is_read_is_one_of_slacks():
    known = {
        parameter["name"]
        for methods in web_api().values()
        for op in methods.values()
        for parameter in op["parameters"]
    }
    newer = {"channel_id", "filename", "length", "files", "initial_comment", "error"}
    read = {
        node.args[0].value
        for path in WEB_API.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in ("text", "optional", "flag", "ts", "nested", "number")
        and node.args
        and isinstance(node.args[0], ast.Constant)
    }
    assert read - known - newer <= NEWER_PARAMETERS


def codes_of(file: str) -> set[str]:
    tree = ast.parse((WEB_API / file).read_text(encoding="utf-8"))
    return {
        node.args[0].value
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "Refused"
        and node.args
        and isinstance(node.args[0], ast.Constant)
    }


@pytest.mark.parametrize(
    ("file", "noun", "newer"),
    [
        (
            "chat.py",
            "chat.",
            {
                "invalid_blocks",
                "invalid_blocks_format",
                "invalid_metadata_format",
                "metadata_too_large",
                "invalid_thread_ts",
                "invalid_attachments",
                "not_in_channel",
            },
        ),
        ("conversations.py", "conversations.", set()),
        ("reactions.py", "reactions.", {"not_in_channel"}),
        ("users.py", "", set()),
        ("files.py", "files.", {"invalid_arguments"}),
    ],
)
def test_refusals_use_slacks_own_codes(file: str, noun: str, newer: set[str]):
    known = {
        code
        for path, methods in web_api().items()
        if path.startswith(f"/{noun}")
        for op in methods.values()
        for code in op["responses"]["default"]
        .get("schema", {})
        .get("properties", {})
        .get("error", {})
        .get("enum", [])
    }
    assert codes_of(file) - known <= newer


def message_in(channel: Channel, **more: Any) -> Message:
    return Message(channel=channel.id, ts="1700000000.000100", user=MINA.id, text="hello", **more)


@pytest.fixture
def channel() -> Channel:
    return Channel("C1", "support", [MINA.id])


def test_a_message_event_has_only_slacks_fields(channel: Channel):
    event = events.message_posted(message_in(channel, client_msg_id="x"), "channel", "", None, None)
    assert strangers(events.envelope(event), sample("MessagePayload")) == [
        "/context_team_id",
        "/context_enterprise_id",
    ]


def test_an_edit_and_a_deletion_have_only_slacks_fields(channel: Channel):
    body = {"type": "message", "user": "U1", "text": "x", "ts": "1.2", "team": "T1", "client_msg_id": "c"}
    changed = events.message_changed({**body, "edited": {"user": "U1", "ts": "1.3"}}, body, "C1", "channel", "1.3")
    deleted = events.message_deleted(body, "C1", "channel", "1.3")
    assert strangers(changed, sample("MessageChangedPayload")["event"]) == []
    assert strangers(deleted, sample("MessageDeletedPayload")["event"]) == []


def test_a_reaction_and_an_opened_home_have_only_slacks_fields(channel: Channel):
    reaction = events.reaction("reaction_added", message_in(channel), "U1", "eyes", "1.2")
    assert strangers(reaction, sample("ReactionAddedPayload")["event"]) == []
    assert strangers(events.home_opened("U1", "D1", None, "1.2"), sample("AppHomeOpenedPayload")["event"]) == []


def test_a_click_has_only_slacks_fields(channel: Channel):
    place = Place(channel, message_in(channel, thread_ts="1700000000.000050"))
    action = {"type": "button", "action_id": "a", "block_id": "b", "action_ts": "1.2"}
    made = payloads.block_actions(MINA, place, action, "1.2.x", {"type": "message", "ts": "1.2"}, "https://x")
    known = sample("BlockActionPayload")
    assert strangers({k: v for k, v in made.items() if k not in ("actions", "state", "enterprise")}, known) == []
    assert {"trigger_id", "container", "channel", "message", "response_url", "actions"} <= set(made)


@pytest.mark.parametrize(("make", "name"), [("submission", "ViewSubmissionPayload"), ("closed", "ViewClosedPayload")])
def test_a_modals_payloads_have_only_slacks_fields(make: str, name: str):
    view = View("V1", MINA.id, modal(), "V1", None)
    submitted = payloads.view_submission(MINA, view, "1.2.x")
    made = submitted if make == "submission" else payloads.view_closed(MINA, view, False)
    assert set(strangers(made, sample(name))) <= {"/view/blocks", "/response_urls"}


def test_a_slash_command_has_only_slacks_fields(channel: Channel):
    made = payloads.slash_command(MINA, channel, "/handraise", "", "1.2.x", "https://x")
    assert strangers(made, sample("SlashCommandPayload")) == []
