"""What the bot is taught: words that it does not know yet, and the same wish in other words."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Lesson:
    """A customer's message, its intent, and a later customer's wording of the same."""

    intent: str
    asked: str
    asked_anew: str


LESSONS = ()
"""More than one run needs: what the bot has come to know is passed over."""
