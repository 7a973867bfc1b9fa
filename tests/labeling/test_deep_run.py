"""A tuned encoder in the registry: it travels with its models, corrections build on it, and it is stored once."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from sqlmodel import select

from labeling.database import Database
from labeling.deep_run import deep_run
from labeling.intent_model import Encoder, TrainingRefused, is_here, open_encoder
from labeling.intent_model.graph import read_weights
from labeling.intent_model.tuned import keep_tuned
from labeling.live_model import LiveModel
from labeling.project import Project
from labeling.registry import forget_archives
from labeling.retraining import Outcome, retrain
from labeling.store.model import live_model
from labeling.store.tuned_encoder import TunedEncoder
from tests.intent_model.tiny import tiny_encoder
from tests.labeling.test_retraining import HIRE, accept


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere(tmp_path / "here", monkeypatch)


@pytest.fixture
def small(project: Project, tmp_path: Path) -> Project:
    return replace(project, encoder=str(tiny_encoder(tmp_path / "tiny")))


@pytest.fixture
def tuned(small: Project) -> Encoder:
    """As if it had learned: other weights of the same shape."""
    base = open_encoder(small.encoder)
    taught = tiny_encoder(base.source.directory.parent / "taught", seed=1)
    return open_encoder(keep_tuned(base, read_weights(taught / "model.safetensors"), told=[]))


def elsewhere(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on another machine: with another cache, and in a fresh process."""
    monkeypatch.setenv("HANDRAISE_CACHE", str(cache))
    monkeypatch.setattr("labeling.intent_model.encoder._opened", {})


def live_encoder(database: Database) -> str | None:
    with database.reading() as session:
        model = live_model(session)
    assert model is not None
    return model.tuned_encoder


def stored(database: Database) -> list[str]:
    with database.reading() as session:
        return list(session.exec(select(TunedEncoder.name)))


def test_a_correction_after_a_deep_run_is_learned_on_the_tuned_encoder(
    small: Project, tuned: Encoder, database: Database
) -> None:
    assert retrain(small, database, encoder=tuned).outcome is Outcome.PROMOTED
    accept(database, HIRE, "rent_gear")

    assert retrain(small, database).outcome is Outcome.PROMOTED
    assert live_encoder(database) == tuned.name
    assert stored(database) == [tuned.name]


def test_a_bot_on_another_machine_gets_the_encoder_with_the_model(
    small: Project, tuned: Encoder, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    verdict = retrain(small, database, encoder=tuned)
    elsewhere(tmp_path / "there", monkeypatch)
    assert not is_here(tuned.name)

    bot = LiveModel(database, tmp_path / "home")
    bot.refresh()

    assert bot.current().version == verdict.version
    assert bot.current().encoder.fingerprint == tuned.fingerprint


def test_a_machine_that_cannot_get_the_encoder_says_so_and_learns_on_the_projects_own(
    small: Project, tuned: Encoder, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    retrain(small, database, encoder=tuned)
    with database.transaction() as session:
        session.delete(session.get(TunedEncoder, tuned.name))
    elsewhere(tmp_path / "there", monkeypatch)

    bot = LiveModel(database, tmp_path / "home")
    bot.refresh()
    assert "has no encoder" in bot.status.refused[0][1]
    accept(database, HIRE, "rent_gear")
    assert retrain(small, database).outcome is Outcome.PROMOTED
    assert live_encoder(database) is None


def test_an_encoder_that_no_model_needs_is_forgotten(small: Project, tuned: Encoder, database: Database) -> None:
    retrain(small, database, encoder=tuned)
    retrain(small, database, encoder=open_encoder(small.encoder))
    with database.transaction() as session:
        forget_archives(session)
    assert stored(database) == [tuned.name]

    with database.transaction() as session:
        forget_archives(session, kept=0)
    assert stored(database) == []


def test_a_deep_run_for_too_few_intents_is_refused_in_one_line(small: Project, database: Database) -> None:
    with pytest.raises(TrainingRefused, match="at least 3 examples") as refused:
        deep_run(small, database, lambda _what, _share: None)
    assert "\n" not in str(refused.value)
