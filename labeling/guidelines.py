"""Guidelines: what each intent means, in words that agents and trainers can go by.

They are kept in the database, where every edit is one more row, and sown from the project's file.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import yaml
from sqlmodel import Session

from labeling.database import Database
from labeling.lock import alone
from labeling.refusal import Refusal
from labeling.routing import readable
from labeling.store.guideline import FROM_FILE, GuidelineRow, newest_wordings

KEPT_SECONDS = 5.0


class GuidelinesRefused(Refusal):
    """The guidelines file cannot be read; the message says where it is wrong."""


@dataclass(frozen=True)
class Guideline:
    """One intent's title (short enough for a button), definition, example and counter-example."""

    intent: str
    title: str
    definition: str = ""
    example: str = ""
    counter_example: str = ""
    counter_intent: str = ""
    """Where the counter-example belongs instead."""

    @classmethod
    def unwritten(cls, intent: str) -> Guideline:
        """What stands in for a guideline that nobody has written yet."""
        return cls(intent, readable(intent))


def read_guidelines(path: Path) -> Mapping[str, Guideline]:
    """By intent; empty where there is no such file. Raises GuidelinesRefused."""
    if not path.exists():
        return {}
    try:
        written = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise GuidelinesRefused(f"{path} is not readable YAML: {' '.join(str(error).split())}") from error
    if not isinstance(written, dict):
        raise GuidelinesRefused(f"{path} must map each intent to its title and definition")
    return {str(intent): _guideline(path, str(intent), entry) for intent, entry in written.items()}


def _guideline(path: Path, intent: str, entry: object) -> Guideline:
    if not isinstance(entry, dict):
        raise GuidelinesRefused(f"{path}: {intent} needs a title and a definition beneath it")
    counter = entry.get("counter_example") or ""
    return Guideline(
        intent,
        title=str(entry.get("title") or readable(intent)),
        definition=str(entry.get("definition") or ""),
        example=str(entry.get("example") or ""),
        counter_example=str(counter.get("text") or "") if isinstance(counter, dict) else str(counter),
        counter_intent=str(counter.get("intent") or "") if isinstance(counter, dict) else "",
    )


class Guidelines(Mapping[str, Guideline]):
    """What counts in the database, as of a few seconds ago at most. Several threads may ask."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._kept: tuple[float, Mapping[str, Guideline]] = (float("-inf"), {})
        self._lock = threading.Lock()

    def __getitem__(self, intent: str) -> Guideline:
        return self._now()[intent]

    def __iter__(self) -> Iterator[str]:
        return iter(self._now())

    def __len__(self) -> int:
        return len(self._now())

    def forget(self) -> None:
        """Asks anew next time, because something was just written."""
        self._kept = (float("-inf"), {})

    def _now(self) -> Mapping[str, Guideline]:
        with self._lock:
            asked_at, kept = self._kept
            if time.monotonic() - asked_at > KEPT_SECONDS:
                with self._database.reading() as session:
                    kept = current_guidelines(session)
                self._kept = (time.monotonic(), kept)
            return kept


def current_guidelines(session: Session) -> dict[str, Guideline]:
    return {row.intent: guideline_of(row) for row in newest_wordings(session) if row.title}


def meanings(session: Session, path: Path) -> dict[str, str]:
    """What each intent means, in the words of its guideline: evidence for the model. Raises GuidelinesRefused."""
    written = {**read_guidelines(path), **current_guidelines(session)}
    return {intent: guideline.definition for intent, guideline in written.items() if guideline.definition}


def guideline_of(row: GuidelineRow) -> Guideline:
    words = ("intent", "title", "definition", "example", "counter_example", "counter_intent")
    return Guideline(**{name: getattr(row, name) for name in words})


def write_guideline(session: Session, guideline: Guideline, author: str) -> GuidelineRow:
    """One more wording; the earlier ones stay as history."""
    row = GuidelineRow(**asdict(guideline), author=author)
    session.add(row)
    session.flush()
    return row


def sow_guidelines(database: Database, written: Mapping[str, Guideline]) -> None:
    """Takes over what the file says anew. What a person has written since stands; the file does not undo it."""
    with alone(database, "guidelines"), database.transaction() as session:
        standing = {row.intent: row for row in newest_wordings(session)}
        for intent, guideline in written.items():
            row = standing.get(intent)
            if row is None or (row.author == FROM_FILE and guideline_of(row) != guideline):
                write_guideline(session, guideline, FROM_FILE)
        for intent, row in standing.items():
            if intent not in written and row.author == FROM_FILE and row.title:
                write_guideline(session, Guideline(intent, title=""), FROM_FILE)  # it left the file
