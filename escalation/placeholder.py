"""What a canned reply leaves open, such as {customer}: filled in from the case, or left for the agent to fill."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from escalation.section import DeskConfigRefused, Section

CUSTOMER, AGENT = "customer", "agent"
"""Filled in by themselves; all others are found in what the customer wrote."""
_OPEN = re.compile(r"\{([a-z][a-z0-9_]*)(?:\|([^{}|]*))?\}")
"""`{customer|there}` says what stands there while nobody knows the customer's name."""
_NAME = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True)
class CannedConfig:
    """The section `canned` of desk.yml."""

    placeholders: Mapping[str, re.Pattern[str]] = field(default_factory=dict)
    """By name, what it looks like in a customer's message."""


def read_canned(written: object) -> CannedConfig:
    """Raises DeskConfigRefused."""
    section = Section("canned", written, ("placeholders",))
    return CannedConfig({name: _pattern(name, one) for name, one in section.named("placeholders").items()})


def _pattern(name: str, written: object) -> re.Pattern[str]:
    if not _NAME.fullmatch(name) or name in (CUSTOMER, AGENT):
        raise DeskConfigRefused(f"canned.placeholders cannot name one {name!r}: small letters, digits and _")
    try:
        return re.compile(str(written), re.IGNORECASE)
    except re.error as error:
        raise DeskConfigRefused(f"canned.placeholders.{name} is no regular expression: {error}") from error


def fill(text: str, known: Mapping[str, str]) -> str:
    """What is known is put in, or what the placeholder says itself; what is neither stays as it is, to be seen."""
    return _OPEN.sub(lambda found: known.get(found[1]) or found[2] or found[0], text)


def left_open(text: str) -> tuple[str, ...]:
    """The placeholders that a customer must never read."""
    return tuple(dict.fromkeys(found[0] for found in _OPEN.finditer(text)))


def found_in(messages: Sequence[str], config: CannedConfig) -> dict[str, str]:
    """Of each placeholder the newest match; `messages` are the customer's, oldest first."""
    found = {}
    for name, pattern in config.placeholders.items():
        for text in reversed(messages):
            if match := pattern.search(text):
                found[name] = match[0]
                break
    return found
