"""What customers hear from Handraise itself, in one language."""

from __future__ import annotations

import string
from collections.abc import Mapping
from dataclasses import dataclass, fields

PAGE = "page"


@dataclass(frozen=True)
class Phrases:
    """`languages/en.yml` says where each is heard, and what may stand in its braces."""

    busy: str
    closed: str
    nobody: str
    bot_again: str
    contact: str
    inactive: str
    goodbye: str
    calling: str
    agent_is_here: str
    team_is_here: str
    answered: str
    handed_back: str
    support: str
    corrected: str
    taken_back: str
    rating: str
    thanks: str
    trouble: str
    not_stored: str
    still_working: str
    no_words: str
    too_long: str
    bad_sender: str
    no_button: str
    no_such_message: str
    already_answered: str
    file_taken: str
    file_too_large: str
    file_of_wrong_kind: str
    no_files: str
    file_empty: str
    minutes: str
    one_hour: str
    hours: str
    days: str
    today: str
    tomorrow: str
    on_weekday: str
    on_date: str
    soon: str
    weekdays: str
    months: str
    page: Mapping[str, str]
    """What stands on the chat page."""

    def weekday(self, day: int) -> str:
        """Monday is 0."""
        return self.weekdays.split(", ")[day]

    def month(self, month: int) -> str:
        """January is 1."""
        return self.months.split(", ")[month - 1]


NAMES = tuple(field.name for field in fields(Phrases) if field.name != PAGE)
COUNTED = {"weekdays": 7, "months": 12, "star_words": 5}
"""Phrases that are so many words, with commas between them."""


def placeholders(text: str) -> frozenset[str]:
    """What stands in braces. Raises ValueError where one is not closed, or not opened."""
    return frozenset(place for _, place, _, _ in string.Formatter().parse(text) if place is not None)
