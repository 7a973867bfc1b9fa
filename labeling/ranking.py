"""What the intent model thinks of one message. A decision about it stands beside it, never over it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

PLAUSIBLE = 0.01
"""A guess with a smaller probability is nothing that anybody need be asked about."""


@dataclass(frozen=True)
class Guess:
    """One intent and its probability among all intents."""

    intent: str
    probability: float


@dataclass(frozen=True)
class Ranking:
    """The model's guesses, best first, and how sure it is of the first one."""

    guesses: tuple[Guess, ...]
    confidence: float
    """P(first guess is right and the turn is in scope), calibrated; 0 to 1."""
    model_version: str
    in_scope: float = 0.0
    """P(some known intent is meant), whichever; 0 where the model did not say."""

    @property
    def best(self) -> str | None:
        return self.guesses[0].intent if self.guesses else None

    def to_json(self) -> dict[str, Any]:
        return {
            "guesses": [[guess.intent, guess.probability] for guess in self.guesses],
            "confidence": self.confidence,
            "model_version": self.model_version,
            "in_scope": self.in_scope,
        }

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Ranking:
        guesses = tuple(Guess(intent, probability) for intent, probability in stored["guesses"])
        return cls(guesses, stored["confidence"], stored["model_version"], stored.get("in_scope", 0.0))


def plausible(guesses: Sequence[Guess]) -> tuple[Guess, ...]:
    """Those worth a thought, of guesses best first."""
    return tuple(guess for guess in guesses if guess.probability >= PLAUSIBLE)
