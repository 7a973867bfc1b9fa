"""The windows (modals) that the desk opens. Pure."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from escalation.file_limits import FileLimits
from escalation.slack.attachments import MOST
from escalation.slack.block import Block, actions, button, context, file_field, section, text_field
from escalation.slack.modal import View, form, modal
from escalation.slack.mrkdwn import brief, escape, unescape
from escalation.slack.press import FILES, NOTE_WINDOW, REPLY_WINDOW, WORDS, Do
from escalation.slack.talk import whole
from escalation.store.message import Message

SECTIONS = 90
"""Below the 100 blocks that Slack allows in a window."""
SLACKS_LARGEST_MB = 10.0
"""Megabytes of one file that Slack takes in a window; in a thread it takes more."""


def conversation_window(case_id: int, messages: Sequence[Message], told: str = "") -> View:
    """Everything that was said, whole; of a very long conversation the newest part. `told` is what a press led to."""
    pieces = whole(messages) or ["Nothing has been said yet."]
    blocks: list[Block] = [section(piece) for piece in pieces[-SECTIONS:]]
    if len(pieces) > SECTIONS:
        blocks.insert(0, section("_This is the newest part of a very long conversation._"))
    asked = button(Do.TRANSCRIPT.value, "Get it as JSON", str(case_id))
    blocks.insert(0, context(told) if told else actions("case", [asked]))
    return modal("The conversation", blocks, close="Done")


def writing_window(case_id: int, customer: str, note: bool, limits: FileLimits | None = None) -> View:
    """Where an agent writes to the customer, or a note for colleagues; with `limits`, files can go along."""
    what = (
        "Stays in Slack, whatever becomes of the case. Colleagues read it in the thread."
        if note
        else f"Goes to {escape(customer)} as soon as you send it, and is shown in the thread."
    )
    label, placeholder = ("Note", "He called yesterday, too.") if note else ("Reply", "Hello, I have looked it up: …")
    fields = [text_field(WORDS, label, placeholder, 3000, long=True)]
    if limits is not None:
        fields = [{**fields[0], "optional": True}, _files_field(limits)]
    blocks, about = [*fields, context(what)], json.dumps({"case": case_id})
    if note:
        return form("A private note", blocks, about, "Keep", NOTE_WINDOW)
    return form("Reply to the customer", blocks, about, "Send", REPLY_WINDOW)


def _files_field(limits: FileLimits) -> Block:
    largest = min(limits.largest_mb, SLACKS_LARGEST_MB)
    return file_field(FILES, "Files", f"{', '.join(limits.kinds)}; up to {largest:g} MB each.", MOST)


def editing_window(case_id: int, message_id: int, words: str) -> View:
    """Where an agent writes a reply from the window anew."""
    blocks = [
        text_field(WORDS, "Reply", "Hello, I have looked it up: …", 3000, long=True, initial=words),
        context("The customer sees the new words, or is sent a correction where the channel cannot change any."),
    ]
    about = json.dumps({"case": case_id, "message": message_id})
    return form("Change your reply", blocks, about, "Change", REPLY_WINDOW)


@dataclass(frozen=True)
class Held:
    """Why a reply is held back."""

    owner: str | None
    """Who has the case."""
    is_mine: bool = False
    """That is the reply's author."""
    edited: bool = False
    """It was changed before the desk could send it, so what it said at first may be unknown."""

    @property
    def reason(self) -> str:
        if self.edited:
            return "You changed this before the desk could send it, and it may have been a note"
        return f"{escape(self.owner)} has this case" if self.owner else "Nobody has this case yet"


def question_about_held(ts: str, held: Held, text: str) -> list[Block]:
    """What becomes of a reply whose author does not own the case, or may have meant a note."""
    quoted = f">{brief(unescape(text), 300)}" if text else "_(a file)_"
    question = "Send it?" if held.is_mine else "Send it as yourself? Or take the case?"
    return [
        section(f"{held.reason}, so your reply is held back:\n{quoted}\n{question}"),
        actions("held", [*_sending(ts, held), button(Do.KEEP_HELD.value, "Keep it as a note", ts)]),
    ]


def _sending(ts: str, held: Held) -> list[Block]:
    if held.is_mine:
        return [button(Do.SEND_HELD.value, "Send", ts, style="primary")]
    take = "Take over and send" if held.owner else "Claim and send"
    return [
        button(Do.SEND_AS_SELF.value, "Send as myself", ts, style="primary"),
        button(Do.SEND_HELD.value, take, ts),
    ]
