"""Guidelines: what each intent means, in words that agents and trainers can go by. Read from the project's file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from labeling.refusal import Refusal
from labeling.routing import readable


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
    )
