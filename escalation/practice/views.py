"""Modals and App Homes: what is open in front of whom."""

from __future__ import annotations

import copy
import json
import secrets
import time
from dataclasses import dataclass, field

from escalation.practice import choices
from escalation.practice.blocks.view import name_parts, objections
from escalation.practice.people import APP, BOT, TEAM
from escalation.practice.refusal import JSON, Refused
from escalation.practice.trigger import Trigger
from escalation.practice.workspace import Workspace

MOST_ON_TOP = 3
LARGEST = 250_000
FIELDS = ("title", "submit", "close", "private_metadata", "callback_id", "external_id")
FLAGS = ("clear_on_close", "notify_on_close", "submit_disabled")


@dataclass
class View:
    """One modal or home. `hash` changes with every update, so that two updates cannot cross."""

    id: str
    user: str
    body: JSON
    root_id: str
    previous_id: str | None
    hash: str = ""
    values: choices.Values = field(default_factory=dict)

    @property
    def kind(self) -> str:
        return str(self.body["type"])

    @property
    def blocks(self) -> list[JSON]:
        blocks: list[JSON] = self.body["blocks"]
        return blocks

    def to_slack(self) -> JSON:
        body: JSON = {"id": self.id, "team_id": TEAM, "type": self.kind}
        body.update({name: self.body.get(name) for name in ("title", "submit", "close")})
        body.update({name: self.body.get(name) or "" for name in FIELDS[3:]})
        body.update({name: bool(self.body.get(name)) for name in FLAGS})
        return {
            **body,
            "blocks": copy.deepcopy(self.blocks),
            "state": {"values": copy.deepcopy(self.values)},
            "hash": self.hash,
            "root_view_id": self.root_id,
            "previous_view_id": self.previous_id,
            "app_id": APP,
            "app_installed_team_id": TEAM,
            "bot_id": BOT,
        }


class Views:
    """Per person: a stack of at most three modals, and one home."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._stacks: dict[str, list[View]] = {}
        self._homes: dict[str, View] = {}

    def stack(self, user: str) -> list[View]:
        return self._stacks.setdefault(user, [])

    def home(self, user: str) -> View | None:
        return self._homes.get(user)

    def find(self, view_id: str = "", external_id: str = "") -> View:
        """Raises Refused(not_found), as for a modal that was closed meanwhile."""
        for view in [*(v for stack in self._stacks.values() for v in stack), *self._homes.values()]:
            if view_id == view.id or (external_id and external_id == view.body.get("external_id")):
                return view
        raise Refused("not_found")

    def open(self, trigger: Trigger, body: JSON) -> View:
        self._check(body, "modal")
        self._stacks[trigger.user] = []
        return self._push(trigger.user, body)

    def push(self, trigger: Trigger, body: JSON) -> View:
        """Only a click inside a modal may put another one on top of it."""
        self._check(body, "modal")
        stack = self.stack(trigger.user)
        if trigger.view_id is None or all(view.id != trigger.view_id for view in stack):
            raise Refused("invalid_trigger_id")
        if len(stack) >= MOST_ON_TOP:
            raise Refused("push_limit_reached")
        return self._push(trigger.user, body)

    def push_answer(self, view: View, body: JSON) -> View:
        """`response_action: push` in the answer to a submission."""
        self._check(body, "modal")
        if len(self.stack(view.user)) >= MOST_ON_TOP:
            raise Refused("push_limit_reached")
        return self._push(view.user, body)

    def _push(self, user: str, body: JSON) -> View:
        stack = self.stack(user)
        own = _view_id()
        below = stack[-1] if stack else None
        view = View(own, user, {}, below.root_id if below else own, below.id if below else None)
        stack.append(view)
        self._fill(view, body)
        return view

    def update(self, view: View, body: JSON, expected_hash: str = "") -> View:
        if expected_hash and expected_hash != view.hash:
            raise Refused("hash_conflict")
        self._check(body, view.kind, own=view)
        self._fill(view, body)
        return view

    def publish(self, user: str, body: JSON, expected_hash: str = "") -> View:
        self._check(body, "home")
        home = self._homes.get(user)
        if home is None:
            own = _view_id()
            home = self._homes[user] = View(own, user, {}, own, None)
        elif expected_hash and expected_hash != home.hash:
            raise Refused("hash_conflict")
        self._fill(home, body)
        return home

    def close(self, view: View, whole_stack: bool = False) -> None:
        stack = self.stack(view.user)
        if whole_stack:
            stack.clear()
        elif view in stack:
            stack.remove(view)
        self._workspace.bump()

    def changed(self) -> None:
        self._workspace.bump()

    def _fill(self, view: View, body: JSON) -> None:
        """What a person already entered stays where block and action keep their ids, as in Slack."""
        view.body = name_parts(copy.deepcopy(body))
        view.values = choices.carried_over(view.blocks, view.values)
        view.hash = f"{int(time.time())}.{secrets.token_hex(4)}"
        self._workspace.bump()

    def _check(self, body: JSON, kind: str, own: View | None = None) -> None:
        found = objections(body, kind)
        if found:
            raise Refused("invalid_arguments", found)
        if len(json.dumps(body)) > LARGEST:
            raise Refused("view_too_large")
        external = body.get("external_id")
        taken = [v for stack in self._stacks.values() for v in stack if v.body.get("external_id") == external]
        if external and any(view is not own for view in taken):
            raise Refused("duplicate_external_id")


def _view_id() -> str:
    return f"V{secrets.token_hex(5).upper()}"
