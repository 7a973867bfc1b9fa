"""The part of the card that asks what the customer wanted: one click, and a change of mind is one more."""

from __future__ import annotations

from escalation.slack.block import Block, actions, button, search_menu, section
from escalation.slack.case_file import CaseFile
from escalation.slack.intents import Intents
from escalation.slack.mrkdwn import brief, shorten
from escalation.slack.press import OF_TURN, TELL_APART, Do
from labeling.ranking import Guess
from labeling.store.correction import Correction, CorrectionKind

GUESSES = 4


def teaching_blocks(file: CaseFile, intents: Intents) -> list[Block]:
    """Guesses with their probabilities, buttons for them, a search over all intents, and what was said already."""
    assert file.turn is not None
    number = str(file.case.id)
    menu = [
        search_menu(Do.CHOOSE.value, "Another intent: type to search"),
        button(Do.NEW_INTENT.value, "New intent…", number),
        button(Do.NOT_A_REQUEST.value, "Not a request", number),
    ]
    if file.corrections:
        menu.append(button(Do.WITHDRAW.value, "Take mine back", number))
    blocks = [section(_question(file, intents))]
    if guesses := best_guesses(file):
        blocks.append(actions(f"{OF_TURN}{file.turn.id}", _buttons(guesses, file, intents)))
    return [*blocks, actions(f"{OF_TURN}{file.turn.id}{TELL_APART}", menu)]


def best_guesses(file: CaseFile) -> tuple[Guess, ...]:
    """Those offered as buttons; empty where no model gave any."""
    return file.ranking.guesses[:GUESSES] if file.ranking else ()


def said(correction: Correction, intents: Intents) -> str:
    """A correction in words."""
    if correction.kind == CorrectionKind.INTENT.value:
        return f"*{brief(intents.title(correction.intent or ''), 80)}*"
    if correction.kind == CorrectionKind.NEW_INTENT.value:
        return f"a new intent, *{brief(correction.intent or '', 80)}*"
    return "*not a request*"


def _question(file: CaseFile, intents: Intents) -> str:
    lines = ["*What did the customer want?* One click teaches the bot."]
    if file.turn and all(message.id != file.turn.message_id for message in file.messages):
        lines.append(f">{brief(file.turn.text, 300)}")  # said after the hand-over, so the card has not quoted it
    if file.ranking and file.ranking.guesses:
        lines.append(f"The bot was {_percent(file.ranking.confidence)} sure of its first guess:")
    lines += [f"✅ {brief(one.person_name, 80)} says: {said(one, intents)}" for one in file.corrections[-8:]]
    return "\n".join(lines)


def _buttons(guesses: tuple[Guess, ...], file: CaseFile, intents: Intents) -> list[Block]:
    chosen = {one.intent for one in file.corrections if one.kind == CorrectionKind.INTENT.value}
    return [
        button(
            f"{Do.GUESS.value}_{place}",
            f"{shorten(intents.title(guess.intent), 60)} {_percent(guess.probability)}",
            guess.intent,
            style="primary" if guess.intent in chosen else None,
        )
        for place, guess in enumerate(guesses)
    ]


def _percent(share: float) -> str:
    return f"{int(share * 100 + 1e-9)} %"  # rounded down, as the reason beside it is
