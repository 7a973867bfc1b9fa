"""What people do with the card's buttons, menus and windows, in our own words."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any


class Do(str, Enum):
    """The `action_id` of everything that can be pressed. A guess's button carries its place after the word."""

    CLAIM = "claim"
    RELEASE = "release"
    TAKE_OVER = "take_over"
    CLOSE = "close"
    HAND_BACK = "hand_back"
    WHOLE = "whole_conversation"
    GUESS = "correct_guess"
    CHOOSE = "correct_choose"
    NEW_INTENT = "correct_new_intent"
    NOT_A_REQUEST = "correct_not_a_request"
    WITHDRAW = "correct_withdraw"
    SEND_HELD = "send_held"
    SEND_AS_SELF = "send_as_self"
    KEEP_HELD = "keep_held"
    HAND_TO = "hand_to"


ABOUT_HELD = (Do.SEND_HELD.value, Do.SEND_AS_SELF.value, Do.KEEP_HELD.value)
"""The answers to the question what becomes of a held reply."""
NEW_INTENT_WINDOW = "new_intent"
"""The `callback_id` of the window that asks for a new intent."""
NAME, DEFINITION = "name", "definition"
"""The blocks and fields of that window."""
OF_TURN = "correct:"
"""Begins the `block_id` of everything that corrects a turn; the turn's number follows."""
TELL_APART = ":more"
"""Ends the `block_id` of a second block about the same turn."""


@dataclass(frozen=True)
class Press:
    """A button pressed or an option chosen."""

    action: str
    value: str
    turn_id: int | None
    person_id: str
    person_name: str
    channel: str
    message_ts: str
    at: str
    """Slack's time of the press, in seconds."""
    response_url: str = ""

    @property
    def key(self) -> str:
        return f"press:{self.person_id}:{self.message_ts}:{self.action}:{self.at}"


@dataclass(frozen=True)
class NewIntent:
    """The window for a new intent, sent off."""

    view_id: str
    case_id: int
    turn_id: int
    intent: str
    definition: str
    suggestion_visible: bool
    opened_at: float
    """Seconds since 1970, as is `sent_at`."""
    sent_at: float
    person_id: str
    person_name: str

    @property
    def key(self) -> str:
        return f"view:{self.view_id}:{self.person_id}"


def read_press(payload: Mapping[str, Any]) -> Press:
    """Reads a `block_actions` payload. A press holds exactly one action."""
    action = payload["actions"][0]
    container = payload.get("container") or {}
    action_id, value = action.get("action_id") or "", _value(action)
    return Press(
        action=action_id,
        value=value,
        turn_id=turn_of_block(action.get("block_id") or ""),
        person_id=payload["user"]["id"],
        person_name=_name(payload),
        channel=(payload.get("channel") or {}).get("id") or container.get("channel_id") or "",
        message_ts=container.get("message_ts") or container.get("view_id") or "",
        at=action.get("action_ts") or "",
        response_url=payload.get("response_url") or "",
    )


def read_new_intent(payload: Mapping[str, Any], sent_at: float) -> NewIntent:
    """Reads the `view_submission` of the window for a new intent."""
    view = payload["view"]
    about = json.loads(view["private_metadata"])
    fields = view["state"]["values"]
    return NewIntent(
        view_id=view["id"],
        case_id=about["case"],
        turn_id=about["turn"],
        intent=label(fields[NAME][NAME].get("value") or ""),
        definition=(fields[DEFINITION][DEFINITION].get("value") or "").strip(),
        suggestion_visible=about["suggestion"],
        opened_at=about["opened"],
        sent_at=sent_at,
        person_id=payload["user"]["id"],
        person_name=_name(payload),
    )


def label(name: str) -> str:
    """A name that somebody typed as an intent is written: `Rent a boat!` becomes `rent_a_boat`."""
    words = "".join(letter if letter.isalnum() else " " for letter in name.lower()).split()
    return "_".join(words)


def turn_of_block(block_id: str) -> int | None:
    number = block_id.removeprefix(OF_TURN).removesuffix(TELL_APART)
    return int(number) if block_id.startswith(OF_TURN) and number.isdecimal() else None


def _value(action: Mapping[str, Any]) -> str:
    chosen = action.get("selected_option") or {}
    return str(chosen.get("value") or action.get("selected_user") or action.get("value") or "")


def _name(payload: Mapping[str, Any]) -> str:
    user = payload["user"]
    return str(user.get("name") or user.get("username") or user["id"])
