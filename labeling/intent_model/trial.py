"""What a model is to learn from and to be measured on: read from files, and checked before anything slow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from labeling.examples import Example, ExamplesRefused, Row, read_examples, read_rows, read_texts, shown
from labeling.intent_model.evaluation import OUT_OF_SCOPE


@dataclass(frozen=True)
class Trial:
    """`train` alone is learned from; what is `strange` no intent covers; `unlabelled` has no intents told."""

    train: tuple[Example, ...]
    test: tuple[Example, ...]
    strange: tuple[str, ...]
    unlabelled: tuple[str, ...]
    notes: tuple[str, ...]
    """Sentences for the user, with file and line: what was left out, and what is thin."""


def read_trial(
    train_file: Path, test_file: Path, oos_file: Path | None = None, unlabelled_file: Path | None = None
) -> Trial:
    """Raises ExamplesRefused with file and line."""
    read = read_examples(train_file)
    train = tuple(one for one in read.examples if one.intent != OUT_OF_SCOPE)
    rows = _test_rows(test_file)
    notes = [*read.notes, *_not_learned(train_file, len(read.examples) - len(train)), *_test_notes(rows, train)]
    return Trial(
        train,
        tuple(Example(row.text, row.intent) for row in rows),
        tuple(read_texts(oos_file)) if oos_file else (),
        tuple(read_texts(unlabelled_file)) if unlabelled_file else (),
        tuple(notes),
    )


def _test_rows(path: Path) -> list[Row]:
    """Every row counts, the same text twice too: an official test set is measured as it is."""
    rows = read_rows(path)
    problems = [f"{row.where}: has no {_missing(row)}" for row in rows if not row.text or not row.intent]
    if problems or not rows:
        raise ExamplesRefused(problems or [f"{path}: holds no labelled messages"])
    return rows


def _missing(row: Row) -> str:
    return "text" if not row.text else "intent"


def _not_learned(path: Path, count: int) -> list[str]:
    return [f"{path}: {count} messages are {OUT_OF_SCOPE}, which is no intent; left out"] if count else []


def _test_notes(rows: Sequence[Row], train: Sequence[Example]) -> list[str]:
    return [*shown(_unknown(rows, train)), *shown(_torn(rows)), *_flattering(rows, train)]


def _unknown(rows: Sequence[Row], train: Sequence[Example]) -> list[str]:
    known = {one.intent for one in train} | {OUT_OF_SCOPE}
    first = {row.intent: row for row in reversed(rows) if row.intent not in known}
    return [
        f"{row.where}: the training file has no {intent}; its messages count as wrong"
        for intent, row in reversed(first.items())
    ]


def _torn(rows: Sequence[Row]) -> list[str]:
    first: dict[str, Row] = {}
    pairs = [(row, first.setdefault(row.text, row)) for row in rows]
    return [
        f"{row.where}: the same text is {other.intent} at {other.where}; one of the two counts as wrong"
        for row, other in pairs
        if other.intent != row.intent
    ]


def _flattering(rows: Sequence[Row], train: Sequence[Example]) -> list[str]:
    learned = {one.text for one in train}
    again = [row for row in rows if row.text in learned]
    if not again:
        return []
    return [f"{again[0].where}: {len(again)} test messages, this one first, are also trained on; they flatter"]
