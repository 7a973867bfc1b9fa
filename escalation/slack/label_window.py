"""The message shortcut: any message in Slack that is a customer's problem can be labelled."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from escalation.slack.block import Block, chooser, plain, section
from escalation.slack.modal import View, form, modal
from escalation.slack.mrkdwn import brief
from escalation.slack.runs import to_plain

LABEL_MESSAGE = "label_message"
"""The `callback_id` of the shortcut, and of the window that it opens."""
WORDS, INTENT = "words", "intent"
"""The blocks and fields of that window."""
LONGEST = 3000
"""Characters that Slack takes in a field."""


@dataclass(frozen=True)
class FoundMessage:
    """The message on which somebody used the shortcut."""

    channel: str
    ts: str
    text: str
    by_a_person: bool


@dataclass(frozen=True)
class LabelledMessage:
    """The window, sent off."""

    view_id: str
    channel: str
    ts: str
    text: str
    """The customer's words; empty where the turn is known already."""
    intent: str
    opened_at: float
    """Seconds since 1970, as is `sent_at`."""
    sent_at: float
    person_id: str
    person_name: str

    @property
    def key(self) -> str:
        return f"view:{self.view_id}:{self.person_id}"


def read_found(payload: Mapping[str, Any]) -> FoundMessage:
    """Reads a `message_action` payload."""
    message = payload["message"]
    return FoundMessage(
        channel=payload["channel"]["id"],
        ts=payload.get("message_ts") or message["ts"],
        text=to_plain(message.get("text") or ""),
        by_a_person=bool(message.get("user")) and not message.get("bot_id"),
    )


def read_labelled(payload: Mapping[str, Any], sent_at: float) -> LabelledMessage:
    """Reads the `view_submission` of the window."""
    view = payload["view"]
    about = json.loads(view["private_metadata"])
    fields = view["state"]["values"]
    user = payload["user"]
    return LabelledMessage(
        view_id=view["id"],
        channel=about["channel"],
        ts=about["ts"],
        text=(((fields.get(WORDS) or {}).get(WORDS) or {}).get("value") or "").strip(),
        intent=((fields[INTENT][INTENT].get("selected_option") or {}).get("value")) or "",
        opened_at=about["opened"],
        sent_at=sent_at,
        person_id=user["id"],
        person_name=str(user.get("name") or user.get("username") or user["id"]),
    )


def label_window(found: FoundMessage, known: str | None, opened_at: float) -> View:
    """`known` are the words of a turn that is there already; they stay as the customer wrote them."""
    about = {"channel": found.channel, "ts": found.ts, "opened": round(opened_at, 3)}
    words = _words(found.text) if known is None else section(f"The customer wrote:\n>{brief(known, 1000)}")
    blocks = [words, chooser(INTENT, "What did the customer want?", "Type to search", None)]
    return form("A customer problem", blocks, json.dumps(about), "Label it", LABEL_MESSAGE)


def thanks_window(title: str) -> View:
    words = (
        f"Labelled as *{brief(title, 80)}*. Trainers decide whether the bot learns it; you can undo it in App Home."
    )
    return modal("Thank you", [section(words)], close="Done")


def no_words_window() -> View:
    words = "This message is the bot's own, so there are no words of a customer in it."
    return modal("Nothing to label", [section(words)])


def _words(text: str) -> Block:
    return {
        "type": "input",
        "block_id": WORDS,
        "label": plain("The customer's words"),
        "hint": plain("Leave only what the customer wrote: no names, no numbers, nothing of your own."),
        "element": {
            "type": "plain_text_input",
            "action_id": WORDS,
            "multiline": True,
            "max_length": LONGEST,
            **({"initial_value": text[:LONGEST]} if text else {}),
        },
    }
