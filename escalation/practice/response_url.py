"""What an app answers to a click or a command through its response URL."""

from __future__ import annotations

from typing import Any

from escalation.practice.message import Message
from escalation.practice.people import BOT_USER
from escalation.practice.practice import Practice
from escalation.practice.refusal import JSON, Refused
from escalation.practice.trigger import ResponseUrl
from escalation.practice.web_api.call import Call
from escalation.practice.web_api.chat import LONGEST, read_blocks, read_draft, read_text


def respond(practice: Practice, url: ResponseUrl, body: dict[str, Any]) -> None:
    """Raises Refused, as for chat.postMessage."""
    practice.record("response_url", body)
    found = _clicked(practice, url)
    if body.get("delete_original"):
        _delete(practice, found)
    elif body.get("replace_original") and found is not None:
        _replace(practice, found, body)
    else:
        _post(practice, url, body)


def _clicked(practice: Practice, url: ResponseUrl) -> Message | None:
    channel = practice.workspace.channels[url.channel]
    ts = url.ts or ""
    return channel.messages.get(ts) or practice.workspace.ephemeral.get(ts)


def _delete(practice: Practice, message: Message | None) -> None:
    if message is None:
        raise Refused("message_not_found")
    if message.seen_by:
        practice.workspace.unwhisper(message)
    else:
        practice.workspace.delete(practice.workspace.channels[message.channel], message)


def _replace(practice: Practice, message: Message, body: dict[str, Any]) -> None:
    call = Call(practice, body)
    blocks = read_blocks(call)
    changes: JSON = {"text": read_text(call, blocks, LONGEST), "blocks": blocks}
    if message.seen_by:
        practice.workspace.rewhisper(message, changes)
    else:
        channel = practice.workspace.channels[message.channel]
        practice.workspace.edit(channel, message, changes, BOT_USER)


def _post(practice: Practice, url: ResponseUrl, body: dict[str, Any]) -> None:
    """Only the person who clicked sees it, unless `response_type` is in_channel."""
    thread_ts = body.get("thread_ts")
    draft = read_draft(Call(practice, {**body, "thread_ts": thread_ts}))
    channel = practice.workspace.channels[url.channel]
    if body.get("response_type") == "in_channel":
        practice.workspace.post(channel, draft)
    else:
        practice.workspace.whisper(channel, draft, url.user)
