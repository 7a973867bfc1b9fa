"""A stored message as a channel of Rasa's can show it. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import Any

from bot.question import spelt_out
from bot.recorder import SHOWN, Said
from escalation.file_kind import PICTURES
from escalation.phrases import Phrases
from escalation.rich_text import Run, html, marked
from escalation.store.conversation import Conversation
from escalation.store.message import Message

WHATSAPP = "whatsapp:"
"""How Twilio's names for customers on WhatsApp begin."""
TELEGRAM = "telegram"
TELEGRAMS_LONGEST = 4096
"""Characters in one message there; longer ones go as plain text, which Rasa sends paragraph by paragraph."""


def dressed(message: Message, conversation: Conversation, public_address: str) -> Said:
    """With the agent's name before the words, marks where they are drawn, and files as addresses."""
    shown = {key: message.payload[key] for key in SHOWN if message.payload.get(key)}
    files: Sequence[Mapping[str, Any]] = (message.payload.get("files") or []) if public_address else []
    pictures = [file for file in files if file["kind"] in PICTURES][:1]
    links = [f"{file['name']}: {_address(file, public_address)}" for file in files if file not in pictures]
    if pictures:
        shown["image"] = _address(pictures[0], public_address)
    text = _lines(message, [words(message, conversation), *links])
    runs = [Run.from_json(run) for run in message.payload.get("runs") or []]
    if runs and conversation.channel == TELEGRAM and len(text) <= TELEGRAMS_LONGEST:
        drawn = _lines(message, [html(runs), *map(escape, links)], escape)
        return Said("", {**shown, "custom": {"text": drawn, "parse_mode": "HTML"}})
    return Said(text, shown)


def without_buttons(said: Said, payload: Mapping[str, Any]) -> Said:
    """`payload` is the stored message's: it knows whether the buttons answer a question."""
    kept = {key: shown for key, shown in said.payload.items() if key not in ("buttons", "quick_replies")}
    return Said(spelt_out(payload, said.text), kept)


def correction(message: Message, conversation: Conversation, phrases: Phrases) -> Said:
    """What the customer is told where an earlier message cannot be changed."""
    who = message.shown_as or message.author or phrases.support
    if message.deleted:
        return Said(phrases.taken_back.format(name=who))
    return Said(phrases.corrected.format(name=who, text=words(message, conversation)))


def words(message: Message, conversation: Conversation) -> str:
    runs = message.payload.get("runs")
    if runs and draws_marks(conversation):
        return marked(Run.from_json(run) for run in runs)
    return message.text


def draws_marks(conversation: Conversation) -> bool:
    """WhatsApp and Slack show `*bold*` as bold."""
    return conversation.channel == "slack" or conversation.sender_id.startswith(WHATSAPP)


def _lines(message: Message, lines: Sequence[str], written: Callable[[str], str] = str) -> str:
    """After the agent's name, which is `written` as the lines are."""
    text, who = "\n".join(filter(None, lines)), message.shown_as or message.author
    return f"{written(who)}: {text}" if who and text else text


def _address(file: Mapping[str, Any], public_address: str) -> str:
    return f"{public_address}/chat/files/{file['key']}"
