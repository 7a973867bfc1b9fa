"""What the intent model thinks of one message. A decision about it stands beside it, never over it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


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

    @property
    def best(self) -> str | None:
        return self.guesses[0].intent if self.guesses else None

    def to_json(self) -> dict[str, Any]:
        return {
            "guesses": [[guess.intent, guess.probability] for guess in self.guesses],
            "confidence": self.confidence,
            "model_version": self.model_version,
        }

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Ranking:
        guesses = tuple(Guess(intent, probability) for intent, probability in stored["guesses"])
        return cls(guesses, stored["confidence"], stored["model_version"])
