"""Corrections, causes and guidelines in words that Slack shows."""

from __future__ import annotations

from escalation.slack.block import Block, button
from escalation.slack.intents import Intents
from escalation.slack.mrkdwn import brief
from escalation.slack.press import Do
from labeling.guidelines import Guideline
from labeling.store.cause import Cause
from labeling.store.correction import Correction, CorrectionKind

WHY = "Why was it hard for the bot? One click, if you like."
CAUSES = {
    Cause.WORDING: "Wording",
    Cause.MISSING_CONTEXT: "Missing context",
    Cause.TWO_IN_ONE: "Two in one",
    Cause.NO_SUCH_INTENT: "No such intent",
    Cause.SLANG_OR_TYPO: "Slang or typo",
    Cause.LANGUAGE: "Language",
    Cause.ABUSE: "Abuse",
}
_TITLE = 80


def said(correction: Correction, intents: Intents, cause: Cause | None = None) -> str:
    """A correction in words, and why it was needed where that was said."""
    words = _words(correction, intents)
    return f"{words} ({CAUSES[cause].lower()})" if cause and cause.value != correction.kind else words


def _words(correction: Correction, intents: Intents) -> str:
    first = f"*{brief(intents.title(correction.intent or ''), _TITLE)}*"
    if correction.kind == CorrectionKind.INTENT.value:
        return first
    if correction.kind == CorrectionKind.NEW_INTENT.value:
        return f"a new intent, *{brief(correction.intent or '', _TITLE)}*"
    if correction.kind == CorrectionKind.TWO_IN_ONE.value:
        return f"two in one, {first} and *{brief(intents.title(correction.second_intent or ''), _TITLE)}*"
    if correction.kind == CorrectionKind.CANNOT_TELL.value:
        return "*cannot tell*"
    if correction.kind == CorrectionKind.OUT_OF_SCOPE.value:
        return "*something that no intent covers*"
    if correction.kind == CorrectionKind.WITHDRAWN.value:
        return "took it back"
    return "*not a request*"


def cause_buttons() -> list[Block]:
    return [button(f"{Do.CAUSE.value}_{cause.value}", words, cause.value) for cause, words in CAUSES.items()]


def guideline_lines(guideline: Guideline, intents: Intents, percent: str = "") -> str:
    """Title, definition, and what belongs there and what does not."""
    lines = [f"*{brief(guideline.title, _TITLE)}*" + (f" · {percent}" if percent else "")]
    if guideline.definition:
        lines.append(brief(guideline.definition, 600))
    if guideline.example:
        lines.append(f"✅ _{brief(guideline.example, 400)}_")
    if guideline.counter_example:
        elsewhere = intents.title(guideline.counter_intent) if guideline.counter_intent else ""
        belongs = f" (that is *{brief(elsewhere, _TITLE)}*)" if elsewhere else ""
        lines.append(f"❌ _{brief(guideline.counter_example, 400)}_{belongs}")
    if len(lines) == 1:
        lines.append("Nobody has written its guideline yet.")
    return "\n".join(lines)


def percent(share: float) -> str:
    return f"{int(share * 100 + 1e-9)} %"  # rounded down, as the reason beside it is
