"""Where a project's things are, and what its config.yml says. Read once, at a service's start."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from labeling.refusal import Refusal

CLASSIFIER = "bot.intent_classifier.IntentClassifier"
ROUTER = "bot.router.Router"
DEFAULT_ENCODER = "all-MiniLM-L6-v2"


class ProjectRefused(Refusal):
    """The folder is no project that Handraise can run; the message says what to add or mend."""


@dataclass(frozen=True)
class Project:
    """A Rasa project that has taken Handraise up."""

    root: Path
    config: Path
    domain: Path
    data: Path
    """Rasa's training data: the seed examples, stories and rules."""
    encoder: str
    """A name or local path of a sentence encoder."""
    frozen_set: Path | None
    """Messages with their true intents, written apart from the examples; every model is judged on them."""
    router: Mapping[str, Any]
    """The router's knobs as they stand in config.yml."""
    guidelines: Path
    """What each intent means; the file may be missing."""
    gates: Mapping[str, Any] = field(default_factory=dict)
    """What a candidate must hold to go live."""

    @property
    def home(self) -> Path:
        """What the services keep on this machine; safe to lose where the database is elsewhere."""
        chosen = os.environ.get("HANDRAISE_HOME")
        return Path(chosen) if chosen else self.root / ".handraise"

    @property
    def database_url(self) -> str:
        return os.environ.get("DATABASE_URL") or f"sqlite:///{self.home / 'handraise.db'}"


def find_project(root: Path) -> Project:
    """Reads the project in `root`. Raises ProjectRefused."""
    config = root / "config.yml"
    knobs = _read(config)
    pipeline = [entry for entry in knobs.get("pipeline") or [] if isinstance(entry, dict)]
    classifier, router = _entry(pipeline, CLASSIFIER, config), _entry(pipeline, ROUTER, config)
    home = root / "bot" if (root / "bot" / "domain.yml").exists() else root
    if not (home / "domain.yml").exists():
        raise ProjectRefused(f"{root} has no domain.yml; run this in a Rasa project, or make one: handraise init")
    frozen = classifier.get("frozen_set")
    return Project(
        root=root,
        config=config,
        domain=home / "domain.yml",
        data=home / "data",
        encoder=str(classifier.get("encoder") or DEFAULT_ENCODER),
        frozen_set=root / frozen if frozen else None,
        router={key: value for key, value in router.items() if key != "name"},
        guidelines=home / "guidelines.yml",
        gates=classifier.get("gates") or {},
    )


def _read(config: Path) -> dict[str, Any]:
    try:
        knobs = yaml.safe_load(config.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ProjectRefused(
            f"{config.parent} has no config.yml; run this in a project's folder, or make one: handraise init"
        ) from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        where = str(error).replace("\n", " ")
        raise ProjectRefused(f"{config} is not readable YAML: {where}") from error
    if not isinstance(knobs, dict):
        raise ProjectRefused(f"{config} is empty; it needs a pipeline with {CLASSIFIER} and {ROUTER}")
    return knobs


def _entry(pipeline: list[dict[str, Any]], name: str, config: Path) -> dict[str, Any]:
    for entry in pipeline:
        if entry.get("name") == name:
            return entry
    raise ProjectRefused(f"{config} names no {name} in its pipeline; the README's section on Rasa projects shows how")
