"""With a manifest the app may do, and is told, what the manifest says and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from slack_sdk.errors import SlackApiError

from escalation.practice.manifest import ManifestUnusable, read_manifest
from escalation.practice.player import PlayRefused
from tests.practice.conftest import actions, button
from tests.practice.server import ROOT, PracticeServer, practice_server
from tests.practice.test_socket_mode import Connected, Heard

MANIFEST = {
    "display_information": {"name": "Handraise"},
    "features": {
        "slash_commands": [{"command": "/handraise", "description": "The queue"}],
        "shortcuts": [{"name": "Label it", "type": "message", "callback_id": "label_it", "description": "x"}],
    },
    "oauth_config": {"scopes": {"bot": ["chat:write", "channels:history", "commands"]}},
    "settings": {"event_subscriptions": {"bot_events": ["message.channels"]}},
}


@pytest.fixture(scope="module")
def strict_practice(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PracticeServer]:
    path = tmp_path_factory.mktemp("manifest") / "manifest.yml"
    path.write_text(yaml.safe_dump(MANIFEST))
    with practice_server("--no-rate-limit", "--manifest", str(path)) as server:
        yield server


def test_a_call_beyond_the_scopes_is_refused_with_what_is_missing(strict_practice: PracticeServer):
    slack = strict_practice.client()
    assert slack.chat_postMessage(channel="#support", text="x")["ok"]
    with pytest.raises(SlackApiError) as problem:
        slack.users_info(user="U0MINAOKAFO")
    answer = problem.value.response
    assert (answer["error"], answer["needed"], answer["provided"]) == (
        "missing_scope",
        "users:read",
        "channels:history,chat:write,commands",
    )


def test_another_name_needs_a_scope_of_its_own(strict_practice: PracticeServer):
    with pytest.raises(SlackApiError) as problem:
        strict_practice.client().chat_postMessage(channel="#support", text="x", username="Anna")
    assert problem.value.response["needed"] == "chat:write.customize"


def test_only_events_that_were_subscribed_are_told(strict_practice: PracticeServer, connect: Connected):
    heard = Heard()
    connect(strict_practice, lambda app: app.event("message")(lambda event: heard.note(event["text"])) and None)
    with strict_practice.play() as mina:
        mina.react(mina.post("first"), "eyes")
        mina.post("second")
        heard.reaches(2)
        kinds = [sent["payload"]["event"]["type"] for sent in mina.deliveries()]
    assert "reaction_added" not in kinds


def test_a_command_that_the_manifest_lacks_does_not_exist(strict_practice: PracticeServer):
    with strict_practice.play() as mina, pytest.raises(PlayRefused, match="unknown_command"):
        mina.command("/queue")


@pytest.mark.parametrize("callback_id", ["label_it", "another"])
def test_a_shortcut_stands_in_its_own_menu_and_nowhere_else(strict_practice: PracticeServer, callback_id: str):
    with strict_practice.play() as mina, pytest.raises(PlayRefused, match="unknown_shortcut"):
        mina.shortcut(callback_id)


def test_commands_and_shortcuts_need_their_scope(tmp_path: Path):
    path = tmp_path / "manifest.yml"
    path.write_text(yaml.safe_dump({**MANIFEST, "oauth_config": {"scopes": {"bot": ["chat:write"]}}}))
    manifest = read_manifest(path)
    assert (manifest.commands, manifest.shortcuts) == ((), ())


def test_a_home_that_is_switched_off_is_not_published(strict_practice: PracticeServer):
    with pytest.raises(SlackApiError, match="not_enabled"):
        view = {"type": "home", "blocks": [actions(button("b"))]}
        strict_practice.client().views_publish(user_id="U0MINAOKAFO", view=view)


def test_the_desks_own_manifest_can_be_held_to():
    assert "chat:write" in read_manifest(ROOT / "escalation" / "manifest.yml").scopes


def test_what_is_no_manifest_is_refused_in_words(tmp_path: Path):
    wrong = tmp_path / "wrong.yml"
    wrong.write_text("- a list")
    for path in (wrong, tmp_path / "missing.yml"):
        with pytest.raises(ManifestUnusable, match=path.name):
            read_manifest(path)
