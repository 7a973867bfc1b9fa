"""views.*: modals and App Homes."""

from __future__ import annotations

from typing import Any

from escalation.practice.refusal import JSON, Refused, missing
from escalation.practice.trigger import Trigger
from escalation.practice.web_api.call import Call, Method


def _body(call: Call) -> Any:
    view = call.nested("view", "invalid_arguments")
    if view is None:
        raise missing("view")
    return view


def _trigger(call: Call) -> Trigger:
    return call.practice.triggers.exchange(call.text("trigger_id"))


def open_view(call: Call) -> JSON:
    body = _body(call)
    return {"view": call.practice.views.open(_trigger(call), body).to_slack()}


def push(call: Call) -> JSON:
    body = _body(call)
    return {"view": call.practice.views.push(_trigger(call), body).to_slack()}


def update(call: Call) -> JSON:
    if not call.optional("view_id") and not call.optional("external_id"):
        raise missing("view_id")
    view = call.practice.views.find(call.optional("view_id"), call.optional("external_id"))
    return {"view": call.practice.views.update(view, _body(call), call.optional("hash")).to_slack()}


def publish(call: Call) -> JSON:
    user = call.text("user_id")
    if user not in call.workspace.people:
        raise Refused("user_not_found")
    return {"view": call.practice.views.publish(user, _body(call), call.optional("hash")).to_slack()}


METHODS: dict[str, Method] = {
    "views.open": open_view,
    "views.push": push,
    "views.update": update,
    "views.publish": publish,
}
