"""Labelled messages, and where in a file they stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from labeling.refusal import Refusal

SHOWN = 20
"""Problems of a kind told at once; nobody mends more before trying again."""


def shown(told: Sequence[str]) -> list[str]:
    """The first of them, and how many more there are."""
    more = [f"… and {len(told) - SHOWN} more"] if len(told) > SHOWN else []
    return [*told[:SHOWN], *more]


@dataclass(frozen=True)
class Example:
    """One message and the intent that people gave it."""

    text: str
    intent: str


@dataclass(frozen=True)
class Row:
    """What a file says at one place, as it stands there."""

    text: str
    intent: str
    path: Path
    line: int

    @property
    def where(self) -> str:
        return f"{self.path}, line {self.line}"


class ExamplesRefused(Refusal):
    """The examples cannot be used. Every problem is listed, with file and line."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(shown(problems)))
