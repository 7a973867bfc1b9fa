"""reactions.*: emoji under messages."""

from __future__ import annotations

from escalation.practice.emoji import known
from escalation.practice.message import Message
from escalation.practice.people import BOT_USER
from escalation.practice.refusal import JSON, Refused
from escalation.practice.web_api.call import Call, Method


def _message(call: Call) -> Message:
    if not call.optional("channel") or not call.optional("timestamp"):
        raise Refused("no_item_specified")
    channel = call.workspace.channel(call.text("channel"))
    if BOT_USER not in channel.members:
        raise Refused("not_in_channel")
    return call.workspace.message(channel, call.ts("timestamp"))


def _name(call: Call) -> str:
    name = call.text("name").strip(":")
    if not known(name):
        raise Refused("invalid_name")
    return name


def add(call: Call) -> JSON:
    call.workspace.react(_message(call), BOT_USER, _name(call))
    return {}


def remove(call: Call) -> JSON:
    call.workspace.unreact(_message(call), BOT_USER, _name(call))
    return {}


def get(call: Call) -> JSON:
    message = _message(call)
    return {"type": "message", "channel": message.channel, "message": call.workspace.shown(message)}


METHODS: dict[str, Method] = {"reactions.add": add, "reactions.remove": remove, "reactions.get": get}
