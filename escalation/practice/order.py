"""What tests order: misbehaviour, other times, other channels."""

from __future__ import annotations

import dataclasses
import secrets
from typing import Any

from escalation.practice.channel import Channel
from escalation.practice.misbehaviour import CallTrick, DeliveryTrick
from escalation.practice.people import BOT_USER
from escalation.practice.practice import Practice
from escalation.practice.refusal import JSON, Refused, missing
from escalation.practice.settings import Settings
from escalation.practice.workspace import EVERYBODY


async def misbehave(practice: Practice, body: JSON) -> JSON:
    if body.get("behave"):
        practice.misbehaviour.behave()
        practice.delivery.forget()
    elif "socket" in body:
        return {"dropped": await practice.socket.drop(str(body["socket"]))}
    elif "delivery" in body:
        kind = {"kind": body["delivery"], **{k: v for k, v in body.items() if k != "delivery"}}
        practice.misbehaviour.order_delivery(_filled(DeliveryTrick, kind))
    elif "method" in body:
        practice.misbehaviour.order_call(_filled(CallTrick, body))
    else:
        raise missing("method, delivery, socket or behave")
    return {}


def _filled(kind: Any, fields: JSON) -> Any:
    try:
        return kind(**fields)
    except TypeError as problem:
        raise Refused("invalid_arguments", [str(problem)]) from None


async def change_settings(practice: Practice, body: JSON) -> JSON:
    known = {knob.name for knob in dataclasses.fields(Settings)}
    strangers = sorted(set(body) - known)
    if strangers:
        raise Refused("invalid_arguments", [f"no such setting: {', '.join(strangers)}"])
    if body.get("request_url"):
        await practice.http.verify(body["request_url"])
    for name, value in body.items():
        setattr(practice.settings, name, value)
    practice.workspace.bump()
    return dataclasses.asdict(practice.settings)


def change_channel(practice: Practice, body: JSON) -> JSON:
    name = body.get("name")
    if not isinstance(name, str) or not name:
        raise missing("name")
    channels = practice.workspace.channels
    channel = next((one for one in channels.values() if one.name == name), None)
    if channel is None:
        channel = Channel(f"C{secrets.token_hex(5).upper()}", name, list(EVERYBODY))
        channels[channel.id] = channel
    _set_members(channel, body)
    channel.is_private = bool(body.get("private", channel.is_private))
    channel.is_archived = bool(body.get("archived", channel.is_archived))
    practice.workspace.bump()
    return {"channel": channel.id}


def _set_members(channel: Channel, body: JSON) -> None:
    if "members" in body:
        channel.members = list(body["members"])
    if "bot" in body:
        others = [member for member in channel.members if member != BOT_USER]
        channel.members = [*others, BOT_USER] if body["bot"] else others
