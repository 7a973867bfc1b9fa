"""The payloads of interactivity: what Slack sends when a person clicks, submits, types or commands."""

from __future__ import annotations

from dataclasses import dataclass

from escalation.practice.channel import Channel
from escalation.practice.message import Message
from escalation.practice.people import APP, TEAM, Person
from escalation.practice.refusal import JSON
from escalation.practice.views import View

DOMAIN = "larkfell-practice"
VERIFICATION = "practice-verification"


@dataclass(frozen=True)
class Place:
    """Where a person acts: in a message of a channel, or in a view."""

    channel: Channel | None = None
    message: Message | None = None
    view: View | None = None


def _common(kind: str, person: Person) -> JSON:
    return {
        "type": kind,
        "team": {"id": TEAM, "domain": DOMAIN},
        "user": {"id": person.id, "username": person.key, "name": person.key, "team_id": TEAM},
        "api_app_id": APP,
        "token": VERIFICATION,
        "enterprise": None,
        "is_enterprise_install": False,
    }


def _where(place: Place, shown: JSON | None) -> JSON:
    """The fields that say where it happened. An ephemeral message is not shown to the app again."""
    if place.view is not None:
        return {"container": {"type": "view", "view_id": place.view.id}, "view": place.view.to_slack()}
    assert place.message is not None and place.channel is not None
    message = place.message
    container: JSON = {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": message.channel,
        "is_ephemeral": message.seen_by is not None,
    }
    if message.is_reply:
        container["thread_ts"] = message.thread_ts
    where: JSON = {"container": container, "channel": _channel(place.channel)}
    return where if message.seen_by else {**where, "message": shown}


def _channel(channel: Channel) -> JSON:
    return {"id": channel.id, "name": channel.name or "directmessage"}


def block_actions(
    person: Person, place: Place, action: JSON, trigger: str, shown: JSON | None, response_url: str
) -> JSON:
    payload = {**_common("block_actions", person), **_where(place, shown), "trigger_id": trigger}
    payload["actions"] = [action]
    if place.message is not None:
        payload["state"] = {"values": place.message.values}
        payload["response_url"] = response_url
    return payload


def block_suggestion(
    person: Person, place: Place, block_id: str, action_id: str, query: str, shown: JSON | None
) -> JSON:
    asked = {"action_id": action_id, "block_id": block_id, "value": query}
    return {**_common("block_suggestion", person), **_where(place, shown), **asked}


def view_submission(person: Person, view: View, trigger: str) -> JSON:
    common = _common("view_submission", person)
    return {**common, "trigger_id": trigger, "view": view.to_slack(), "response_urls": []}


def view_closed(person: Person, view: View, cleared: bool) -> JSON:
    return {**_common("view_closed", person), "view": view.to_slack(), "is_cleared": cleared}


def shortcut(person: Person, callback_id: str, trigger: str, ts: str) -> JSON:
    return {
        **_common("shortcut", person),
        "callback_id": callback_id,
        "trigger_id": trigger,
        "action_ts": ts,
    }


def message_shortcut(
    person: Person, callback_id: str, trigger: str, ts: str, place: Place, shown: JSON, response_url: str
) -> JSON:
    assert place.message is not None and place.channel is not None
    return {
        **shortcut(person, callback_id, trigger, ts),
        "type": "message_action",
        "message_ts": place.message.ts,
        "message": shown,
        "channel": _channel(place.channel),
        "response_url": response_url,
    }


def slash_command(person: Person, channel: Channel, command: str, text: str, trigger: str, response_url: str) -> JSON:
    return {
        "token": VERIFICATION,
        "team_id": TEAM,
        "team_domain": DOMAIN,
        "channel_id": channel.id,
        "channel_name": channel.name or "directmessage",
        "user_id": person.id,
        "user_name": person.key,
        "command": command,
        "text": text,
        "api_app_id": APP,
        "is_enterprise_install": "false",
        "response_url": response_url,
        "trigger_id": trigger,
    }
