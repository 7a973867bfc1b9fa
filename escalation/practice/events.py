"""The events that Slack tells an app when something happens in a channel."""

from __future__ import annotations

import secrets
import time

from escalation.practice.message import Message, to_slack
from escalation.practice.people import APP, BOT_USER, TEAM
from escalation.practice.refusal import JSON


def envelope(event: JSON, event_id: str | None = None) -> JSON:
    """The outer wrapping of the Events API. A new `event_id` each time it is wrapped."""
    return {
        "token": "practice-verification",
        "team_id": TEAM,
        "context_team_id": TEAM,
        "context_enterprise_id": None,
        "api_app_id": APP,
        "event": event,
        "type": "event_callback",
        "event_id": event_id or f"Ev{secrets.token_hex(5).upper()}",
        "event_time": int(time.time()),
        "authorizations": [
            {
                "enterprise_id": None,
                "team_id": TEAM,
                "user_id": BOT_USER,
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
        "is_ext_shared_channel": False,
        "event_context": f"4-{secrets.token_urlsafe(12)}",
    }


def message_posted(
    message: Message, channel_type: str, base_url: str, parent: Message | None, root: JSON | None
) -> JSON:
    """`root` is set for a reply that is also sent to the channel."""
    body = to_slack(message, base_url, with_metadata=True)
    if parent is not None:
        body["parent_user_id"] = parent.user
    if root is not None:
        body["root"] = root
    return {**body, "channel": message.channel, "event_ts": message.ts, "channel_type": channel_type}


def message_changed(now: JSON, before: JSON, channel: str, channel_type: str, ts: str) -> JSON:
    sources = {"source_team": TEAM, "user_team": TEAM}
    return {
        "type": "message",
        "subtype": "message_changed",
        "message": {**now, **sources},
        "previous_message": before,
        "channel": channel,
        "hidden": True,
        "ts": ts,
        "event_ts": ts,
        "channel_type": channel_type,
    }


def message_deleted(before: JSON, channel: str, channel_type: str, ts: str) -> JSON:
    return {
        "type": "message",
        "subtype": "message_deleted",
        "previous_message": before,
        "channel": channel,
        "hidden": True,
        "deleted_ts": before["ts"],
        "ts": ts,
        "event_ts": ts,
        "channel_type": channel_type,
    }


def reaction(kind: str, message: Message, user: str, name: str, ts: str) -> JSON:
    """`kind` is reaction_added or reaction_removed."""
    return {
        "type": kind,
        "user": user,
        "reaction": name,
        "item": {"type": "message", "channel": message.channel, "ts": message.ts},
        "item_user": message.user,
        "event_ts": ts,
    }


def member_joined(user: str, channel: str, ts: str) -> JSON:
    return {
        "type": "member_joined_channel",
        "user": user,
        "channel": channel,
        "channel_type": "C",
        "team": TEAM,
        "event_ts": ts,
    }


def home_opened(user: str, channel: str, view: JSON | None, ts: str) -> JSON:
    event: JSON = {"type": "app_home_opened", "user": user, "channel": channel, "tab": "home", "event_ts": ts}
    return {**event, "view": view} if view else event
