"""The section `relay` of desk.yml: what of a thread reaches the customer, and under whose name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from escalation.section import DeskConfigRefused, Section


class Policy(str, Enum):
    """What an agent has to do so that the customer reads their words."""

    REPLIES = "replies"
    """Write in the thread."""
    BUTTON = "button"
    """Press the card's button; whatever is written in the thread stays in Slack."""


@dataclass(frozen=True)
class Relay:
    policy: Policy = Policy.REPLIES
    channels: Mapping[str, Policy] = field(default_factory=dict)
    """Channels with a policy of their own."""
    note_reactions: tuple[str, ...] = ("lock",)
    """Emoji names; one of them on a message makes it a private note."""
    show_name: bool = True
    """Whether customers read the agent's display name; otherwise `team_name`."""
    show_picture: bool = True
    """Whether customers see the agent's picture, on channels that can show one."""
    team_name: str = "Support"

    def policy_of(self, channel: str) -> Policy:
        return self.channels.get(channel, self.policy)


def read_relay(written: object) -> Relay:
    """Raises DeskConfigRefused."""
    knobs = ("policy", "channels", "note_reactions", "show_name", "show_picture", "team_name")
    section = Section("relay", written, knobs)
    return Relay(
        policy=Policy(section.one_of("policy", Relay.policy.value, _POLICIES)),
        channels={name: _policy(name, word) for name, word in section.named("channels").items()},
        note_reactions=section.texts("note_reactions", Relay.note_reactions),
        show_name=section.flag("show_name", Relay.show_name),
        show_picture=section.flag("show_picture", Relay.show_picture),
        team_name=section.text("team_name", Relay.team_name),
    )


_POLICIES = tuple(policy.value for policy in Policy)


def _policy(channel: str, word: object) -> Policy:
    if word not in _POLICIES:
        raise DeskConfigRefused(f"relay.channels.{channel} must be one of {', '.join(_POLICIES)}, and is {word!r}")
    return Policy(word)
