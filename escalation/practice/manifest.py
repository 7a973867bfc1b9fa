"""The app's manifest: what the app may call, which events it is told, which commands and shortcuts exist.

Without one the workspace allows everything.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from escalation.practice.refusal import JSON, Refused

SCOPES = {
    "bots.info": ("users:read",),
    "chat.delete": ("chat:write",),
    "chat.postEphemeral": ("chat:write",),
    "chat.postMessage": ("chat:write",),
    "chat.update": ("chat:write",),
    "conversations.history": ("channels:history", "groups:history", "im:history"),
    "conversations.info": ("channels:read", "groups:read", "im:read"),
    "conversations.join": ("channels:join",),
    "conversations.list": ("channels:read", "groups:read", "im:read"),
    "conversations.members": ("channels:read", "groups:read", "im:read"),
    "conversations.open": ("im:write", "mpim:write"),
    "conversations.replies": ("channels:history", "groups:history", "im:history"),
    "files.completeUploadExternal": ("files:write",),
    "files.getUploadURLExternal": ("files:write",),
    "files.info": ("files:read",),
    "reactions.add": ("reactions:write",),
    "reactions.get": ("reactions:read",),
    "reactions.remove": ("reactions:write",),
    "team.info": ("team:read",),
    "usergroups.list": ("usergroups:read",),
    "users.info": ("users:read",),
    "users.list": ("users:read",),
    "users.profile.get": ("users.profile:read",),
}
"""Any one of these opens the method; what is missing here needs none."""
OTHER_NAME = ("username", "icon_url", "icon_emoji")
EVENT_SCOPES = {
    "message.channels": "channels:history",
    "message.groups": "groups:history",
    "message.im": "im:history",
}
MESSAGE_EVENTS = {"channel": "message.channels", "group": "message.groups", "im": "message.im"}


class ManifestUnusable(Exception):
    """The file is not a Slack app manifest. The message says why."""


@dataclass(frozen=True)
class Manifest:
    scopes: frozenset[str]
    events: frozenset[str]
    commands: tuple[str, ...]
    shortcuts: tuple[JSON, ...]
    home: bool

    def check_call(self, method: str, arguments: JSON) -> None:
        """Raises Refused(missing_scope), naming what is needed and what was granted, as Slack does."""
        needed = SCOPES.get(method)
        if needed and not self.scopes.intersection(needed):
            raise self._missing(needed[0])
        renamed = needed == ("chat:write",) and any(arguments.get(name) for name in OTHER_NAME)
        if renamed and "chat:write.customize" not in self.scopes:
            raise self._missing("chat:write.customize")
        if method == "views.publish" and not self.home:
            raise Refused("not_enabled")

    def _missing(self, needed: str) -> Refused:
        return Refused("missing_scope", more={"needed": needed, "provided": ",".join(sorted(self.scopes))})

    def tells(self, event: JSON) -> bool:
        """Whether the app subscribed to this event."""
        name = str(event["type"])
        if name == "message":
            name = MESSAGE_EVENTS[event["channel_type"]]
        return name in self.events and EVENT_SCOPES.get(name, "") in {*self.scopes, ""}


def read_manifest(path: Path) -> Manifest:
    """Raises ManifestUnusable."""
    try:
        content: Any = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as problem:
        raise ManifestUnusable(f"{path} cannot be read: {problem}") from None
    if not isinstance(content, dict) or "features" not in content:
        raise ManifestUnusable(f"{path} is not a Slack app manifest: it has no features")
    features, settings = content["features"], content.get("settings") or {}
    scopes = (content.get("oauth_config") or {}).get("scopes") or {}
    granted = frozenset(scopes.get("bot") or ())
    may_command = "commands" in granted  # without it Slack knows neither commands nor shortcuts
    return Manifest(
        scopes=granted,
        events=frozenset((settings.get("event_subscriptions") or {}).get("bot_events") or ()),
        commands=tuple(one["command"] for one in features.get("slash_commands") or () if may_command),
        shortcuts=tuple(
            {name: one[name] for name in ("name", "type", "callback_id")}
            for one in features.get("shortcuts") or ()
            if may_command
        ),
        home=bool((features.get("app_home") or {}).get("home_tab_enabled")),
    )
