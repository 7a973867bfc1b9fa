"""The part of the card that asks what the customer wanted: one click, and a change of mind is one more."""

from __future__ import annotations

from escalation.slack.block import Block, actions, button, context, option, overflow, search_menu, section
from escalation.slack.case_file import CaseFile
from escalation.slack.intents import Intents
from escalation.slack.mrkdwn import brief, shorten
from escalation.slack.press import CAUSES_BLOCK, OF_TURN, TELL_APART, Do
from escalation.slack.teaching.words import WHY, cause_buttons, percent, said
from labeling.ranking import Guess
from labeling.store.correction import CUSTOMER, Correction, CorrectionKind

GUESSES = 4


def teaching_blocks(file: CaseFile, intents: Intents) -> list[Block]:
    """Guesses with their probabilities, buttons for them, a search over all intents, and what was said already."""
    assert file.turn is not None
    blocks = [section(_question(file, intents))]
    if guesses := best_guesses(file):
        blocks.append(actions(f"{OF_TURN}{file.turn.id}", _buttons(guesses, file, intents)))
    blocks.append(actions(f"{OF_TURN}{file.turn.id}{TELL_APART}", _menu(file)))
    if any(one.id not in file.causes for one in file.corrections if one.source != CUSTOMER):
        blocks += [context(WHY), actions(f"{OF_TURN}{file.turn.id}{CAUSES_BLOCK}", cause_buttons())]
    return blocks


def best_guesses(file: CaseFile) -> tuple[Guess, ...]:
    """Those offered as buttons; empty where no model gave any."""
    return file.ranking.guesses[:GUESSES] if file.ranking else ()


def _menu(file: CaseFile) -> list[Block]:
    number = str(file.case.id)
    more = [
        option("Two requests in one…", Do.TWO.value),
        option("New intent…", Do.NEW_INTENT.value),
        option("History…", Do.HISTORY.value),
    ]
    if file.corrections:
        more.append(option("Take mine back", Do.WITHDRAW.value))
    return [
        search_menu(Do.CHOOSE.value, "Another intent: type to search"),
        button(Do.LOOK.value, "Compare…", number),
        button(Do.NOT_A_REQUEST.value, "Not a request", number),
        button(Do.CANNOT_TELL.value, "Cannot tell", number),
        overflow(Do.MORE.value, more),
    ]


def _question(file: CaseFile, intents: Intents) -> str:
    lines = ["*What did the customer want?* One click teaches the bot."]
    if file.turn and all(message.id != file.turn.message_id for message in file.messages):
        # Said after the hand-over, so the card has not quoted it.
        lines.append(f">{brief(file.turn.text or '(deleted)', 300)}")
    if file.ranking and file.ranking.guesses:
        lines.append(f"The bot was {percent(file.ranking.confidence)} sure of its first guess:")
    lines += [f"✅ {_who(one)}: {said(one, intents, file.causes.get(one.id or 0))}" for one in file.corrections[-8:]]
    return "\n".join(lines)


def _who(correction: Correction) -> str:
    return f"{brief(correction.person_name, 80)} {'chose' if correction.source == CUSTOMER else 'says'}"


def _buttons(guesses: tuple[Guess, ...], file: CaseFile, intents: Intents) -> list[Block]:
    chosen = {one.intent for one in file.corrections if one.kind == CorrectionKind.INTENT.value}
    return [
        button(
            f"{Do.GUESS.value}_{place}",
            f"{shorten(intents.title(guess.intent), 60)} {percent(guess.probability)}",
            guess.intent,
            style="primary" if guess.intent in chosen else None,
        )
        for place, guess in enumerate(guesses)
    ]
