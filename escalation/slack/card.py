"""The card that heads a case's thread. Pure: rows in, blocks out. It is edited in place and never posted twice."""

from __future__ import annotations

import calendar
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from escalation.handover import Outcome
from escalation.relay import Policy
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
from escalation.slack.record_part import record_blocks
from escalation.slack.talk import CHANNELS, preview, quote, words
from escalation.slack.teaching import teaching_blocks
from escalation.span import span
from escalation.store.case import Case, CaseState
from escalation.store.conversation import Conversation
from escalation.store.message import Message

LINES = 6
"""Earlier messages on the card; a button shows the whole conversation."""
QUOTED = 4
"""Sections that the customer's decisive message may fill."""
HOW = {
    Policy.REPLIES: "Reply in the thread: the customer reads it. Begin with `note:` for a private note.",
    Policy.BUTTON: "The customer reads what you send with *Reply…*; whatever is written in the thread stays here.",
}
CASE = "case:"
"""Begins the `block_id` of the case's own buttons."""


@dataclass(frozen=True)
class Card:
    """What is posted: blocks, and the text that notifications and screen readers use."""

    text: str
    blocks: tuple[Block, ...]


def draw_card(file: CaseFile, intents: Intents, policy: Policy = Policy.REPLIES) -> Card:
    """The case as it stands, with the buttons that fit its state."""
    blocks = [
        header(_heading(file)),
        context(_circumstances(file)),
        section(f"*Why a person:* {brief(file.case.reason, 1000)}"),
        *_conversation(file),
        context(_state(file, policy)),
        *([section(f"☎️ *To be reached at:* {brief(file.case.contact, 300)}")] if file.case.contact else []),
        *(record_blocks(file.summary, intents) if file.summary else []),
        actions(f"{CASE}{file.case.id}", [*_moves(file, policy), *_canned(file)]),
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
    said = (file.turn.text or "(deleted)") if file.turn else file.case.reason
    return f"{escape(_heading(file))} (case {file.case.id}): {brief(said, 150)}"


def _circumstances(file: CaseFile) -> str:
    conversation = file.conversation
    parts = [f"*Case {file.case.id}*", CHANNELS.get(conversation.channel, escape(conversation.channel))]
    if conversation.page or conversation.page_title:
        parts.append(_page(conversation))
    if conversation.language:
        parts.append(f"speaks {brief(conversation.language, 35)}")
    if file.case.tier:
        parts.append(f"tier *{escape(file.case.tier)}*")
    if file.earlier_cases:
        parts.append(_earlier(file.earlier_cases))
    return " · ".join(parts)


def _earlier(cases: Sequence[Case]) -> str:
    """How often, and who had the last one: they know most."""
    number = "one earlier case" if len(cases) == 1 else f"{len(cases)} earlier cases"
    last = cases[-1]
    if last.closed_at is None:
        return number
    by = brief(last.owner_name or last.closed_by or "nobody", 40)
    return f"{number}, the last with {by} {_moment(last.closed_at, '{date_short_pretty}')}"


def _page(conversation: Conversation) -> str:
    """Its title, if it has one; a customer's browser says both, so neither is made a link."""
    title, address = brief(conversation.page_title, 80), brief(conversation.page, 120)
    return f"on “{title}” ({address})" if title and address else f"on {title or address}"


def _conversation(file: CaseFile) -> list[Block]:
    """In order; the message that the card is about is shown whole."""
    decisive = next((one for one in file.messages if file.turn and one.id == file.turn.message_id), None)
    if decisive is None:
        return _previewed(file.messages)
    place = file.messages.index(decisive)
    quoted = [section(piece) for piece in quote(words(decisive))[:QUOTED]]
    return [*_previewed(file.messages[:place]), *quoted, *_previewed(file.messages[place + 1 :])]


def _previewed(messages: Sequence[Message]) -> list[Block]:
    if not messages:
        return []
    left_out = len(messages) - LINES
    more = f"_{left_out} earlier messages_\n" if left_out > 0 else ""
    return [section(more + preview(messages[-LINES:]))]


def _state(file: CaseFile, policy: Policy) -> str:
    case = file.case
    if case.state == CaseState.CLOSED.value and case.closed_at:
        how = "handed back to the bot" if case.outcome == "handed_back" else "answered"
        when = _moment(case.closed_at, "{date_short_pretty} {time}")
        if case.outcome == Outcome.INACTIVE.value:
            return f"💤 Closed itself {when}: the customer no longer wrote. If they come back, it opens again."
        return f"✅ Closed by *{brief(case.closed_by or 'nobody', 80)}* {when}: {how}"
    if case.state == CaseState.CLAIMED.value and case.claimed_at:
        waited = span(case.opened_at, case.claimed_at)
        owner, since = brief(case.owner_name or "", 80), _moment(case.claimed_at)
        had = f"💬 *{owner}* has this case since {since} · the customer waited {waited}"
        return "\n".join([had, *_unanswered(case), HOW[policy]])
    meanwhile = "\n🤖 Nobody was there: the bot answers until somebody claims it." if case.bot_answers else ""
    since = _moment(case.waits_since or case.opened_at, "{time} ({ago})")
    return f"⏳ Waiting since {since}{meanwhile}\n{HOW[policy]}"


def _unanswered(case: Case) -> list[str]:
    """How long the customer waits now; Slack itself keeps the words true."""
    if case.waits_since is None:
        return []
    return [f"⏳ Waits for an answer since {_moment(case.waits_since, '{time} ({ago})')}"]


def _moment(at: datetime, form: str = "{time}") -> str:
    """In the reader's own time zone."""
    return f"<!date^{calendar.timegm(at.timetuple())}^{form}|{at:%H:%M} UTC>"


def _moves(file: CaseFile, policy: Policy) -> list[Block]:
    number = str(file.case.id)
    note = button(Do.NOTE.value, "Note…", number)
    whole = button(Do.WHOLE.value, "Whole conversation", number)
    if file.case.state == CaseState.CLOSED.value:
        return [note, whole]
    back = button(Do.HAND_BACK.value, "Hand back to the bot", number)
    close = button(Do.CLOSE.value, "Close", number)
    hand = people_menu(Do.HAND_TO.value, "Hand to…")
    if file.case.state == CaseState.OPEN.value:
        return [button(Do.CLAIM.value, "Claim", number, style="primary"), note, hand, back, close, whole]
    reply = [button(Do.REPLY.value, "Reply…", number, style="primary")] if policy is Policy.BUTTON else []
    release = button(Do.RELEASE.value, "Release", number)
    return [*reply, note, close, back, release, hand, _take_over(file, number), whole]


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
