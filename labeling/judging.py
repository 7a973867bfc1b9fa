"""The frozen set: which messages models are judged on, and what a model makes of them."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from labeling.examples import Example, read_examples
from labeling.policy import Policy
from labeling.project import Project
from labeling.promise import thresholds
from labeling.promotion import Exam, Judged
from labeling.refusal import Refusal
from labeling.report import Report
from labeling.snapshot import Snapshot, key

if TYPE_CHECKING:
    from labeling.intent_model import IntentModel

HELD_OUT = 10
"""Without a frozen set, one in so many seed examples is held out instead."""
ENOUGH = 5
"""An intent with fewer seed examples gives none away."""


class NothingToJudgeOn(Refusal):
    """Most of the frozen set stands among the examples. Write frozen messages that are none of them."""


@dataclass(frozen=True)
class Material:
    """What there is to learn from, and what to be judged on. The two never share a text."""

    seeds: tuple[Example, ...]
    frozen: tuple[Example, ...]


def material(project: Project) -> Material:
    """Reads the project's seed examples and frozen set. Raises ExamplesRefused."""
    return _read(project.data, project.frozen_set, _stamps(project.data, project.frozen_set))


def _stamps(data: Path, frozen_set: Path | None) -> tuple[tuple[str, int], ...]:
    files = [*(file for file in sorted(data.rglob("*")) if file.is_file()), *([frozen_set] if frozen_set else [])]
    return tuple((str(file), file.stat().st_mtime_ns) for file in files if file.exists())


@lru_cache(maxsize=2)
def _read(data: Path, frozen_set: Path | None, _: tuple[tuple[str, int], ...]) -> Material:
    # Thousands of examples take half a second to read; the stamps say when to read them again.
    seeds = read_examples(data).examples
    if frozen_set is not None:
        return Material(seeds, read_examples(frozen_set).examples)
    counts = Counter(seed.intent for seed in seeds)
    held_out = {seed for seed in seeds if counts[seed.intent] >= ENOUGH and _is_held_out(seed)}
    return Material(
        tuple(seed for seed in seeds if seed not in held_out), tuple(seed for seed in seeds if seed in held_out)
    )


def _is_held_out(seed: Example) -> bool:
    # By the text alone, so that the choice stays the same as examples come and go.
    return int(hashlib.sha256(key(seed.text).encode()).hexdigest(), 16) % HELD_OUT == 0


def unseen(frozen: Sequence[Example], snapshot: Snapshot) -> tuple[Example, ...]:
    """The frozen messages that are not learned from: a customer may well have written the very same words.

    Raises NothingToJudgeOn where fewer than half are left.
    """
    learned = {key(example.text) for example in snapshot.examples}
    left = tuple(message for message in frozen if key(message.text) not in learned)
    if not frozen:
        raise NothingToJudgeOn(
            "there are too few examples to set any aside for judging models: write more, or a frozen_set"
        )
    if 2 * len(left) < len(frozen) or not left:
        raise NothingToJudgeOn(
            f"{len(frozen) - len(left)} of the {len(frozen)} frozen messages stand among the examples too: "
            "write a frozen set apart from the examples, so that models can be judged on it"
        )
    return left


def examine(model: IntentModel, messages: Sequence[Example], policy: Policy) -> tuple[Exam, Report]:
    """What the model says of each message and whether the bot would have answered it, and both in numbers."""
    from labeling.intent_model import OUT_OF_SCOPE, answered, evaluate
    from labeling.intent_model.embeddings import shared_embeddings

    texts = [message.text for message in messages]
    opinion = model.opinion(texts, shared_embeddings(model.encoder).embed(texts))
    said = answered(model.intents, opinion, policy, thresholds(policy, model.calibration))
    judged = []
    for message, probabilities, is_answered in zip(messages, opinion.probabilities, said, strict=True):
        guess = model.intents[int(probabilities.argmax())]
        truth = None if message.intent == OUT_OF_SCOPE else message.intent
        judged.append(Judged(truth, guess, bool(is_answered)))
    report = evaluate(model, messages, policy, opinion)
    return Exam(tuple(judged), report.ece or 0.0), report
