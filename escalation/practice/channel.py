"""Channels of the practice workspace."""

from __future__ import annotations

from dataclasses import dataclass, field

from escalation.practice.message import Message
from escalation.practice.people import BOT_USER, TEAM
from escalation.practice.refusal import JSON

KEPT_MESSAGES = 20_000
"""Messages kept per channel; the oldest threads go first."""


@dataclass
class Channel:
    """A channel, or a direct conversation where `with_user` is set."""

    id: str
    name: str
    members: list[str]
    topic: str = ""
    is_archived: bool = False
    is_private: bool = False
    with_user: str | None = None
    messages: dict[str, Message] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        """Slack's `channel_type` in events."""
        if self.with_user:
            return "im"
        return "group" if self.is_private else "channel"

    def roots(self) -> list[Message]:
        """What stands in the channel itself, oldest first."""
        return [m for m in self.messages.values() if not m.is_reply or m.subtype == "thread_broadcast"]

    def thread(self, ts: str) -> list[Message]:
        """The root and its replies, oldest first; empty if there is no such message."""
        root = self.messages.get(ts)
        if root is None:
            return []
        return [root] + [self.messages[reply] for reply in root.replies if reply in self.messages]

    def add(self, message: Message) -> None:
        self.messages[message.ts] = message
        if len(self.messages) > KEPT_MESSAGES:
            self._forget_oldest()

    def _forget_oldest(self) -> None:
        oldest = next(iter(self.messages.values()))
        for message in self.thread(oldest.ts) or [oldest]:
            self.messages.pop(message.ts, None)


def to_slack(channel: Channel) -> JSON:
    if channel.with_user:
        return {
            "id": channel.id,
            "created": 1_700_000_000,
            "is_im": True,
            "is_archived": False,
            "user": channel.with_user,
            "context_team_id": TEAM,
        }
    return {
        "id": channel.id,
        "name": channel.name,
        "name_normalized": channel.name,
        "is_channel": not channel.is_private,
        "is_group": channel.is_private,
        "is_im": False,
        "is_mpim": False,
        "is_private": channel.is_private,
        "is_archived": channel.is_archived,
        "is_general": False,
        "is_shared": False,
        "is_ext_shared": False,
        "is_org_shared": False,
        "is_member": BOT_USER in channel.members,
        "created": 1_700_000_000,
        "creator": channel.members[0] if channel.members else "",
        "num_members": len(channel.members),
        "topic": {"value": channel.topic, "creator": "", "last_set": 0},
        "purpose": {"value": "", "creator": "", "last_set": 0},
        "previous_names": [],
        "shared_team_ids": [TEAM],
        "context_team_id": TEAM,
    }
