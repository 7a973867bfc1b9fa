"""The deep path: the encoder itself learns from the examples, in minutes, and is kept only where that proves better.

It is taught a part of the examples. What it was not taught judges it: first beside the encoder as it came, and later,
in `train`, for confidence and thresholds, which would be far too sure of texts and intents that shaped the vectors.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from labeling.examples import Example
from labeling.intent_model.apart import run_apart
from labeling.intent_model.cache import cache_directory
from labeling.intent_model.conversion import Progress
from labeling.intent_model.embeddings import shared_embeddings
from labeling.intent_model.encoder import Encoder, open_encoder
from labeling.intent_model.folds import FROM, place
from labeling.intent_model.graph import is_written_here, read_config, read_weights
from labeling.intent_model.head import fit_head, log_softmax
from labeling.intent_model.lesson import Lesson, Settings, write_lesson
from labeling.intent_model.memory import PEAK
from labeling.intent_model.source import EncoderUnusable
from labeling.intent_model.training import TrainingRefused, beside, fingerprint, train
from labeling.intent_model.tuned import forget_tuned, is_here, keep_tuned
from labeling.text import text_key

Floats = NDArray[np.float32]

RECIPE = 2
"""Raised whenever the same examples would make a noticeably different encoder."""
HELD, MOST_HELD = 0.2, 0.5
"""The share of each intent's examples that the encoder is not taught; at least one."""
JUDGES = 150
"""So many are held back even of few examples, as long as half of them are taught: with fewer turns to derive a
threshold from, no promise can be made, and a model that may answer nothing is no gain."""
UNTOLD = 0.1
"""The share of intents that it is taught nothing of: they stand for what customers ask and no intent covers."""
TOPICS = 3
"""At least so many of them: how much topics differ cannot be seen from fewer."""
LEAST = 8
"""Intents with three examples or more, below which none can be spared to stand for those."""
ENOUGH = 30
"""With fewer messages to judge it by, nothing can be said for a tuned encoder."""
UNLABELLED = 0.5
"""How much a message without a label counts, beside one with; less where it seems out of scope."""
MOST_UNLABELLED = 5_000
TUNING = "Fine-tuning the encoder"


@dataclass(frozen=True)
class Tuning:
    """The encoder to go on with, and what speaks for it: figures on messages that neither encoder was taught."""

    encoder: Encoder
    gained: bool
    """Whether it is the tuned one."""
    messages: int
    accuracy: tuple[float, float]
    """Of a head on the encoder as it came, and on the tuned one; a share from 0 to 1."""
    surprise: tuple[float, float]
    """The mean negative log-probability of the true intent, likewise."""
    seconds: float
    peak_mb: float
    """Of the program that tuned it. Both are of the run that did the work, also where its outcome is remembered."""

    def __str__(self) -> str:
        (before, after), (doubt, less) = self.accuracy, self.surprise
        kept = "goes on with the tuned encoder" if self.gained else "goes on with the encoder as it came"
        return (
            f"Fine-tuning {kept}: on {self.messages} messages that it was not taught, {before:.1%} → {after:.1%} "
            f"right, surprise {doubt:.2f} → {less:.2f} ({self.seconds / 60:.1f} minutes, {self.peak_mb:.0f} MB)."
        )


def fine_tune(
    examples: Sequence[Example],
    base: Encoder,
    progress: Progress | None = None,
    *,
    meanings: Mapping[str, str] | None = None,
    unlabelled: Sequence[str] = (),
    settings: Settings | None = None,
) -> Tuning:
    """The encoder after learning from the examples, or `base` where that is no gain.

    `meanings` says in words what an intent is; its name is read anyhow. `unlabelled` messages, as far as they are no
    examples, are learned from with the opinion that the frozen encoder's model has of them (distillation,
    arXiv:1503.02531). The same inputs are worked through once per user, and the outcome is remembered. Raises
    EncoderUnusable for an encoder that cannot learn here, and TrainingRefused.
    """
    wanted = sorted(set(examples), key=lambda example: (example.intent, example.text))
    chosen, said = settings or Settings(), dict(meanings or {})
    others = beside(wanted, unlabelled, MOST_UNLABELLED)
    asked = [RECIPE, base.fingerprint, fingerprint(wanted), sorted(said.items()), others, asdict(chosen)]
    key = hashlib.sha256(json.dumps(asked).encode()).hexdigest()[:24]
    memory = cache_directory() / "tuned" / f"{key}.json"
    found = _remembered(memory, base)
    if found is None:
        job = _Job(wanted, base, said, others, chosen, progress or (lambda _what, _share: None))
        found = job.run(memory)
    return found


def _remembered(memory: Path, base: Encoder) -> Tuning | None:
    try:
        said = json.loads(memory.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    name = said.pop("encoder")
    if name is not None and not is_here(name):
        return None
    encoder = base if name is None else open_encoder(name, precision=base.precision)
    figures: Any = said | {key: tuple(said[key]) for key in ("accuracy", "surprise")}
    return Tuning(encoder, gained=name is not None, **figures)


@dataclass(frozen=True)
class _Job:
    examples: Sequence[Example]
    base: Encoder
    meanings: Mapping[str, str]
    unlabelled: Sequence[str]
    settings: Settings
    progress: Progress

    def run(self, memory: Path) -> Tuning:
        source = self.base.source
        if source.is_onnx or not is_written_here(read_config(source.directory)):
            raise EncoderUnusable(f"encoder {source.name}: only a BERT or RoBERTa in safetensors can be fine-tuned")
        started = time.monotonic()
        held, untold = kept_back(self.examples, self.settings.seed)
        if not untold.any():
            raise TrainingRefused(f"fine-tuning needs {LEAST} intents with at least {FROM} examples each")
        told = [one for one, kept in zip(self.examples, held | untold, strict=True) if not kept]
        tuned, peak = self._tune(self._lesson(told), [*(one.text for one in told), *self.unlabelled])
        before, after = (self._judged(encoder, held) for encoder in (self.base, tuned))
        gained = _is_gain(before, after)
        if not gained:
            forget_tuned(tuned.name)
        figures: Any = {
            "messages": int(held.sum()),
            "accuracy": tuple(float(right.mean()) if len(right) else 0.0 for right, _ in (before, after)),
            "surprise": tuple(float(cost.mean()) if len(cost) else 0.0 for _, cost in (before, after)),
            "seconds": time.monotonic() - started,
            "peak_mb": peak,
        }
        memory.parent.mkdir(parents=True, exist_ok=True)
        half = memory.with_suffix(".half")
        half.write_text(json.dumps({"encoder": tuned.name if gained else None, **figures}), encoding="utf-8")
        half.replace(memory)
        return Tuning(tuned if gained else self.base, gained, **figures)

    def _lesson(self, told: Sequence[Example]) -> Lesson:
        intents = sorted({example.intent for example in told})
        texts = [example.text for example in told]
        owners = [intents.index(example.intent) for example in told]
        vectors, rows = shared_embeddings(self.base).embed(texts), np.array(owners)
        start = np.stack([vectors[rows == number].mean(axis=0) for number in range(len(intents))])
        for number, intent in enumerate(intents):
            texts += [intent.replace("_", " "), *filter(None, [self.meanings.get(intent)])]
            owners += [number] * (len(texts) - len(owners))
        targets, counts = np.eye(len(intents), dtype=np.float32)[owners], np.ones(len(owners), np.float32)
        if self.unlabelled:
            read = shared_embeddings(self.base).embed(self.unlabelled)
            opinion = train(told, self.base).opinion(self.unlabelled, read)
            texts += self.unlabelled
            targets = np.concatenate([targets, opinion.probabilities.astype(np.float32)])
            counts = np.concatenate([counts, (UNLABELLED * opinion.in_scope).astype(np.float32)])
        tokens = self.base.tokens(texts, self.settings.longest)
        return Lesson(tokens, targets, counts, start, self.base.source.pooling)

    def _tune(self, lesson: Lesson, told: Sequence[str]) -> tuple[Encoder, float]:
        with tempfile.TemporaryDirectory() as folder:
            write_lesson(lesson, self.settings, Path(folder))
            output = Path(folder) / "tuned.safetensors"
            complaint = run_apart(
                "labeling.intent_model.tuning",
                [str(self.base.source.directory), folder, str(output)],
                lambda share: self.progress(TUNING, 0.02 + 0.9 * share),
            )
            if complaint is not None:
                raise EncoderUnusable(f"encoder {self.base.name}: cannot be fine-tuned: {complaint}")
            peak = float(output.with_suffix(PEAK).read_text(encoding="utf-8"))
            name = keep_tuned(self.base, read_weights(output), set(map(text_key, told)))
        return open_encoder(name, precision=self.base.precision), peak

    def _judged(self, encoder: Encoder, held: NDArray[np.bool_]) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
        """Of each message held back: whether a head is right on it, and how surprised it is of the true intent."""
        intents = sorted({example.intent for example in self.examples})
        targets = np.array([intents.index(example.intent) for example in self.examples], np.int64)
        vectors = shared_embeddings(encoder).embed([example.text for example in self.examples])
        head = fit_head(vectors[~held], targets[~held], len(intents))
        logs = log_softmax(head.scores(vectors[held]))
        return logs.argmax(axis=1) == targets[held], -logs[np.arange(len(logs)), targets[held]].astype(np.float64)


def kept_back(examples: Sequence[Example], seed: int) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Examples that judge, and those of intents that the encoder is taught nothing of."""
    rows: dict[str, list[int]] = {}
    for row, example in enumerate(examples):
        rows.setdefault(example.intent, []).append(row)
    held, untold = np.zeros((2, len(examples)), bool)
    wide = sorted((one for one in rows if len(rows[one]) >= FROM), key=lambda intent: place(intent, seed))
    share = min(MOST_HELD, max(HELD, JUDGES / max(1, sum(len(rows[intent]) for intent in wide))))
    for intent in wide:
        ordered = sorted(rows[intent], key=lambda row: place(examples[row].text, seed))
        held[ordered[: max(1, round(share * len(ordered)))]] = True
    for intent in wide[: max(TOPICS, round(UNTOLD * len(wide))) if len(wide) >= LEAST else 0]:
        untold[rows[intent]] = True
    return held, untold


def _is_gain(
    before: tuple[NDArray[np.bool_], NDArray[np.float64]], after: tuple[NDArray[np.bool_], NDArray[np.float64]]
) -> bool:
    """Less surprise, by more than its standard error over the messages, and not more mistakes."""
    less = before[1] - after[1]
    if len(less) < ENOUGH or after[0].sum() < before[0].sum():
        return False
    return bool(less.mean() > less.std(ddof=1) / np.sqrt(len(less)))
