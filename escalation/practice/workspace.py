"""The practice workspace itself: people, channels, messages, and what happens to them. All in memory.

One event loop owns it, so it needs no lock. Every change raises `version` and is told to the app as an event.
"""

from __future__ import annotations

import asyncio
import copy
import re
import time
import uuid
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from escalation.practice import choices, events
from escalation.practice.channel import Channel
from escalation.practice.message import Message, to_slack
from escalation.practice.people import BOT_USER, HANDRAISE, PEOPLE, Person
from escalation.practice.refusal import JSON, Refused

BOT_TOKEN = "xoxb-practice-larkfell-bot"  # noqa: S105 - opens the practice workspace and nothing else
APP_TOKEN = "xapp-practice-larkfell-app"  # noqa: S105
SIGNING_SECRET = "practice-larkfell-signing"  # noqa: S105
CHANNEL = "C0SUPPORT01"
CHANNEL_NAME = "support"
LEADS_CHANNEL = "C0LEADS0001"

EVERYBODY = [person.id for person in PEOPLE]
KEPT_EPHEMERAL = 200
KEPT_GONE = 500
"""Deleted messages that a page may not have heard of yet."""
TS = re.compile(r"\d{10}\.\d{6}")


@dataclass(frozen=True)
class Draft:
    """What somebody wants to post."""

    user: str
    text: str
    thread_ts: str | None = None
    broadcast: bool = False
    blocks: tuple[JSON, ...] = ()
    more: JSON | None = None
    """Further fields of `Message`."""


class Workspace:
    """State and moves. Moves raise `Refused` with Slack's code."""

    def __init__(self, base_url: str, tell_app: Callable[[JSON], None]) -> None:
        self.base_url = base_url
        self._tell_app = tell_app
        self.version = 1
        self._changed = asyncio.Event()
        self._closed = False
        self._last_ts = 0
        self.people: dict[str, Person] = {person.id: person for person in (*PEOPLE, HANDRAISE)}
        self.ephemeral: dict[str, Message] = {}
        self.gone: deque[Message] = deque(maxlen=KEPT_GONE)
        self.channels: dict[str, Channel] = {
            CHANNEL: Channel(CHANNEL, CHANNEL_NAME, [*EVERYBODY, BOT_USER], "Customers the bot asks us about"),
            LEADS_CHANNEL: Channel(LEADS_CHANNEL, "support-leads", list(EVERYBODY), "What needs a lead"),
        }

    # Change and time

    def bump(self) -> int:
        """Something changed: wakes everybody who waits in `wait_beyond`."""
        self.version += 1
        self._changed.set()
        self._changed = asyncio.Event()
        return self.version

    def close(self) -> None:
        """Nobody waits any longer."""
        self._closed = True
        self.bump()

    async def wait_beyond(self, version: int, seconds: float) -> None:
        if self.version > version or self._closed:
            return
        try:
            await asyncio.wait_for(self._changed.wait(), seconds)
        except asyncio.TimeoutError:
            return

    def next_ts(self) -> str:
        """Slack's time stamp, which is also a message's name: never the same twice."""
        self._last_ts = max(self._last_ts + 100, time.time_ns() // 1000)
        return f"{self._last_ts // 1_000_000}.{self._last_ts % 1_000_000:06d}"

    # Finding

    def person(self, who: str) -> Person:
        """By id or key. Raises Refused(user_not_found)."""
        for person in self.people.values():
            if who in (person.id, person.key):
                return person
        raise Refused("user_not_found")

    def channel(self, reference: str) -> Channel:
        """By id, by name with or without `#`, or a person's id for the direct conversation with them."""
        if reference in self.people and reference != BOT_USER:
            return self.direct(reference)
        found = self.channels.get(reference)
        name = reference.removeprefix("#")
        found = found or next((c for c in self.channels.values() if c.name and c.name == name), None)
        if found is None or (found.is_private and BOT_USER not in found.members):
            raise Refused("channel_not_found")
        return found

    def direct(self, user: str) -> Channel:
        known = f"D{user[1:]}"
        if known not in self.channels:
            self.channels[known] = Channel(known, "", [user, BOT_USER], with_user=user)
            self.bump()
        return self.channels[known]

    def message(self, channel: Channel, ts: str) -> Message:
        found = channel.messages.get(ts)
        if found is None or found.subtype == "tombstone":
            raise Refused("message_not_found")
        return found

    def shown(self, message: Message) -> JSON:
        return to_slack(message, self.base_url, with_metadata=True)

    # Moves

    def post(self, channel: Channel, draft: Draft) -> Message:
        if channel.is_archived:
            raise Refused("is_archived")
        if draft.user not in channel.members:
            raise Refused("not_in_channel")
        root = self._root(channel, draft.thread_ts)
        message = self._written(channel, draft, root)
        channel.add(message)
        if root is not None:
            self._count_reply(root, message)
        self._touch(message)
        thread = self.shown(root) if root and draft.broadcast else None
        self._tell_app(events.message_posted(message, channel.kind, self.base_url, root, thread))
        return message

    def _root(self, channel: Channel, thread_ts: str | None) -> Message | None:
        """Slack starts a thread under any message, and files a reply to a reply under the same root."""
        if not thread_ts:
            return None
        found = channel.messages.get(thread_ts)
        if found is None:
            raise Refused("thread_not_found")
        return channel.messages.get(found.thread_ts) if found.is_reply and found.thread_ts else found

    def _written(self, channel: Channel, draft: Draft, root: Message | None) -> Message:
        person = draft.user != BOT_USER
        fields: dict[str, Any] = dict(draft.more or {})
        if draft.broadcast and root is not None:
            fields["subtype"] = "thread_broadcast"
        return Message(
            channel=channel.id,
            ts=self.next_ts(),
            user=draft.user,
            text=draft.text,
            blocks=list(draft.blocks),
            values=choices.initial(list(draft.blocks)),
            thread_ts=root.ts if root else None,
            client_msg_id=str(uuid.uuid4()) if person else None,
            **fields,
        )

    def _count_reply(self, root: Message, reply: Message) -> None:
        root.thread_ts = root.ts
        root.replies.append(reply.ts)
        if reply.user not in root.repliers:
            root.repliers.append(reply.user)
        self._touch(root)

    def _touch(self, message: Message) -> None:
        message.changed = self.bump()

    def edit(self, channel: Channel, message: Message, changes: JSON, by: str) -> None:
        """Replaces fields. What people chose in menus that stay, stays."""
        before = copy.deepcopy(self.shown(message))
        _change(message, changes)
        ts = self.next_ts()
        message.edited = {"user": by, "ts": ts}
        self._touch(message)
        self._tell_app(events.message_changed(self.shown(message), before, channel.id, channel.kind, ts))

    def delete(self, channel: Channel, message: Message) -> None:
        before = copy.deepcopy(self.shown(message))
        ts = self.next_ts()
        message.deleted = True
        if message.replies:
            self._bury(message)
            event = events.message_changed(self.shown(message), before, channel.id, channel.kind, ts)
        else:
            self._remove(channel, message)
            event = events.message_deleted(before, channel.id, channel.kind, ts)
        self._touch(message)
        self._tell_app(event)

    def _bury(self, message: Message) -> None:
        message.subtype, message.text = "tombstone", "This message was deleted."
        message.blocks, message.files, message.reactions, message.metadata = [], [], {}, None

    def _remove(self, channel: Channel, message: Message) -> None:
        channel.messages.pop(message.ts, None)
        self.gone.append(message)
        root = channel.messages.get(message.thread_ts or "")
        if root is not None and message.ts in root.replies:
            root.replies.remove(message.ts)
            self._touch(root)

    def react(self, message: Message, user: str, name: str) -> None:
        users = message.reactions.setdefault(name, [])
        if user in users:
            raise Refused("already_reacted")
        users.append(user)
        self._touch(message)
        self._tell_app(events.reaction("reaction_added", message, user, name, self.next_ts()))

    def unreact(self, message: Message, user: str, name: str) -> None:
        users = message.reactions.get(name, [])
        if user not in users:
            raise Refused("no_reaction")
        users.remove(user)
        if not users:
            del message.reactions[name]
        self._touch(message)
        self._tell_app(events.reaction("reaction_removed", message, user, name, self.next_ts()))

    def whisper(self, channel: Channel, draft: Draft, to: str) -> Message:
        """An ephemeral message: one person sees it, nobody can find it again."""
        message = self._written(channel, draft, self._root(channel, draft.thread_ts))
        message.seen_by = to
        self.ephemeral[message.ts] = message
        while len(self.ephemeral) > KEPT_EPHEMERAL:
            self.ephemeral.pop(next(iter(self.ephemeral)))
        self._touch(message)
        return message

    def rewhisper(self, message: Message, changes: JSON) -> None:
        _change(message, changes)
        self._touch(message)

    def unwhisper(self, message: Message) -> None:
        message.deleted = True
        self._touch(message)

    def join(self, channel: Channel, user: str) -> None:
        if channel.is_archived:
            raise Refused("is_archived")
        if user not in channel.members:
            channel.members.append(user)
            self.bump()
            self._tell_app(events.member_joined(user, channel.id, self.next_ts()))


def _change(message: Message, changes: JSON) -> None:
    for name, value in changes.items():
        setattr(message, name, value)
    message.values = choices.carried_over(message.blocks, message.values)
