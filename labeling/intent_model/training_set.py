"""What a model learns from, as arrays: examples, and beside them what each intent is called and means."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from labeling.examples import Example
from labeling.intent_model.conversion import Progress
from labeling.intent_model.embeddings import Embeddings
from labeling.intent_model.head import narrowing
from labeling.intent_model.words import Terms, learn_terms

Floats = NDArray[np.float32]
Numbers = NDArray[np.int64]
Flags = NDArray[np.bool_]

QUIET = 0.6
"""For how much of the last layer the middle ones count where that proves better: with few examples, and intents that
differ in what is meant more than in how it is said."""


@dataclass(frozen=True)
class Traffic:
    """Messages that nobody labelled, one row each."""

    vectors: Floats
    matrix: Any


@dataclass(frozen=True)
class TrainingSet:
    """One row a text: first the examples, then the evidence, which nobody said and no model is judged by."""

    vectors: Floats
    shares: Floats
    """For how much each of the vectors' directions counts in the likeness of two."""
    basis: Floats
    """The directions in which they then differ most, as columns: `vectors @ basis` is where the head learns."""
    matrix: Any
    terms: Terms
    targets: Numbers
    texts: Sequence[str]
    intents: tuple[str, ...]
    examples: int
    told: Flags
    """Which examples a tuned encoder learned from; these are never held out."""
    seed: int
    traffic: Traffic | None = None

    def quieting(self, middle: slice) -> TrainingSet:
        """The same, with the vectors' part from the encoder's middle layers counting for less beside the last one."""
        shares = self.shares.copy()
        shares[middle] *= QUIET
        shares /= np.sqrt((shares**2).mean())
        return replace(self, shares=shares, basis=_basis(self.vectors, shares))

    def rows_of(self, intents: Numbers) -> Numbers:
        """Examples and evidence of these intents."""
        return np.flatnonzero(np.isin(self.targets, intents))


def gather(
    examples: Sequence[Example],
    meanings: Mapping[str, str],
    embeddings: Embeddings,
    told: Flags,
    seed: int,
    report: Progress,
    unlabelled: Sequence[str] = (),
) -> TrainingSet:
    """`meanings` say in words what an intent is; its name is evidence of it anyhow. `unlabelled` are messages."""
    intents = tuple(sorted({example.intent for example in examples}))
    rows = [*examples, *evidence(intents, meanings)]
    texts = [row.text for row in rows]
    vectors = embeddings.embed(texts, report)
    terms, matrix = learn_terms([*texts, *unlabelled])
    numbers = {intent: number for number, intent in enumerate(intents)}
    targets = np.array([numbers[row.intent] for row in rows], np.int64)
    shares = np.ones(vectors.shape[1], np.float32)
    traffic = Traffic(embeddings.embed(unlabelled), matrix[len(texts) :]) if len(unlabelled) else None
    return TrainingSet(
        vectors,
        shares,
        _basis(vectors, shares),
        matrix[: len(texts)],
        terms,
        targets,
        texts,
        intents,
        len(examples),
        told,
        seed,
        traffic,
    )


def _basis(vectors: Floats, shares: Floats) -> Floats:
    return shares[:, None] * narrowing(vectors * shares)


def evidence(intents: Sequence[str], meanings: Mapping[str, str]) -> list[Example]:
    """What says something about an intent without being a message: its name in words, and its definition.

    With few examples they are worth about one more example each (`python -m tests.bench.fewshot`).
    """
    named = [Example(intent.replace("_", " "), intent) for intent in intents]
    defined = [Example(meanings[intent], intent) for intent in intents if meanings.get(intent)]
    return [one for one in (*named, *defined) if any(character.isalpha() for character in one.text)]
