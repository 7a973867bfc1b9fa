"""The card that heads a case's thread. Pure: rows in, blocks out. It is edited in place and never posted twice."""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from escalation.slack.block import (
    Block,
    actions,
    button,
    confirmation,
    context,
    divider,
    header,
    people_menu,
    section,
)
from escalation.slack.case_file import CaseFile
from escalation.slack.intents import Intents
from escalation.slack.mrkdwn import brief, escape, shorten
from escalation.slack.press import Do
from escalation.slack.talk import preview, quote
from escalation.slack.teaching import teaching_blocks
from escalation.store.case import CaseState
from escalation.store.message import Message

LINES = 6
"""Earlier messages on the card; a button shows the whole conversation."""
QUOTED = 4
"""Sections that the customer's decisive message may fill."""
HOW = "Reply in the thread: the customer reads it. Begin with `note:` for a private note."
CASE = "case:"
"""Begins the `block_id` of the case's own buttons."""
_CHANNELS = {"webchat": "Web chat", "rest": "REST", "callback": "Callback"}


@dataclass(frozen=True)
class Card:
    """What is posted: blocks, and the text that notifications and screen readers use."""

    text: str
    blocks: tuple[Block, ...]


def draw_card(file: CaseFile, intents: Intents) -> Card:
    """The case as it stands, with the buttons that fit its state."""
    blocks = [
        header(_heading(file)),
        context(_circumstances(file)),
        section(f"*Why a person:* {brief(file.case.reason, 1000)}"),
        *_conversation(file),
        context(_state(file)),
        actions(f"{CASE}{file.case.id}", [*_moves(file), *_canned(file)]),
        *([divider(), *teaching_blocks(file, intents)] if file.turn else []),
    ]
    return Card(_notification(file), tuple(blocks))


def case_of_card(payload: Mapping[str, Any]) -> int | None:
    """Whose card was pressed, by the card itself: its row may be a moment behind."""
    blocks = (payload.get("message") or {}).get("blocks") or []
    named = (str(block.get("block_id") or "") for block in blocks)
    numbers = [name.removeprefix(CASE) for name in named if name.startswith(CASE)]
    return next((int(number) for number in numbers if number.isdecimal()), None)


def customer(file: CaseFile) -> str:
    name = "".join(letter for letter in file.conversation.customer_name if letter not in "&<>")
    return shorten(name, 40) or "A customer"


def _heading(file: CaseFile) -> str:
    case = file.case
    if case.state == CaseState.CLOSED.value:
        return f"✅ {customer(file)}: closed"
    if case.state == CaseState.CLAIMED.value:
        return f"💬 {customer(file)} talks with {case.owner_name}"
    return f"🙋 {customer(file)} needs a person"


def _notification(file: CaseFile) -> str:
    said = file.turn.text if file.turn else file.case.reason
    return f"{escape(_heading(file))} (case {file.case.id}): {brief(said, 150)}"


def _circumstances(file: CaseFile) -> str:
    conversation = file.conversation
    parts = [f"*Case {file.case.id}*", _CHANNELS.get(conversation.channel, escape(conversation.channel))]
    if conversation.page:
        parts.append(brief(conversation.page, 120))
    if conversation.language:
        parts.append(escape(conversation.language))
    if file.case.tier:
        parts.append(f"tier *{escape(file.case.tier)}*")
    if file.earlier_cases:
        parts.append("one earlier case" if file.earlier_cases == 1 else f"{file.earlier_cases} earlier cases")
    return " · ".join(parts)


def _conversation(file: CaseFile) -> list[Block]:
    before, decisive = _parted(file)
    blocks = []
    if before:
        left_out = len(before) - LINES
        more = f"_{left_out} earlier messages_\n" if left_out > 0 else ""
        blocks += [section(more + preview(before[-LINES:]))]
    if decisive is not None:
        blocks += [section(piece) for piece in quote(decisive.text)[:QUOTED]]
    return blocks


def _parted(file: CaseFile) -> tuple[list[Message], Message | None]:
    """The earlier conversation, and the message that the card is about, which is shown whole."""
    decisive = next((one for one in file.messages if file.turn and one.id == file.turn.message_id), None)
    return [message for message in file.messages if message is not decisive], decisive


def _state(file: CaseFile) -> str:
    case = file.case
    if case.state == CaseState.CLOSED.value and case.closed_at:
        how = "handed back to the bot" if case.outcome == "handed_back" else "answered"
        when = _moment(case.closed_at, "{date_short_pretty} {time}")
        return f"✅ Closed by *{brief(case.closed_by or 'nobody', 80)}* {when}: {how}"
    if case.state == CaseState.CLAIMED.value and case.claimed_at:
        waited = _span(case.opened_at, case.claimed_at)
        owner, since = brief(case.owner_name or "", 80), _moment(case.claimed_at)
        return f"💬 *{owner}* has this case since {since} · the customer waited {waited}\n{HOW}"
    return f"⏳ Waiting since {_moment(case.opened_at, '{time} ({ago})')}\n{HOW}"


def _moment(at: datetime, form: str = "{time}") -> str:
    """In the reader's own time zone."""
    return f"<!date^{calendar.timegm(at.timetuple())}^{form}|{at:%H:%M} UTC>"


def _span(start: datetime, end: datetime) -> str:
    minutes = max(0, int((end - start).total_seconds() // 60))
    if minutes < 1:
        return "less than a minute"
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h"


def _moves(file: CaseFile) -> list[Block]:
    number = str(file.case.id)
    whole = button(Do.WHOLE.value, "Whole conversation", number)
    if file.case.state == CaseState.CLOSED.value:
        return [whole]
    back = button(Do.HAND_BACK.value, "Hand back to the bot", number)
    close = button(Do.CLOSE.value, "Close", number)
    hand = people_menu(Do.HAND_TO.value, "Hand to…")
    if file.case.state == CaseState.OPEN.value:
        return [button(Do.CLAIM.value, "Claim", number, style="primary"), hand, back, close, whole]
    return [close, back, button(Do.RELEASE.value, "Release", number), hand, _take_over(file, number), whole]


def _canned(file: CaseFile) -> list[Block]:
    closed = file.case.state == CaseState.CLOSED.value
    return [] if closed else [button(Do.CANNED.value, "Canned reply…", str(file.case.id))]


def _take_over(file: CaseFile, number: str) -> Block:
    owner = file.case.owner_name or "Somebody"
    sure = confirmation(
        "Take this case over?",
        f"{owner} has it now. The customer will be told that you are here.",
        "Take over",
        "Leave it",
    )
    return button(Do.TAKE_OVER.value, "Take over", number, confirm=sure)
