"""How the desk works: desk.yml beside domain.yml. Every section may be missing; so may the file."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import yaml

from escalation.destination import Routing, read_routing, refuse_strange_rules
from escalation.file_limits import FileLimits, read_file_limits
from escalation.hours import Hours, read_hours
from escalation.owning import Owning, read_owning
from escalation.phrasebook import FALLBACK, Phrasebook, read_phrases, speaking
from escalation.placeholder import CannedConfig, read_canned
from escalation.relay import Relay, read_relay
from escalation.section import DeskConfigRefused
from escalation.waiting import Waiting, read_waiting, refuse_strange_targets


@dataclass(frozen=True)
class DeskConfig:
    """One frozen dataclass a section. A new section is a file with its dataclass and its reader, and a line here."""

    owning: Owning = field(default_factory=Owning)
    relay: Relay = field(default_factory=Relay)
    files: FileLimits = field(default_factory=FileLimits)
    routing: Routing = field(default_factory=Routing)
    hours: Hours = field(default_factory=Hours)
    waiting: Waiting = field(default_factory=Waiting)
    canned: CannedConfig = field(default_factory=CannedConfig)
    phrases: Phrasebook = field(default_factory=Phrasebook)


SECTIONS: Mapping[str, Callable[[object], object]] = {
    "owning": read_owning,
    "relay": read_relay,
    "files": read_file_limits,
    "routing": read_routing,
    "hours": read_hours,
    "waiting": read_waiting,
    "canned": read_canned,
    "phrases": read_phrases,
}
"""By its name in the file and in DeskConfig: what reads it. A reader is given None where the file says nothing."""


def read_desk_config(path: Path, tiers: Collection[str] | None = None, language: str = FALLBACK) -> DeskConfig:
    """`tiers` are those of config.yml, where they are known: an entry about another one would never count;
    `language` is the one there in which customers hear what we cannot say in theirs.

    Raises DeskConfigRefused with the file's name and the entry to change.
    """
    try:
        config = _read(_written(path))
        if tiers is not None:
            refuse_strange_targets(config.waiting, tiers)
            refuse_strange_rules(config.routing, tiers)
        return replace(config, phrases=speaking(config.phrases, language))
    except DeskConfigRefused as refused:
        raise DeskConfigRefused(f"{path}: {refused}") from refused


def _read(written: Mapping[str, object]) -> DeskConfig:
    for name in written:
        if name not in SECTIONS:
            raise DeskConfigRefused(f"there is no section {name}; there are {', '.join(SECTIONS)}")
    return DeskConfig(**{name: read(written.get(name)) for name, read in SECTIONS.items()})  # type: ignore[arg-type]


def _written(path: Path) -> Mapping[str, object]:
    try:
        written = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise DeskConfigRefused(f"cannot be read: {error.strerror}") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise DeskConfigRefused(f"is not readable YAML: {' '.join(str(error).split())}") from error
    if not isinstance(written, Mapping):
        raise DeskConfigRefused(f"must hold sections: {', '.join(SECTIONS)}")
    return written
