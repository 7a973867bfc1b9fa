"""The windows in which a turn is looked at and taught from. Pure."""

from __future__ import annotations

import calendar
from collections.abc import Mapping, Sequence
from datetime import datetime

from escalation.slack.block import (
    Block,
    actions,
    button,
    chooser,
    context,
    divider,
    option,
    search_menu,
    section,
    text_field,
)
from escalation.slack.intents import Intents
from escalation.slack.modal import View, form, modal
from escalation.slack.mrkdwn import brief
from escalation.slack.press import IN_WINDOW, Do
from escalation.slack.teaching.about import About
from escalation.slack.teaching.lesson import (
    DEFINITION,
    EXAMPLES,
    FIRST,
    NAME,
    NEW_INTENT_WINDOW,
    SECOND,
    TWO_WINDOW,
)
from escalation.slack.teaching.words import WHY, cause_buttons, guideline_lines, percent, said
from labeling.examples import Example
from labeling.nearest import Nearest
from labeling.ranking import Ranking
from labeling.store.cause import Cause
from labeling.store.correction import Correction
from labeling.store.review import Decision, Review

COMPARED = 4
"""Guesses whose guidelines stand beside each other."""
LONGEST_EXAMPLE = 300
ENTRIES = 60
"""What a history shows; the newest of a longer one."""


def compare_window(about: About, text: str, ranking: Ranking, intents: Intents, nearest: Nearest = Nearest()) -> View:
    """The best guesses with their guidelines, one more that was looked up, and labelled messages on request."""
    blocks = [section(f">{brief(text, 600)}")]
    if about.looked_up:
        blocks += [_guideline(about.looked_up, intents, f"{Do.GUESS.value}_looked_up"), divider()]
    for place, guess in enumerate(ranking.guesses[:COMPARED]):
        if guess.intent != about.looked_up:
            share = percent(guess.probability)
            blocks.append(_guideline(guess.intent, intents, f"{Do.GUESS.value}_{place}", share))
    tools = [search_menu(Do.LOOK_UP.value, "Look another intent up")]
    if not about.shows_nearest:
        tools.append(button(Do.NEAREST.value, "Similar labelled messages", "near"))
    blocks.append(actions(f"{IN_WINDOW}tools", tools))
    if about.shows_nearest:
        blocks += _nearest(nearest, intents)
    blocks.append(actions(f"{IN_WINDOW}rest", _rest()))
    return modal("What was wanted?", blocks, about.to_metadata())


def _guideline(intent: str, intents: Intents, action_id: str, share: str = "") -> Block:
    block = section(guideline_lines(intents.guideline(intent), intents, share))
    return {**block, "block_id": f"{IN_WINDOW}{action_id}", "accessory": button(action_id, "This one", intent)}


def _rest() -> list[Block]:
    return [
        button(Do.TWO.value, "Two requests in one…", "two"),
        button(Do.NEW_INTENT.value, "New intent…", "new"),
        button(Do.NOT_A_REQUEST.value, "Not a request", "none"),
        button(Do.CANNOT_TELL.value, "Cannot tell", "unsure"),
    ]


def _nearest(nearest: Nearest, intents: Intents) -> list[Block]:
    how = (("by meaning", nearest.by_meaning), ("by their words", nearest.by_words))
    shown = [_similar(words, examples, intents) for words, examples in how if examples]
    return shown or [section("No labelled message shares a word with this one.")]


def _similar(how: str, examples: Sequence[Example], intents: Intents) -> Block:
    lines = [f"• {brief(one.text, 200)}: *{brief(intents.title(one.intent), 80)}*" for one in examples]
    return section(f"*Similar labelled messages*, {how}\n" + "\n".join(lines))


def said_window(about: About, words: str) -> View:
    """After a click in a window: what was said, why if one likes, and the way back."""
    blocks = [
        section(f"✅ You say: {words}. Thank you."),
        context(WHY),
        actions(f"{IN_WINDOW}causes", cause_buttons()),
        actions(f"{IN_WINDOW}back", [button(Do.WITHDRAW.value, "Take it back", "back")]),
    ]
    return modal("Said", blocks, about.to_metadata())


def done_window(about: About, words: str) -> View:
    return modal("Done", [section(words)], about.to_metadata())


def history_window(
    about: About,
    text: str,
    corrections: Sequence[Correction],
    reviews: Sequence[Review],
    causes: Mapping[int, Cause],
    intents: Intents,
    person_id: str,
) -> View:
    """Everything that was said and decided about the turn, and the way back for one's own word."""
    told = [(one.created_at, _told(one, causes, intents)) for one in corrections]
    told += [(one.created_at, _decided(one, intents)) for one in reviews]
    lines = [f"{_moment(at)} {words}" for at, words in sorted(told, key=lambda one: one[0])[-ENTRIES:]]
    blocks = [section(f">{brief(text, 600)}")]
    blocks += [section(line) for line in lines] or [section("Nobody has said anything about it yet.")]
    mine = [one for one in corrections if one.person_id == person_id]
    if mine and mine[-1].kind != "withdrawn":
        blocks.append(actions(f"{IN_WINDOW}back", [button(Do.WITHDRAW.value, "Take mine back", "back")]))
    return modal("History", blocks, about.to_metadata())


def _told(one: Correction, causes: Mapping[int, Cause], intents: Intents) -> str:
    took = f", in {one.active_seconds:.0f} s" if one.active_seconds is not None else ""
    return f"*{brief(one.person_name, 80)}*: {said(one, intents, causes.get(one.id or 0))}{took}"


def _decided(review: Review, intents: Intents) -> str:
    who = f"*{brief(review.trainer, 80)}*"
    if review.decision == Decision.UNDONE.value:
        return f"{who} undid the decision"
    if review.decision == Decision.REJECTED.value:
        return f"{who} decided: nothing is learned from it"
    names = [brief(intents.title(one), 80) for one in (review.intent, review.second_intent) if one]
    return f"{who} {review.decision} it as *{' and '.join(names) or 'not a request'}*"


def _moment(at: datetime) -> str:
    return f"<!date^{calendar.timegm(at.timetuple())}^{{date_short_pretty}} {{time}}|{at:%d.%m. %H:%M} UTC>"


def new_intent_window(about: About, text: str) -> View:
    """Asks for a name, a definition and three examples; the customer's own words are the first, if they are short."""
    own = text.strip() if len(text.strip()) <= LONGEST_EXAMPLE else ""
    hints = ("can I borrow a tent for the weekend", "do you rent out skis?", "tent hire, 2 nights")
    fields = [
        text_field(block, f"Example {place}", hint, LONGEST_EXAMPLE, initial=own if place == 1 else "")
        for place, (block, hint) in enumerate(zip(EXAMPLES, hints, strict=True), 1)
    ]
    blocks = [
        section(f"Something that no intent covers yet. The customer wrote:\n>{brief(text, 300)}"),
        text_field(NAME, "A short name", "Rent a tent", 60),
        text_field(
            DEFINITION, "What it means", "The customer wants to rent equipment for a few days.", 500, long=True
        ),
        *fields,
    ]
    return form("A new intent", blocks, about.to_metadata(), "Propose", NEW_INTENT_WINDOW)


def two_window(about: About, text: str, ranking: Ranking, intents: Intents) -> View:
    """Asks for two intents; the two best guesses are filled in."""
    guesses = [option(intents.title(one.intent), one.intent) for one in ranking.guesses[:2]]
    first, second = [*guesses, None, None][:2]
    blocks = [
        section(f"Both are kept, and neither is learned as if it were the only one.\n>{brief(text, 600)}"),
        chooser(FIRST, "The customer wanted", "Type to search", first),
        chooser(SECOND, "and also", "Type to search", second),
    ]
    return form("Two requests in one", blocks, about.to_metadata(), "Keep both", TWO_WINDOW)
