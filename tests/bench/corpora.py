"""Public sets of labelled messages: the whole training set, fresh draws from it, the given few-shot split, the test.

Looked for in `$HANDRAISE_SHARED/data`, or in `../shared/data` beside the project; never part of it.
"""

from __future__ import annotations

import csv
import json
import os
import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from labeling.examples import Example
from labeling.refusal import Refusal
from tests.bench.scene import REPOSITORY

DATA = Path(os.environ.get("HANDRAISE_SHARED") or REPOSITORY.parent / "shared") / "data"


class Name(str, Enum):
    """The sets that are known."""

    BANKING77 = "banking77"
    CLINC150 = "clinc150"


@dataclass(frozen=True)
class Corpus:
    """The official sets as they are published; `strange` is of the test and covered by no intent."""

    name: str
    train: tuple[Example, ...]
    test: tuple[Example, ...]
    strange: tuple[str, ...]

    @property
    def intents(self) -> list[str]:
        return sorted({example.intent for example in self.train})

    def given(self, shots: int) -> tuple[Example, ...]:
        """The few-shot split that is published with the set."""
        folder = _there(DATA / self.name / f"train_{shots}")
        pairs = zip(_lines(folder / "text"), _lines(folder / "label"), strict=True)
        return tuple(Example(text, intent.lower()) for text, intent in pairs)

    def draw(self, shots: int, seed: str) -> tuple[Example, ...]:
        """So many examples of each intent; the same seed draws the same."""
        chance = random.Random(f"{self.name} {shots} {seed}")
        by_intent: dict[str, list[Example]] = defaultdict(list)
        for example in self.train:
            by_intent[example.intent].append(example)
        return tuple(one for intent in self.intents for one in chance.sample(by_intent[intent], shots))


def corpus(name: Name) -> Corpus:
    """Raises Refusal where the data is not on this machine."""
    return _banking77() if name is Name.BANKING77 else _clinc150()


def _banking77() -> Corpus:
    folder = _there(DATA / "banking77")
    return Corpus("banking77", _table(folder / "train.csv"), _table(folder / "test.csv"), ())


def _clinc150() -> Corpus:
    said = json.loads((_there(DATA / "clinc150") / "data_full.json").read_text(encoding="utf-8"))
    strange = tuple(text for text, _ in said["oos_test"])
    return Corpus("clinc150", _pairs(said["train"]), _pairs(said["test"]), strange)


def _table(path: Path) -> tuple[Example, ...]:
    with path.open(encoding="utf-8", newline="") as file:
        return tuple(Example(row["text"], row["category"].lower()) for row in csv.DictReader(file))


def _pairs(said: Sequence[Sequence[str]]) -> tuple[Example, ...]:
    return tuple(Example(text, intent) for text, intent in said)


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()


def _there(path: Path) -> Path:
    if not path.is_dir():
        raise Refusal(f"there is no {path}; name the folder that holds data/ in HANDRAISE_SHARED")
    return path
