"""What the encoder is to learn, written by the process that asks and read by the one that teaches it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from labeling.intent_model.source import Pooling

Floats = NDArray[np.float32]

WORDS, NUMBERS = "lesson.json", "lesson.npz"


@dataclass(frozen=True)
class Settings:
    """How it is learned; part of what a tuned encoder is known by."""

    epochs: float = 8.0
    batch: int = 32
    least_steps: int = 200
    most_steps: int = 1_000
    """Few examples are read more often, and many less often, than `epochs` times."""
    rate: float = 5e-5
    """Of the topmost layer, Adam's."""
    decay: float = 0.9
    """Each layer's rate, as a share of the one's above it."""
    directions_rate: float = 2e-3
    shrink: float = 0.01
    warm_up: float = 0.1
    """The share of steps in which the rate rises; then it falls to nothing."""
    sharpness: float = 16.0
    """Cosines become log-odds by this factor."""
    dropout: float = 0.1
    longest: int = 64
    """Tokens read of a text while learning; memory grows with it."""
    seed: int = 0


@dataclass(frozen=True)
class Lesson:
    """What is learned from: one row a text."""

    tokens: list[list[int]]
    targets: Floats
    """The share of each intent in a text; one for the only one, where a person named it."""
    weights: Floats
    """How much a row counts."""
    start: Floats
    """Each intent's first direction."""
    pooling: Pooling


def write_lesson(lesson: Lesson, settings: Settings, folder: Path) -> None:
    said = {"tokens": lesson.tokens, "pooling": lesson.pooling, "settings": asdict(settings)}
    (folder / WORDS).write_text(json.dumps(said), encoding="utf-8")
    np.savez(folder / NUMBERS, targets=lesson.targets, weights=lesson.weights, start=lesson.start)


def read_lesson(folder: Path) -> tuple[Lesson, Settings]:
    said = json.loads((folder / WORDS).read_text(encoding="utf-8"))
    with np.load(folder / NUMBERS, allow_pickle=False) as numbers:
        lesson = Lesson(said["tokens"], numbers["targets"], numbers["weights"], numbers["start"], said["pooling"])
    return lesson, Settings(**said["settings"])
