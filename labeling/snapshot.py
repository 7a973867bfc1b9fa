"""The training set of one model: immutable, and known by a fingerprint of everything in it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from labeling.examples import Example
from labeling.labels import Label


@dataclass(frozen=True)
class Snapshot:
    """Examples in a fixed order, each text once."""

    examples: tuple[Example, ...]
    fingerprint: str
    labels: int
    """How many of the examples are labels that trainers gave to customers' words."""

    @property
    def intents(self) -> tuple[str, ...]:
        return tuple(sorted({example.intent for example in self.examples}))


def take(seeds: Sequence[Example], labels: Sequence[Label]) -> Snapshot:
    """Puts seed examples and labels together; `labels` come oldest decision first.

    Texts that differ in case and white space only are one text. Where they are given different intents, a trainer's
    label beats a seed example, and a newer label an older one; of two seed examples the first stands. Turns labelled
    "not a request", or two requests in one, teach no intent and are left out, together with a seed example of the
    same text.
    """
    kept: dict[str, Example] = {}
    for seed in seeds:
        kept.setdefault(key(seed.text), seed)
    given = {key(label.text): label for label in labels}
    for text, label in given.items():
        kept.pop(text, None)
        if (intent := _lesson(label)) and text:
            kept[text] = Example(label.text.strip(), intent)
    examples = tuple(sorted(kept.values(), key=lambda example: (example.intent, key(example.text))))
    counted = sum(bool(_lesson(label) and text) for text, label in given.items())
    return Snapshot(examples, fingerprint(examples), counted)


def _lesson(label: Label) -> str | None:
    return label.intent if label.second is None else None


def key(text: str) -> str:
    """Equal for texts that are the same to a reader."""
    return " ".join(text.casefold().split())


def fingerprint(examples: Iterable[Example]) -> str:
    """Depends on texts and intents, not on their order."""
    digest = hashlib.sha256()
    for line in sorted(json.dumps([example.text, example.intent]) for example in examples):
        digest.update(line.encode())
        digest.update(b"\n")
    return digest.hexdigest()[:24]
