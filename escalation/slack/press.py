"""What people do with the card's buttons, menus and windows, in our own words."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from escalation.slack.event import read_file


class Do(str, Enum):
    """The `action_id` of everything that can be pressed. A guess's button carries its place after the word, a cause's
    its name; an option of MORE names in its value what is done."""

    CLAIM = "claim"
    RELEASE = "release"
    TAKE_OVER = "take_over"
    CLOSE = "close"
    HAND_BACK = "hand_back"
    WHOLE = "whole_conversation"
    TRANSCRIPT = "transcript"
    GUESS = "correct_guess"
    CHOOSE = "correct_choose"
    NEW_INTENT = "correct_new_intent"
    TWO = "correct_two"
    NOT_A_REQUEST = "correct_not_a_request"
    CANNOT_TELL = "correct_cannot_tell"
    WITHDRAW = "correct_withdraw"
    CAUSE = "correct_cause"
    LOOK = "correct_look"
    LOOK_UP = "correct_look_up"
    NEAREST = "correct_nearest"
    HISTORY = "correct_history"
    MORE = "correct_more"
    CANNED = "canned"
    CANNED_USE = "canned_use"
    CANNED_PICK = "canned_pick"
    CANNED_NEW = "canned_new"
    CANNED_EDIT = "canned_edit"
    CANNED_RETIRE = "canned_retire"
    SEND_HELD = "send_held"
    SEND_AS_SELF = "send_as_self"
    KEEP_HELD = "keep_held"
    HAND_TO = "hand_to"
    REPLY = "reply"
    NOTE = "note"
    OWN = "own_reply"
    """The menu of a reply from the window: in Slack it stands under our name, so its author cannot edit it."""
    EDIT_OWN = "edit_own"
    TAKE_BACK_OWN = "take_back_own"
    HOME_CLAIM = "home_claim"
    HOME_RELEASE = "home_release"
    HOME_UNDO = "home_undo"
    HOME_PAGE = "home_page"
    HOME_AWAY = "home_away"
    HOME_BACK = "home_back"


ABOUT_HELD = (Do.SEND_HELD.value, Do.SEND_AS_SELF.value, Do.KEEP_HELD.value)
"""The answers to the question what becomes of a held reply."""
NOT_ON_CARDS = (*ABOUT_HELD, Do.OWN.value)
"""What is pressed on other messages of ours."""
REPLY_WINDOW, NOTE_WINDOW = "reply_window", "note_window"
"""The `callback_id` of the windows in which an agent writes to the customer, or for colleagues only."""
WORDS, FILES = "words", "files"
"""The blocks and fields of these windows."""
AT_HOME = "home_"
"""Begins the `action_id` of everything in App Home."""
OF_TURN = "correct:"
"""Begins the `block_id` of everything that corrects a turn; the turn's number follows."""
TELL_APART, CAUSES_BLOCK = ":more", ":why"
"""End the `block_id` of further blocks about the same turn."""
IN_WINDOW = "about_turn:"
"""Begins the `block_id` of what is pressed in a window about a turn; the window says which."""
_TURN = re.compile(rf"{OF_TURN}(\d+)(?::\w+)?")


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
    case_id: int | None = None
    """Where it was pressed in a window, which knows its case."""
    opened_at: float | None = None
    """When the person opened the menu or window, in seconds since 1970; None where nobody can tell."""

    @property
    def key(self) -> str:
        return f"press:{self.person_id}:{self.message_ts}:{self.action}:{self.at}"


@dataclass(frozen=True)
class Written:
    """A window in which an agent wrote, sent off: for the customer, or as a note."""

    view_id: str
    case_id: int
    note: bool
    text: str
    message_id: int | None
    """The message that is written anew; none for a new one."""
    person_id: str
    person_name: str
    files: tuple[Mapping[str, Any], ...] = ()
    """As in a reply in the thread."""

    @property
    def key(self) -> str:
        return f"view:{self.view_id}:{self.person_id}"


def read_press(payload: Mapping[str, Any]) -> Press:
    """Reads a `block_actions` payload. A press holds exactly one action."""
    action = payload["actions"][0]
    container = payload.get("container") or {}
    action_id, value = action.get("action_id") or "", _value(action)
    if action_id == Do.MORE.value:
        action_id = value
    return Press(
        action=action_id,
        value=value,
        turn_id=turn_of_block(action.get("block_id") or ""),
        person_id=payload["user"]["id"],
        person_name=name_of_user(payload),
        channel=(payload.get("channel") or {}).get("id") or container.get("channel_id") or "",
        message_ts=container.get("message_ts") or container.get("view_id") or "",
        at=action.get("action_ts") or "",
        response_url=payload.get("response_url") or "",
    )


def read_written(payload: Mapping[str, Any]) -> Written:
    """Reads the `view_submission` of a window in which an agent wrote."""
    view = payload["view"]
    about, values = json.loads(view["private_metadata"]), view["state"]["values"]
    files = ((values.get(FILES) or {}).get(FILES) or {}).get("files") or []
    return Written(
        view_id=view["id"],
        case_id=about["case"],
        note=view["callback_id"] == NOTE_WINDOW,
        text=(values[WORDS][WORDS].get("value") or "").strip(),
        message_id=about.get("message"),
        person_id=payload["user"]["id"],
        person_name=name_of_user(payload),
        files=tuple(read_file(file) for file in files),
    )


def label(name: str) -> str:
    """A name that somebody typed as an intent is written: `Rent a boat!` becomes `rent_a_boat`."""
    words = "".join(letter if letter.isalnum() else " " for letter in name.lower()).split()
    return "_".join(words)


def turn_of_block(block_id: str) -> int | None:
    found = _TURN.fullmatch(block_id)
    return int(found[1]) if found else None


def _value(action: Mapping[str, Any]) -> str:
    chosen = action.get("selected_option") or {}
    return str(chosen.get("value") or action.get("selected_user") or action.get("value") or "")


def name_of_user(payload: Mapping[str, Any]) -> str:
    user = payload["user"]
    return str(user.get("name") or user.get("username") or user["id"])
