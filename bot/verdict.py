"""What the customer hears and whether a person is called, once the dialogue has spoken. Pure."""

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


def words_and_reason(
    routing: Mapping[str, Any] | None, intent: str, reply: Reply, handoff_words: str, chosen: bool
) -> tuple[tuple[Said, ...], str | None]:
    """The bot's words, and the reason for a case if there is to be one. `chosen`: a button, so nothing was routed."""
    if routing is None and not chosen:
        return (Said(handoff_words),), "Nothing in the bot's pipeline decided about this message."
    if routing is not None and routing["route"] == ESCALATE:
        return _announced(reply, handoff_words), str(routing["reason"])
    if reply.failed:
        return (
            *reply.said,
            Said(TROUBLE_WORDS),
        ), f"The bot's {reply.failed[0]} failed, so its answer is not whole."
    if reply.handed_off:
        return _announced(reply, handoff_words), _asked_for(intent)
    if not reply.said:
        return (Said(handoff_words),), "The bot had no answer to this."
    return reply.said, None


def _announced(reply: Reply, handoff_words: str) -> tuple[Said, ...]:
    """Where the dialogue did not hand over itself, whatever it said was about something else."""
    return reply.said if reply.handed_off and reply.said else (Said(handoff_words),)


def _asked_for(intent: str) -> str:
    return f"The dialogue calls a person here: {readable(intent)}." if intent else "The dialogue calls a person here."
