"""Whether a person is called, and what the customer hears then, once the dialogue has spoken. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.dialogue import Reply
from bot.recorder import Said
from bot.router import ESCALATE
from labeling.routing import readable

HANDOFF_WORDS = "Let me get a person to help you with this. Their answer will appear right here."
"""Where the project has no `utter_handoff`."""
TROUBLE_WORDS = (
    "Sorry, something went wrong on our side just now. I have called a person; their answer will appear right here."
)


def reason_for_a_person(routing: Mapping[str, Any] | None, intent: str, reply: Reply, chosen: bool) -> str | None:
    """A sentence for the card, or None where the bot has answered. `chosen`: a button, so nothing was routed."""
    if routing is None and not chosen:
        return "Nothing in the bot's pipeline decided about this message."
    if routing is not None and routing["route"] == ESCALATE:
        return str(routing["reason"])
    if reply.failed:
        return f"The bot's {reply.failed[0]} failed, so its answer is not whole."
    if reply.handed_off:
        return f"The bot is set to call a person for this: {readable(intent) or 'no intent'}."
    return None if reply.said else "The bot had no answer to this."


def words_with_a_person(routing: Mapping[str, Any] | None, reply: Reply, handoff_words: str) -> tuple[Said, ...]:
    """Where the dialogue did not hand over itself, whatever it said was about something else."""
    if reply.handed_off and reply.said:
        return reply.said
    if reply.failed and (routing or {}).get("route") != ESCALATE:
        return (*reply.said, Said(TROUBLE_WORDS))
    return (Said(handoff_words),)
