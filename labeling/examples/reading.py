"""Files of labelled messages become examples; what is wrong is said with file and line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from labeling.examples.example import Example, ExamplesRefused, Row
from labeling.examples.nlu import read_nlu
from labeling.examples.table import read_table

YAML = (".yml", ".yaml")
TABLES = (".csv", ".tsv")


@dataclass(frozen=True)
class Examples:
    """What was read. Notes are sentences for the user: what was left out, and what is thin."""

    examples: tuple[Example, ...]
    notes: tuple[str, ...]


def read_examples(path: Path) -> Examples:
    """Reads a CSV file, a Rasa NLU file, or a folder of them. Raises ExamplesRefused with every problem."""
    return _checked(path, read_rows(path))


def read_rows(path: Path) -> list[Row]:
    """As they stand in the files, unchecked. Raises ExamplesRefused."""
    if not _exists(path):
        raise ExamplesRefused([f"{path}: there is no such file or folder"])
    if path.is_dir():
        return [row for file in _files_in(path) for row in read_nlu(file)]
    if path.suffix.lower() in YAML:
        return read_nlu(path)
    if path.suffix.lower() in TABLES:
        return read_table(path)
    raise ExamplesRefused([f"{path}: must be a CSV file, a Rasa NLU file (.yml), or a folder of those"])


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # a name longer than a file system takes
        return False


def _files_in(folder: Path) -> list[Path]:
    return sorted(file for file in folder.rglob("*") if file.suffix.lower() in YAML and file.is_file())


def _checked(path: Path, rows: Sequence[Row]) -> Examples:
    problems = [
        f"{row.where}: has no intent; give it one, or delete it" for row in rows if row.text and not row.intent
    ]
    if not any(row.text and row.intent for row in rows):
        problems.append(f"{path}: holds no labelled messages")
    if problems:
        raise ExamplesRefused(problems)
    kept, notes = _once_each(rows)
    examples = tuple(Example(row.text, row.intent) for row in kept)
    return Examples(examples, (*notes, *_thin_intents(kept)))


def _once_each(rows: Sequence[Row]) -> tuple[list[Row], list[str]]:
    first: dict[str, Row] = {}
    notes = []
    for row in rows:
        if not row.text:
            notes.append(f"{row.where}: has no text; left out")
            continue
        known = first.setdefault(row.text, row)
        if known is row:
            continue
        if known.intent == row.intent:
            notes.append(f"{row.where}: the same text as line {known.line}; left out")
        else:
            notes.append(
                f"{row.where}: the same text is {known.intent} at {known.where}, and {row.intent} here; "
                f"{known.intent} stands"
            )
    return list(first.values()), notes


def _thin_intents(rows: Sequence[Row]) -> list[str]:
    counts = Counter(row.intent for row in rows)
    lines = {row.intent: row.where for row in rows}
    return [
        f"{lines[intent]}: the only example of {intent}; it is learned, but nothing can say how well"
        for intent, count in counts.items()
        if count == 1
    ]
