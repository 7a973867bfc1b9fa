"""Where a project's things are, and what its config.yml says. Read once, at a service's start."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from labeling.policy import OUT_OF_SCOPE_SHARE, read_out_of_scope
from labeling.precision import PRECISION, Precision, read_precision
from labeling.refusal import Refusal

CLASSIFIER = "bot.intent_classifier.IntentClassifier"
ROUTER = "bot.router.Router"
CLASSIFIER_KNOBS = ("encoder", "precision", "frozen_set", "out_of_scope", "gates")
ROUTER_KNOBS = ("tiers", "certainty", "caution", "clarify", "details")
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
    out_of_scope: float = OUT_OF_SCOPE_SHARE
    """The share of turns (0 to 1) that is expected to ask what no intent covers."""
    precision: Precision = PRECISION
    """How exactly the encoder computes."""
    language: str = "en"
    """In which guidelines and responses are written, where they do not say."""

    @property
    def desk(self) -> Path:
        """How the desk works (`desk.yml`); the file may be missing."""
        return self.domain.parent / "desk.yml"

    @property
    def front(self) -> Path:
        """Pages around the chat, with an `index.html`; the folder may be missing."""
        return self.domain.parent / "front"

    @property
    def demo(self) -> Path:
        """What the demo's guide suggests to say, step by step; the file may be missing."""
        return self.domain.parent / "demo.json"

    @property
    def home(self) -> Path:
        """What the services keep on this machine; safe to lose where the database is elsewhere."""
        chosen = os.environ.get("HANDRAISE_HOME")
        return Path(chosen) if chosen else self.root / ".handraise"

    @property
    def database_url(self) -> str:
        return os.environ.get("DATABASE_URL") or f"sqlite:///{self.home / 'handraise.db'}"


def find_project(root: Path) -> Project:
    """Reads the project in `root`. Raises ProjectRefused, or PolicyError."""
    config = root / "config.yml"
    knobs = _read(config)
    pipeline = knobs.get("pipeline") or []
    if not isinstance(pipeline, list):
        raise ProjectRefused(f"{config} needs a pipeline, a list with {CLASSIFIER} and {ROUTER}")
    classifier = _entry(pipeline, CLASSIFIER, CLASSIFIER_KNOBS, config)
    router = _entry(pipeline, ROUTER, ROUTER_KNOBS, config)
    home = root / "bot" if (root / "bot" / "domain.yml").exists() else root
    if not (home / "domain.yml").exists():
        raise ProjectRefused(f"{root} has no domain.yml; run this in a Rasa project, or make one: handraise init")
    frozen = classifier.get("frozen_set")
    if frozen is not None and not isinstance(frozen, str):
        raise ProjectRefused(f"{config}: frozen_set must be a file's name, and is {frozen!r}")
    encoder = str(classifier.get("encoder") or DEFAULT_ENCODER)
    # Models name their encoder as it is written here, so that they can be run where the project lies elsewhere.
    if (root / encoder).is_dir() and (root / encoder).resolve() != Path(encoder).resolve():
        raise ProjectRefused(f"{config}: encoder {encoder} is a folder; run this in {root}, or write its whole path")
    return Project(
        root=root,
        config=config,
        domain=home / "domain.yml",
        data=home / "data",
        encoder=encoder,
        frozen_set=root / frozen if frozen else None,
        router={key: value for key, value in router.items() if key != "name"},
        guidelines=home / "guidelines.yml",
        gates=classifier.get("gates") or {},
        language=str(knobs.get("language") or "en"),
        out_of_scope=read_out_of_scope(classifier.get("out_of_scope", OUT_OF_SCOPE_SHARE)),
        precision=read_precision(classifier.get("precision", PRECISION)),
    )


def _read(config: Path) -> dict[str, Any]:
    try:
        knobs = yaml.safe_load(config.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ProjectRefused(
            f"{config.parent} has no config.yml; run this in a project's folder, or make one: handraise init"
        ) from error
    except OSError as error:
        raise ProjectRefused(f"{config} cannot be read: {error.strerror}") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        where = " ".join(str(error).split())
        raise ProjectRefused(f"{config} is not readable YAML: {where}") from error
    if not isinstance(knobs, dict):
        raise ProjectRefused(f"{config} holds no settings; it needs a pipeline with {CLASSIFIER} and {ROUTER}")
    return knobs


def _entry(pipeline: list[Any], name: str, knobs: Sequence[str], config: Path) -> dict[str, Any]:
    for entry in pipeline:
        if isinstance(entry, dict) and entry.get("name") == name:
            unknown = sorted(set(map(str, entry)) - {"name", *knobs})
            if unknown:
                raise ProjectRefused(f"{config}: {name} has no knob {unknown[0]}; there are {', '.join(knobs)}")
            return entry
    raise ProjectRefused(f"{config} names no {name} in its pipeline; the README's section on Rasa projects shows how")
