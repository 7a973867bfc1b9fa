"""Slack's events in our own words, read once at the door. What is not for us is a word too."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

SPOKEN = {None, "", "file_share", "thread_broadcast"}
"""Subtypes by which a person says something in a thread; a broadcast is a reply that the channel sees too."""


@dataclass(frozen=True)
class Reply:
    """A person said something in a thread."""

    channel: str
    ts: str
    thread_ts: str
    person_id: str
    text: str
    files: tuple[Mapping[str, Any], ...] = ()
    """Attached files: `name`, `size` in bytes, and the `url` to fetch each from; without one it cannot be had."""
    root_author_id: str = ""
    """Who began the thread: we ourselves, if it is a card."""
    edited_ts: str = ""
    """Set where it was changed before the desk heard of it, so that nobody knows what it said at first."""

    @property
    def key(self) -> str:
        return f"message:{self.channel}:{self.ts}"


@dataclass(frozen=True)
class Edit:
    """A person changed what they had said in a thread."""

    channel: str
    ts: str
    thread_ts: str
    person_id: str
    text: str
    edited_ts: str
    before: str = ""
    """What it said until now."""

    @property
    def key(self) -> str:
        return f"message:{self.channel}:{self.ts}:changed:{self.edited_ts}"


@dataclass(frozen=True)
class Deletion:
    """A message is gone: a person's, or one of our cards."""

    channel: str
    ts: str
    thread_ts: str = ""
    person_id: str = ""

    @property
    def key(self) -> str:
        return f"message:{self.channel}:{self.ts}:deleted"


@dataclass(frozen=True)
class Reaction:
    """A person put an emoji under a message."""

    channel: str
    ts: str
    """The message's."""
    name: str
    person_id: str

    @property
    def key(self) -> str:
        return f"reaction:{self.channel}:{self.ts}:{self.name}:{self.person_id}"


@dataclass(frozen=True)
class HomeOpened:
    """A person looks at App Home."""

    person_id: str
    at: str
    """Slack's time of it."""

    @property
    def key(self) -> str:
        return f"home:{self.person_id}:{self.at}"


@dataclass(frozen=True)
class NotForUs:
    """Nothing that the desk acts on."""


Event = Reply | Edit | Deletion | Reaction | HomeOpened | NotForUs


def read_event(event: Mapping[str, Any]) -> Event:
    """What the event means for a case's thread, or for somebody's home."""
    if event.get("type") == "app_home_opened" and event.get("tab") == "home":
        return HomeOpened(event["user"], event.get("event_ts") or "")
    if event.get("type") == "reaction_added":
        return _read_reaction(event)
    if event.get("type") != "message":
        return NotForUs()
    subtype = event.get("subtype")
    if subtype == "message_changed":
        return _read_change(event)
    if subtype == "message_deleted":
        return _read_deletion(event)
    if subtype in SPOKEN and _by_a_person(event) and _in_a_thread(event):
        return _read_reply(event)
    return NotForUs()


def _read_reply(event: Mapping[str, Any]) -> Reply:
    files = tuple(read_file(file) for file in event.get("files") or [])
    return Reply(
        channel=event["channel"],
        ts=event["ts"],
        thread_ts=event["thread_ts"],
        person_id=event["user"],
        text=event.get("text") or "",
        files=files,
        root_author_id=event.get("parent_user_id") or "",
    )


def read_file(file: Mapping[str, Any]) -> dict[str, Any]:
    """`name`, `size` in bytes, and the `url` to fetch it from; empty where it cannot be had."""
    within_reach = file.get("mode") == "hosted" and not file.get("is_external")
    url = file.get("url_private_download") or file.get("url_private") if within_reach else None
    name = str(file.get("name") or file.get("title") or "a file")
    return {"name": name, "size": int(file.get("size") or 0), "url": str(url or "")}


def _read_change(event: Mapping[str, Any]) -> Event:
    message = event.get("message") or {}
    if message.get("subtype") == "tombstone":  # a deleted message whose thread lives on
        return Deletion(event["channel"], message["ts"])
    edited = (message.get("edited") or {}).get("ts")
    if not edited or not _by_a_person(message) or not _in_a_thread(message):
        return NotForUs()  # an unfurled link, a new reply count, a post of our own
    return Edit(
        channel=event["channel"],
        ts=message["ts"],
        thread_ts=message["thread_ts"],
        person_id=message["user"],
        text=message.get("text") or "",
        edited_ts=edited,
        before=(event.get("previous_message") or {}).get("text") or "",
    )


def _read_deletion(event: Mapping[str, Any]) -> Event:
    before = event.get("previous_message") or {}
    ts = event.get("deleted_ts") or before.get("ts")
    if not ts or not event.get("channel"):
        return NotForUs()
    return Deletion(event["channel"], ts, before.get("thread_ts") or "", before.get("user") or "")


def _read_reaction(event: Mapping[str, Any]) -> Event:
    item = event.get("item") or {}
    if item.get("type") != "message" or not event.get("user"):
        return NotForUs()
    return Reaction(item["channel"], item["ts"], str(event.get("reaction") or ""), event["user"])


def _by_a_person(message: Mapping[str, Any]) -> bool:
    return bool(message.get("user")) and not message.get("bot_id") and message.get("user") != "USLACKBOT"


def _in_a_thread(message: Mapping[str, Any]) -> bool:
    return bool(message.get("thread_ts")) and message.get("thread_ts") != message.get("ts")
