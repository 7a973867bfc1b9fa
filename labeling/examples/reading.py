"""Files of labelled messages become examples; what is wrong is said with file and line."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from stat import S_ISDIR

from labeling.examples.example import Example, ExamplesRefused, Row, shown
from labeling.examples.nlu import read_nlu
from labeling.examples.table import read_table

YAML = (".yml", ".yaml")
TABLES = (".csv", ".tsv")


@dataclass(frozen=True)
class Examples:
    """What was read. Notes are sentences for the user, some of each kind: what was left out, and what is thin."""

    examples: tuple[Example, ...]
    notes: tuple[str, ...]


def read_examples(path: Path) -> Examples:
    """Reads a CSV file, a Rasa NLU file, or a folder of either. Raises ExamplesRefused with every problem."""
    return _checked(path, read_rows(path))


def read_rows(path: Path) -> list[Row]:
    """As they stand in the files, unchecked. Raises ExamplesRefused."""
    if _is_folder(path):
        return [row for file in _files_in(path) for row in read_rows(file)]
    if path.suffix.lower() in YAML:
        return read_nlu(path)
    if path.suffix.lower() in TABLES:
        return read_table(path)
    raise ExamplesRefused([f"{path}: must be a CSV file, a Rasa NLU file (.yml), or a folder of either"])


def _is_folder(path: Path) -> bool:
    try:
        return S_ISDIR(path.stat().st_mode)
    except PermissionError as error:
        raise ExamplesRefused([f"{path}: cannot be read ({error.strerror})"]) from error
    except OSError as error:  # a name longer than a file system takes, too
        raise ExamplesRefused([f"{path}: there is no such file or folder"]) from error


def _files_in(folder: Path) -> list[Path]:
    """Rasa's files, or tables where there are none: beside Rasa's, a table is no training data."""

    def refuse(error: OSError) -> None:
        raise ExamplesRefused([f"{error.filename}: cannot be read ({error.strerror})"]) from error

    places = [Path(place, name) for place, _, names in os.walk(folder, onerror=refuse) for name in names]
    files = sorted(place for place in places if place.is_file())
    return _ending_in(YAML, files) or _ending_in(TABLES, files)


def _ending_in(kinds: Sequence[str], files: Sequence[Path]) -> list[Path]:
    return [file for file in files if file.suffix.lower() in kinds]


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
    empty, again, torn = [], [], []
    for row in rows:
        if not row.text:
            empty.append(f"{row.where}: has no text; left out")
            continue
        known = first.setdefault(row.text, row)
        if known is row:
            continue
        if known.intent == row.intent:
            again.append(f"{row.where}: the same text as {known.where}; left out")
        else:
            torn.append(
                f"{row.where}: the same text is {known.intent} at {known.where}, and {row.intent} here; "
                f"{known.intent} stands"
            )
    return list(first.values()), [*shown(torn), *shown(empty), *shown(again)]


def _thin_intents(rows: Sequence[Row]) -> list[str]:
    counts = Counter(row.intent for row in rows)
    lines = {row.intent: row.where for row in rows}
    alone = [intent for intent, count in counts.items() if count == 1]
    return shown(
        [f"{lines[one]}: the only example of {one}; it is learned, but nothing can say how well" for one in alone]
    )
