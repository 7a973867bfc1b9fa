"""Whether a person is called, and what the customer hears then, once the dialogue has spoken."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from bot.dialogue import Reply
from bot.question import ESCALATE
from bot.recorder import Said
from bot.waiting import Waiting

Called = Callable[[str], str]
"""An intent's title: reasons call it as what is beside them on the card does."""
Closed = Callable[[str], str | None]
"""Why nothing of an intent is answered now, as the end of a sentence that begins with the intent; None: it is."""


def reason_beforehand(waiting: Waiting, closed: Closed, called: Called) -> str | None:
    """Why a person answers what the customer chose, whatever the dialogue has to say; None where the bot may."""
    question, answer = waiting.question, waiting.answer
    if question is None or answer is None:
        return None
    if answer == ESCALATE:
        *offered, none = question.titles
        asked = " or ".join(f"“{title}”" for title in offered)
        return f"The bot asked whether it was {asked}; the customer chose “{none}”."
    why = closed(answer)  # it was open when the bot asked, which may be long ago
    return f"The customer chose {called(answer)}{why}" if why else None


def unanswered(routing: Mapping[str, Any], called: Called) -> Mapping[str, Any]:
    """Nobody is asked twice in a row."""
    may_be = " or ".join(map(called, routing["options"]))
    reason = f"It may be {may_be}, and the bot's question before this was left unanswered, so a person answers."
    return {**routing, "route": ESCALATE, "reason": reason}


def reason_for_a_person(
    routing: Mapping[str, Any] | None, intent: str, reply: Reply, chosen: bool, called: Called
) -> str | None:
    """A sentence for the card, or None where the bot has answered. `chosen`: a button, so nothing was routed."""
    if routing is None and not chosen:
        return "Nothing in the bot's pipeline decided about this message."
    if routing is not None and routing["route"] == ESCALATE:
        return str(routing["reason"])
    if reply.failed:
        return f"The bot's {reply.failed[0]} failed, so its answer is not whole."
    if reply.handed_off:
        return f"The bot is set to call a person for this: {called(intent) if intent else 'no intent'}."
    return None if reply.said else "The bot had no answer to this."


def words_with_a_person(
    routing: Mapping[str, Any] | None, reply: Reply, handoff_words: str, trouble: str
) -> tuple[Said, ...]:
    """Where the dialogue did not hand over itself, whatever it said was about something else."""
    if reply.handed_off and reply.said:
        return reply.said
    if reply.failed and (routing or {}).get("route") != ESCALATE:
        return (*reply.said, Said(trouble))
    return (Said(handoff_words),)
