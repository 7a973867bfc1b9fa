"""Labelled messages in a CSV file with a header."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path

from labeling.examples.example import ExamplesRefused, Row

INTENT_COLUMNS = ("intent", "category", "label")
LONGEST_FIELD = 1 << 20
SHOWN = 200
"""Characters of a header that is not understood: it may be a whole message."""


def read_table(path: Path) -> list[Row]:
    """Columns `text` and one of intent, category or label; others are left alone. Raises ExamplesRefused."""
    names, records = _opened(path)
    text_column, intent_column = _columns(path, names)
    return [Row(_field(record, text_column), _field(record, intent_column), path, line) for line, record in records]


def read_texts(path: Path) -> list[str]:
    """The column `text` of a table of messages without intents. Raises ExamplesRefused."""
    names, records = _opened(path)
    known = _known(names)
    if "text" not in known:
        raise ExamplesRefused([f"{path}, line 1: needs the column text; found: {_found(names)}"])
    texts = [text for _, record in records if (text := _field(record, known.index("text")))]
    if not texts:
        raise ExamplesRefused([f"{path}: holds no messages"])
    return texts


def _opened(path: Path) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """The header's names, and the records after it that say anything."""
    text = read_text(path)
    if not text.strip():
        raise ExamplesRefused([f"{path}: is empty"])
    header = (text.splitlines() or [""])[0]
    delimiter = max(",;\t", key=header.count)
    csv.field_size_limit(LONGEST_FIELD)
    records = _records(path, csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    _, names = next(records, (1, []))
    twice = [name for name in ("text", *INTENT_COLUMNS) if _known(names).count(name) > 1]
    if twice:
        raise ExamplesRefused([f"{path}, line 1: has the column {twice[0]} twice; leave one"])
    said = [(line, record) for line, record in records if any(field.strip() for field in record)]
    # A comma in a text without quotes would make the text's end its intent.
    broken = [
        f"{path}, line {line}: has {len(record)} fields, and the header {len(names)}; put the text in quotes"
        for line, record in said
        if any(field.strip() for field in record[len(names) :])
    ]
    if broken:
        raise ExamplesRefused(broken)
    return names, said


def read_text(path: Path) -> str:
    """Raises ExamplesRefused where the file is missing or is not UTF-8."""
    try:
        content = path.read_bytes()
    except FileNotFoundError as error:
        raise ExamplesRefused([f"{path}: there is no such file"]) from error
    except OSError as error:
        raise ExamplesRefused([f"{path}: cannot be read ({error.strerror})"]) from error
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise ExamplesRefused([f"{path}, line {line}: is not UTF-8; save the file as UTF-8"]) from error


def _records(path: Path, reader: Iterator[list[str]]) -> Iterator[tuple[int, list[str]]]:
    """Each record with the line on which it begins."""
    line = 1
    while True:
        try:
            record = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise ExamplesRefused([f"{path}, line {line}: is not CSV ({error}); is a quote left open?"]) from error
        yield line, record
        line = reader.line_num + 1  # type: ignore[attr-defined]


def _columns(path: Path, names: Sequence[str]) -> tuple[int, int]:
    known = _known(names)
    intents = [known.index(name) for name in INTENT_COLUMNS if name in known]
    if "text" not in known or not intents:
        wanted = "text and intent (or category, or label)"
        raise ExamplesRefused([f"{path}, line 1: needs the columns {wanted}; found: {_found(names)}"])
    return known.index("text"), intents[0]


def _known(names: Sequence[str]) -> list[str]:
    return [name.strip().casefold() for name in names]


def _found(names: Sequence[str]) -> str:
    return ", ".join(name.strip() for name in names if name.strip())[:SHOWN]


def _field(record: Sequence[str], column: int) -> str:
    return record[column].strip() if column < len(record) else ""
