"""conversations.*: channels and what was said in them."""

from __future__ import annotations

from escalation.practice.channel import Channel, to_slack
from escalation.practice.message import Message
from escalation.practice.message import to_slack as message_to_slack
from escalation.practice.people import BOT_USER
from escalation.practice.refusal import JSON, Refused
from escalation.practice.web_api.call import Call, Method, page_of
from escalation.practice.workspace import TS


def list_channels(call: Call) -> JSON:
    kinds = (call.optional("types") or "public_channel").replace(" ", "").split(",")
    without_archived = call.flag("exclude_archived")
    found = [
        channel
        for channel in call.workspace.channels.values()
        if _kind(channel) in kinds and not (channel.is_archived and without_archived)
    ]
    page, onward = page_of(found, call)
    return {"channels": [to_slack(channel) for channel in page], **onward}


def _kind(channel: Channel) -> str:
    if channel.with_user:
        return "im"
    return "private_channel" if channel.is_private else "public_channel"


def info(call: Call) -> JSON:
    return {"channel": to_slack(_by_id(call))}


def _by_id(call: Call) -> Channel:
    """Unlike chat.postMessage, these methods take ids only."""
    reference = call.text("channel")
    if reference not in call.workspace.channels:
        raise Refused("channel_not_found")
    return call.workspace.channel(reference)


def join(call: Call) -> JSON:
    channel = _by_id(call)
    if channel.is_private or channel.with_user:
        raise Refused("method_not_supported_for_channel_type")
    already = BOT_USER in channel.members
    call.workspace.join(channel, BOT_USER)
    warning = {"warning": "already_in_channel", "response_metadata": {"warnings": ["already_in_channel"]}}
    return {"channel": to_slack(channel), **(warning if already else {})}


def history(call: Call) -> JSON:
    channel = _readable(call)
    newest_first = list(reversed(_between(call, channel.roots())))
    page, onward = page_of(newest_first, call)
    return {"messages": _shown(call, page), "has_more": bool(_cursor(onward)), "pin_count": 0, **onward}


def replies(call: Call) -> JSON:
    channel = _readable(call)
    ts = call.ts("ts", "thread_not_found")
    thread = channel.thread(ts)
    if not thread:
        raise Refused("thread_not_found")
    if thread[0].is_reply:
        thread = channel.thread(thread[0].thread_ts or "")
    root, rest = thread[:1], _between(call, thread[1:])
    page, onward = page_of([*root, *rest], call, default=1000)
    return {"messages": _shown(call, page), "has_more": bool(_cursor(onward)), **onward}


def _readable(call: Call) -> Channel:
    channel = _by_id(call)
    if BOT_USER not in channel.members:
        raise Refused("not_in_channel")
    return channel


def _cursor(onward: JSON) -> str:
    return str(onward["response_metadata"]["next_cursor"])


def _shown(call: Call, messages: list[Message]) -> list[JSON]:
    with_metadata = call.flag("include_all_metadata")
    return [message_to_slack(message, call.practice.base_url, with_metadata) for message in messages]


def _between(call: Call, messages: list[Message]) -> list[Message]:
    oldest, latest = _bound(call, "oldest"), _bound(call, "latest")
    inclusive = call.flag("inclusive")
    return [
        m
        for m in messages
        if (not oldest or m.ts > oldest or (inclusive and m.ts == oldest))
        and (not latest or m.ts < latest or (inclusive and m.ts == latest))
    ]


def _bound(call: Call, name: str) -> str:
    value = call.optional(name)
    if value in ("", "0"):
        return ""
    if not TS.fullmatch(value) and not value.replace(".", "", 1).isdigit():
        raise Refused(f"invalid_ts_{name}")
    seconds, _, fraction = value.partition(".")
    return f"{int(seconds):010d}.{fraction:0<6.6}"


def members(call: Call) -> JSON:
    page, onward = page_of(_by_id(call).members, call)
    return {"members": page, **onward}


def open_direct(call: Call) -> JSON:
    if call.optional("channel"):
        return {"channel": {"id": _by_id(call).id}}
    users = call.text("users").split(",")
    if len(users) > 1:
        raise Refused("not_enough_users", ["group conversations do not exist in the practice workspace"])
    channel = call.workspace.direct(call.workspace.person(users[0]).id)
    return {"channel": to_slack(channel) if call.flag("return_im") else {"id": channel.id}}


METHODS: dict[str, Method] = {
    "conversations.list": list_channels,
    "conversations.info": info,
    "conversations.join": join,
    "conversations.history": history,
    "conversations.replies": replies,
    "conversations.members": members,
    "conversations.open": open_direct,
}
