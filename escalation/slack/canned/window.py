"""The canned replies' windows. Pure."""

from __future__ import annotations

from escalation.placeholder import fill, left_open
from escalation.slack.block import Block, actions, button, chooser, context, option, search_menu, section
from escalation.slack.block import text_field as _text_field
from escalation.slack.canned.item import INTENT, KEEP_WINDOW, SEND_WINDOW, TEXT, TITLE, AboutCanned, fingerprint
from escalation.slack.canned.shelf import MOST_SUGGESTED, SUGGESTED, Shelf
from escalation.slack.intents import Intents
from escalation.slack.modal import View, form, modal
from escalation.slack.mrkdwn import brief, escape
from escalation.slack.press import Do
from labeling.store.canned_reply import CannedReply

IN_CANNED = "canned:"
"""Begins the `block_id` of what is pressed in these windows."""
LONGEST_TEXT, LONGEST_TITLE = 3_000, 60
"""As much as one of Slack's text fields takes; and what fits a menu."""


def choosing_window(about: AboutCanned, shelf: Shelf, intents: Intents) -> View:
    """Those that fit what the customer wants, each a click away; all others by typing."""
    shown = shelf.replies[: max(SUGGESTED, min(shelf.fitting, MOST_SUGGESTED))]
    blocks = [_suggested(one, shelf, intents) for one in shown]
    if not shelf.replies:
        blocks.append(section("There are no canned replies yet. What you write often is worth one."))
    tools = [button(Do.CANNED_NEW.value, "New canned reply…", "new")]
    if shelf.replies:
        tools.insert(0, search_menu(Do.CANNED_PICK.value, "All canned replies: type to search"))
    blocks.append(actions(f"{IN_CANNED}tools", tools))
    return modal("Canned replies", blocks, about.to_metadata())


def _suggested(one: CannedReply, shelf: Shelf, intents: Intents) -> Block:
    times = shelf.count.get(one.id or 0, 0)
    about = brief(intents.title(one.intent), 80) if one.intent else "for anything"
    words = f"*{brief(one.title, 80)}* · {about} · sent {times} ×\n{brief(fill(one.text, shelf.known), 300)}"
    accessory = button(f"{Do.CANNED_USE.value}_{one.id}", "Use", str(one.id))
    return {**section(words), "block_id": f"{IN_CANNED}{one.id}", "accessory": accessory}


def sending_window(about: AboutCanned, one: CannedReply, shelf: Shelf) -> View:
    """The words, filled in, to be read once more and changed."""
    filled = fill(one.text, shelf.known)
    missing = left_open(filled)
    blocks = [_text_field(f"{TEXT}:{one.id}", "To the customer", "Your reply", LONGEST_TEXT, True, filled)]
    blocks[0]["element"]["action_id"] = TEXT
    if missing:
        blocks.insert(0, section(f"⚠️ Please fill in {escape(', '.join(missing))}."))
    edit = button(Do.CANNED_EDIT.value, "Change the canned reply itself…", str(one.id))
    blocks.append(actions(f"{IN_CANNED}edit", [edit]))
    about = AboutCanned(about.case_id, about.channel, one.id or 0, fingerprint(filled))
    return form(one.title[:24], blocks, about.to_metadata(), "Send", SEND_WINDOW)


def keeping_window(about: AboutCanned, one: CannedReply | None, names: list[str], intents: Intents) -> View:
    """A canned reply itself, new or to be changed."""
    number = one.id if one else 0
    title = _text_field(f"{TITLE}:{number}", "Title", "Refund is on its way", LONGEST_TITLE, False, _of(one, "title"))
    text = _text_field(f"{TEXT}:{number}", "Words", "Hello {customer}, …", LONGEST_TEXT, True, _of(one, "text"))
    chosen = option(intents.title(one.intent), one.intent) if one and one.intent else None
    intent = chooser(f"{INTENT}:{number}", "What it answers", "Type to search", chosen)
    for block, name in ((title, TITLE), (text, TEXT), (intent, INTENT)):
        block["element"]["action_id"] = name
    intent["optional"] = True
    names_told = ", ".join(f"`{{{name}}}`" for name in names)
    hint = f"Filled in when it is used: {names_told}. `{{customer|there}}` says *there* where the name is unknown."
    blocks = [title, text, context(hint), intent]
    if one is not None:
        retire = button(Do.CANNED_RETIRE.value, "Offer it to nobody any more", str(one.id))
        blocks.append(actions(f"{IN_CANNED}retire", [retire]))
    about = AboutCanned(about.case_id, about.channel, number or 0)
    return form("Canned reply", blocks, about.to_metadata(), "Keep", KEEP_WINDOW)


def told_window(about: AboutCanned, words: str) -> View:
    return modal("Canned replies", [section(words)], about.to_metadata())


def _of(one: CannedReply | None, field: str) -> str:
    return str(getattr(one, field)) if one else ""
