"""chat.*: posting, editing and deleting messages."""

from __future__ import annotations

import copy
from typing import Any

from escalation.practice.blocks.block import message_objections, name_blocks
from escalation.practice.channel import Channel
from escalation.practice.message import Message
from escalation.practice.people import BOT_USER
from escalation.practice.refusal import JSON, Refused
from escalation.practice.web_api.call import Call, Method
from escalation.practice.workspace import TS, Draft

LONGEST = 40_000
LONGEST_UPDATE = 4_000
METADATA_LARGEST = 16_384


def post_message(call: Call) -> JSON:
    channel = call.workspace.channel(call.text("channel"))
    message = call.workspace.post(channel, read_draft(call))
    shown = call.workspace.shown(message)
    return {"channel": channel.id, "ts": message.ts, "message": shown}


def read_draft(call: Call) -> Draft:
    blocks = read_blocks(call)
    text = read_text(call, blocks, LONGEST)
    more: JSON = {"metadata": read_metadata(call), "attachments": read_attachments(call)}
    if call.optional("username") or call.optional("icon_url") or call.optional("icon_emoji"):
        more.update(subtype="bot_message", username=call.optional("username") or "Handraise")
        more["icons"] = _icons(call)
    thread_ts = _thread_ts(call)
    broadcast = bool(thread_ts) and call.flag("reply_broadcast")
    return Draft(BOT_USER, text, thread_ts, broadcast, tuple(blocks), more)


def _icons(call: Call) -> JSON:
    if call.optional("icon_emoji"):
        return {"emoji": call.optional("icon_emoji")}
    url = call.optional("icon_url")
    return {"image_36": url, "image_48": url, "image_72": url} if url else {}


def _thread_ts(call: Call) -> str | None:
    thread_ts = call.optional("thread_ts")
    if thread_ts and not TS.fullmatch(thread_ts):
        raise Refused("invalid_thread_ts")
    return thread_ts or None


def read_text(call: Call, blocks: list[JSON], longest: int) -> str:
    text = call.optional("text")
    if not text.strip() and not blocks and not call.arguments.get("attachments"):
        raise Refused("no_text")
    if len(text) > longest:
        raise Refused("msg_too_long")
    return text


def read_blocks(call: Call) -> list[JSON]:
    blocks: Any = call.nested("blocks", "invalid_blocks_format")
    if blocks is None:
        return []
    if not isinstance(blocks, list):
        raise Refused("invalid_blocks_format")
    found = message_objections(blocks)
    if found:
        raise Refused("invalid_blocks", found)
    return name_blocks(copy.deepcopy(blocks))


def read_attachments(call: Call) -> list[JSON]:
    attachments = call.nested("attachments", "invalid_attachments") or []
    if not isinstance(attachments, list):
        raise Refused("invalid_attachments")
    if len(attachments) > 100:
        raise Refused("too_many_attachments")
    return attachments


def read_metadata(call: Call) -> JSON | None:
    metadata: Any = call.nested("metadata", "invalid_metadata_format")
    if metadata is None:
        return None
    if not isinstance(metadata, dict) or not isinstance(metadata.get("event_type"), str):
        raise Refused("invalid_metadata_format")
    if not isinstance(metadata.get("event_payload"), dict):
        raise Refused("invalid_metadata_format")
    if len(str(metadata)) > METADATA_LARGEST:
        raise Refused("metadata_too_large")
    return metadata


def update(call: Call) -> JSON:
    """What is not named stays, except that a new text without blocks takes the blocks away."""
    channel = call.workspace.channel(call.text("channel"))
    message = call.workspace.message(channel, call.ts("ts", "message_not_found"))
    if not message.by_app:
        raise Refused("cant_update_message")
    if channel.is_archived:
        raise Refused("is_archived")
    changes = _changes(call, message)
    call.workspace.edit(channel, message, changes, BOT_USER)
    shown = call.workspace.shown(message)
    return {"channel": channel.id, "ts": message.ts, "text": message.text, "message": shown}


def _changes(call: Call, message: Message) -> JSON:
    blocks = read_blocks(call)
    changes: JSON = {"text": read_text(call, blocks, LONGEST_UPDATE)}
    if blocks or "text" in call.arguments:
        changes["blocks"] = blocks
    metadata = read_metadata(call)
    if metadata is not None:
        changes["metadata"] = metadata
    return changes


def delete(call: Call) -> JSON:
    channel = call.workspace.channel(call.text("channel"))
    message = call.workspace.message(channel, call.ts("ts", "message_not_found"))
    if not message.by_app:
        raise Refused("cant_delete_message")
    call.workspace.delete(channel, message)
    return {"channel": channel.id, "ts": message.ts}


def post_ephemeral(call: Call) -> JSON:
    channel = call.workspace.channel(call.text("channel"))
    user = call.text("user")
    if user not in channel.members:
        raise Refused("user_not_in_channel")
    if channel.is_archived:
        raise Refused("is_archived")
    if BOT_USER not in channel.members:
        raise Refused("not_in_channel")
    message = call.workspace.whisper(channel, read_draft(call), user)
    return {"message_ts": message.ts}


def get_permalink(call: Call) -> JSON:
    channel = call.workspace.channel(call.text("channel"))
    message = call.workspace.message(channel, call.ts("message_ts", "message_not_found"))
    return {"channel": channel.id, "permalink": permalink(call, channel, message)}


def permalink(call: Call, channel: Channel, message: Message) -> str:
    url = f"{call.practice.base_url}/archives/{channel.id}/p{message.ts.replace('.', '')}"
    return f"{url}?thread_ts={message.thread_ts}&cid={channel.id}" if message.is_reply else url


METHODS: dict[str, Method] = {
    "chat.postMessage": post_message,
    "chat.update": update,
    "chat.delete": delete,
    "chat.postEphemeral": post_ephemeral,
    "chat.getPermalink": get_permalink,
}
