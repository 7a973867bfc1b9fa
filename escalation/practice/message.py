"""Messages of the practice workspace, and the shapes in which Slack shows them."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from typing import Any

from escalation.practice.people import APP, BOT, BOT_USER, TEAM, bot_profile
from escalation.practice.refusal import JSON


@dataclass
class Message:
    """One message. A root that still has replies when it is deleted stays as a tombstone."""

    channel: str
    ts: str
    user: str
    text: str
    blocks: list[JSON] = field(default_factory=list)
    thread_ts: str | None = None
    client_msg_id: str | None = None
    subtype: str | None = None
    username: str | None = None
    icons: JSON | None = None
    attachments: list[JSON] = field(default_factory=list)
    metadata: JSON | None = None
    files: list[JSON] = field(default_factory=list)
    edited: JSON | None = None
    reactions: dict[str, list[str]] = field(default_factory=dict)
    replies: list[str] = field(default_factory=list)
    repliers: list[str] = field(default_factory=list)
    values: dict[str, dict[str, JSON]] = field(default_factory=dict)
    """What people have chosen in the message's own menus, as in a payload's `state`."""
    seen_by: str | None = None
    """The one person who sees an ephemeral message."""
    deleted: bool = False
    changed: int = 0
    """The workspace's version at the last change."""

    @property
    def by_app(self) -> bool:
        return self.user == BOT_USER

    @property
    def is_reply(self) -> bool:
        return self.thread_ts is not None and self.thread_ts != self.ts


def to_slack(message: Message, base_url: str, with_metadata: bool = False) -> JSON:
    """As `conversations.history` returns it."""
    body: JSON = {"type": "message", "text": message.text, "ts": message.ts, "team": TEAM}
    body.update(_author(message, base_url))
    for name in ("subtype", "client_msg_id", "thread_ts", "edited", "blocks", "attachments", "files"):
        value: Any = getattr(message, name)
        if value:
            body[name] = copy.deepcopy(value)
    if message.files:
        body["upload"] = False
    if message.reactions:
        body["reactions"] = [
            {"name": name, "users": list(users), "count": len(users)} for name, users in message.reactions.items()
        ]
    if message.replies:
        body.update(_thread(message))
    if with_metadata and message.metadata:
        body["metadata"] = message.metadata
    return body


def _author(message: Message, base_url: str) -> JSON:
    if message.subtype == "tombstone":
        return {"user": "USLACKBOT", "hidden": True}
    if not message.by_app:
        return {"user": message.user}
    if message.username is not None:
        return {"bot_id": BOT, "app_id": APP, "username": message.username, "icons": message.icons or {}}
    return {"user": BOT_USER, "bot_id": BOT, "app_id": APP, "bot_profile": bot_profile(base_url)}


def _thread(message: Message) -> JSON:
    return {
        "thread_ts": message.ts,
        "reply_count": len(message.replies),
        "reply_users_count": len(message.repliers),
        "reply_users": list(message.repliers),
        "latest_reply": message.replies[-1],
        "is_locked": False,
        "subscribed": False,
    }
