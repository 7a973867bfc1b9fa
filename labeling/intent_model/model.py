"""The intent model: what a customer wants, and how sure that is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from labeling.intent_model.calibration import Confidence, signs
from labeling.intent_model.encoder import Encoder
from labeling.intent_model.head import Head
from labeling.intent_model.neighbours import Neighbours
from labeling.intent_model.pool import LIKELY, Pool, listen
from labeling.intent_model.words import Words
from labeling.promise import Calibration
from labeling.ranking import Guess, Ranking
from labeling.text import says_something

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Parts:
    """What was learned, apart from the encoder. The artefact holds exactly this."""

    intents: tuple[str, ...]
    head: Head
    words: Words
    neighbours: Neighbours
    pool: Pool
    trust: Confidence
    calibration: Calibration
    snapshot: str
    metrics: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Opinion:
    """What the model thinks of many messages at once: arrays, for evaluation."""

    probabilities: Floats
    confidence: NDArray[np.float64]
    in_scope: NDArray[np.float64]
    """P(some known intent is meant), whichever."""


class IntentModel:
    """Immutable; any number of threads may ask one model."""

    def __init__(self, parts: Parts, encoder: Encoder, version: str) -> None:
        self.parts = parts
        self.encoder = encoder
        self.version = version

    @property
    def intents(self) -> tuple[str, ...]:
        return self.parts.intents

    @property
    def calibration(self) -> Calibration:
        """Turns held out in training; thresholds are derived from them."""
        return self.parts.calibration

    @property
    def snapshot(self) -> str:
        """Fingerprint of the examples that it was trained on."""
        return self.parts.snapshot

    def rank(self, texts: Sequence[str]) -> list[Ranking]:
        if not texts:
            return []
        return self.rankings(self.opinion(texts))

    def rank_beside_examples(self, text: str, count: int) -> tuple[Ranking, tuple[str, ...]]:
        """The same for one message, and by `text_key` the nearest examples of its likely intents, best first."""
        vectors = self.encoder.embed([text])
        opinion = self.opinion([text], vectors)
        likely = np.argsort(-opinion.probabilities[0], kind="stable")[:LIKELY]
        (ranking,) = self.rankings(opinion)
        return ranking, self.parts.neighbours.nearest(vectors[0], likely.tolist(), count)

    def rankings(self, opinion: Opinion) -> list[Ranking]:
        """The same, message by message."""
        return [
            self._ranking(row, float(sure), float(in_scope))
            for row, sure, in_scope in zip(opinion.probabilities, opinion.confidence, opinion.in_scope, strict=True)
        ]

    def opinion(self, texts: Sequence[str], vectors: Floats | None = None) -> Opinion:
        """`vectors` saves the embedding where it is known already."""
        parts = self.parts
        embedded = self.encoder.embed(texts) if vectors is None else vectors
        voices = listen(parts.head, parts.words.scores(texts), parts.neighbours, embedded)
        logs = parts.pool.log_probabilities(voices)
        found = signs(logs, voices, parts.pool)
        legible = np.fromiter((says_something(text) for text in texts), bool, len(texts))
        return Opinion(
            np.exp(logs),
            np.where(legible, parts.trust.sure(found), 0.0),
            np.where(legible, parts.trust.scope.confidence(found), 0.0),
        )

    def _ranking(self, probabilities: Floats, confidence: float, in_scope: float) -> Ranking:
        order = np.argsort(-probabilities, kind="stable")
        guesses = tuple(Guess(self.intents[i], float(probabilities[i])) for i in order)
        return Ranking(guesses, confidence, self.version, in_scope)

    def save(self, directory: Path) -> None:
        """Whole or not at all; the directory must not exist yet."""
        from labeling.intent_model.artefact import write_artefact

        write_artefact(self.parts, self.encoder, self.version, directory)

    def with_metrics(self, metrics: Mapping[str, Any]) -> IntentModel:
        return IntentModel(replace(self.parts, metrics=dict(metrics)), self.encoder, self.version)
