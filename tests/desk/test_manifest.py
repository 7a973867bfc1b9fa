"""The app manifest says exactly what the code does."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import jsonschema
import yaml

from escalation.slack.home.command import COMMAND, HELP, SHOW_QUEUE
from escalation.slack.label_window import LABEL_MESSAGE
from tests.shared import slacks

ROOT = Path(__file__).parents[2]
MANIFEST: dict[str, Any] = yaml.safe_load((ROOT / "escalation" / "manifest.yml").read_text(encoding="utf-8"))
CODE = "\n".join(file.read_text(encoding="utf-8") for file in (ROOT / "escalation" / "slack").rglob("*.py"))

SCOPES = {
    "auth_test": set(),
    "chat_postMessage": {"chat:write"},
    "chat_postEphemeral": {"chat:write"},
    "chat_update": {"chat:write"},
    "chat_delete": {"chat:write"},
    "conversations_history": {"channels:history", "groups:history"},
    "conversations_replies": {"channels:history", "groups:history"},
    "conversations_info": {"channels:read", "groups:read"},
    "conversations_list": {"channels:read", "groups:read"},
    "files_getUploadURLExternal": {"files:write"},
    "files_completeUploadExternal": {"files:write"},
    "reactions_add": {"reactions:write"},
    "reactions_remove": {"reactions:write"},
    "usergroups_list": {"usergroups:read"},
    "users_info": {"users:read"},
    "users_list": {"users:read"},
    "views_open": set(),
    "views_publish": set(),
    "views_push": set(),
    "views_update": set(),
}
"""What Slack asks for, by method of its client."""
BESIDE_METHODS = {"files:read", "reactions:read"}
"""For fetching agents' files with the token, and for the event reaction_added."""


def used_methods() -> set[str]:
    return set(re.findall(r"(?<!escalation\.)slack\.([a-z]+_[a-zA-Z]+)\b", CODE))


def test_every_web_api_method_in_use_is_known_here_and_none_besides() -> None:
    assert used_methods() == set(SCOPES)


def test_the_manifest_asks_for_the_scopes_in_use_and_no_other() -> None:
    needed = set().union(BESIDE_METHODS, *SCOPES.values())
    needed |= {"chat:write.customize"} if '"username"' in CODE else set()
    needed |= {"commands"} if "app.command(" in CODE else set()
    assert set(MANIFEST["oauth_config"]["scopes"]["bot"]) == needed


def test_the_scopes_of_each_method_are_slacks_own() -> None:
    paths = slacks("web-api.openapi")["paths"]
    for method, ours in SCOPES.items():
        if "/" + method.replace("_", ".") not in paths:
            continue  # newer than the description at hand
        described = next(iter(paths["/" + method.replace("_", ".")].values()))
        theirs = {scope.replace("write:bot", "write") for scope in described["security"][0]["slackAuth"]}
        assert ours <= theirs, method


def test_messages_reactions_to_them_and_opened_homes_are_subscribed_to_and_nothing_else() -> None:
    events = MANIFEST["settings"]["event_subscriptions"]["bot_events"]
    assert events == ["app_home_opened", "message.channels", "message.groups", "reaction_added"]


def test_buttons_and_socket_mode_are_on_and_what_is_not_built_is_off() -> None:
    settings, home = MANIFEST["settings"], MANIFEST["features"]["app_home"]
    assert settings["interactivity"]["is_enabled"]
    assert settings["socket_mode_enabled"]
    assert home == {"home_tab_enabled": True, "messages_tab_enabled": False}


def test_commands_and_shortcuts_are_those_that_the_desk_listens_to() -> None:
    features = MANIFEST["features"]
    assert [one["command"] for one in features["slash_commands"]] == [COMMAND]
    assert {one["callback_id"]: one["type"] for one in features["shortcuts"]} == {
        LABEL_MESSAGE: "message",
        SHOW_QUEUE: "global",
    }
    for word in features["slash_commands"][0]["usage_hint"].split(", "):
        assert f"`{COMMAND} {word}`" in HELP


def test_the_manifest_is_right_by_slacks_own_schema() -> None:
    jsonschema.validate(MANIFEST, slacks("manifest.schema"))
