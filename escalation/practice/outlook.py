"""What one person sees of the workspace: the page and scripted agents read this."""

from __future__ import annotations

from escalation.practice.channel import Channel
from escalation.practice.message import Message, to_slack
from escalation.practice.people import TEAM_NAME, USER_GROUPS, Person
from escalation.practice.practice import Practice
from escalation.practice.refusal import JSON
from escalation.practice.views import View


def outlook(practice: Practice, person: Person, since: int, limit: int) -> JSON:
    """Everything that changed after version `since`; the newest `limit` roots when `since` is 0 (0: all, with
    replies)."""
    workspace = practice.workspace
    home = practice.views.home(person.id)
    mine = [c for c in workspace.channels.values() if person.id in c.members and c.with_user in (None, person.id)]
    return {
        "version": workspace.version,
        "workspace": TEAM_NAME,
        "me": person.id,
        "people": [_person(one) for one in workspace.people.values()],
        "groups": {group.id: group.handle for group in USER_GROUPS},
        "channels": [_channel(channel) for channel in mine],
        "messages": [shown(practice, m) for channel in mine for m in _changed(channel, since, limit)]
        + [shown(practice, m) for m in workspace.ephemeral.values() if _for(m, person) and m.changed > since],
        "gone": [{"channel": m.channel, "ts": m.ts} for m in workspace.gone if m.changed > since],
        "modals": [_view(view) for view in practice.views.stack(person.id)],
        "home": _view(home) if home else None,
        "app": {
            "home": practice.manifest is None or practice.manifest.home,
            "commands": practice.manifest.commands if practice.manifest else [],
            "shortcuts": practice.manifest.shortcuts if practice.manifest else [],
            "connected": practice.delivery.road.open,
            "connections": practice.socket.connections,
            "request_url": practice.settings.request_url,
        },
    }


def thread(practice: Practice, channel: Channel, ts: str, person: Person) -> list[JSON]:
    """A thread whole, with what only this person sees in it."""
    whispers = [
        m
        for m in practice.workspace.ephemeral.values()
        if _for(m, person) and m.channel == channel.id and m.thread_ts == ts and not m.deleted
    ]
    found = sorted([*channel.thread(ts), *whispers], key=lambda message: message.ts)
    return [shown(practice, message) for message in found]


def _changed(channel: Channel, since: int, limit: int) -> list[Message]:
    if since or not limit:
        return [message for message in channel.messages.values() if message.changed > since]
    return channel.roots()[-limit:]


def shown(practice: Practice, message: Message) -> JSON:
    body = to_slack(message, practice.base_url, with_metadata=True)
    more: JSON = {"channel": message.channel, "changed": message.changed, "values": message.values}
    if message.seen_by:
        more["ephemeral"] = True
    if message.deleted:
        more["deleted"] = True
    return {**body, **more}


def _for(message: Message, person: Person) -> bool:
    return message.seen_by == person.id


def _person(person: Person) -> JSON:
    return {
        "id": person.id,
        "key": person.key,
        "name": person.name,
        "title": person.title,
        "is_bot": person.is_bot,
        "picture": f"/play/avatar/{person.key}.svg",
    }


def _channel(channel: Channel) -> JSON:
    return {
        "id": channel.id,
        "name": channel.name,
        "topic": channel.topic,
        "direct": bool(channel.with_user),
        "archived": channel.is_archived,
        "latest": next(reversed(channel.messages), "") if channel.messages else "",
    }


def _view(view: View) -> JSON:
    shown_view = view.to_slack()
    return {**shown_view, "values": view.values}
