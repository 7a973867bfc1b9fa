"""Where a project's things are, and what its config.yml may say."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.intent_classifier import IntentClassifier
from bot.router import Router
from labeling.project import CLASSIFIER, CLASSIFIER_KNOBS, ROUTER, ROUTER_KNOBS, ProjectRefused, find_project

CONFIG = f"pipeline:\n  - name: {CLASSIFIER}\n  - name: {ROUTER}\n    tiers: {{}}\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "config.yml").write_text(CONFIG, encoding="utf-8")
    (tmp_path / "domain.yml").write_text("version: '3.1'\n", encoding="utf-8")
    return tmp_path


def test_the_knobs_are_those_of_rasas_components() -> None:
    assert set(CLASSIFIER_KNOBS) == set(IntentClassifier.get_default_config())
    assert set(ROUTER_KNOBS) == set(Router.get_default_config())


def test_what_is_not_said_has_a_default(root: Path) -> None:
    project = find_project(root)
    assert (project.encoder, project.frozen_set, project.gates) == ("all-MiniLM-L6-v2", None, {})
    assert project.data == root / "data"


def test_an_encoders_folder_is_only_taken_for_the_one_in_the_project(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = f"pipeline:\n  - name: {CLASSIFIER}\n    encoder: encoders/mine\n  - name: {ROUTER}\n"
    (root / "config.yml").write_text(entry, encoding="utf-8")
    (root / "encoders" / "mine").mkdir(parents=True)
    with pytest.raises(ProjectRefused, match=f"run this in {root}, or write its whole path"):
        find_project(root)
    monkeypatch.chdir(root)
    assert find_project(root).encoder == "encoders/mine"


def test_a_bot_folder_holds_the_dialogue_where_there_is_one(root: Path) -> None:
    (root / "bot").mkdir()
    (root / "domain.yml").rename(root / "bot" / "domain.yml")
    assert find_project(root).domain == root / "bot" / "domain.yml"


def test_a_project_without_a_domain_is_refused(root: Path) -> None:
    (root / "domain.yml").unlink()
    with pytest.raises(ProjectRefused, match=r"has no domain\.yml"):
        find_project(root)


def test_the_environment_says_where_things_are_kept(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = find_project(root)
    assert project.database_url == f"sqlite:///{root / '.handraise' / 'handraise.db'}"
    monkeypatch.setenv("HANDRAISE_HOME", "/elsewhere")
    assert project.home == Path("/elsewhere")
    monkeypatch.setenv("DATABASE_URL", "postgresql://db/shop")
    assert project.database_url == "postgresql://db/shop"


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        (f"  - name: {CLASSIFIER}\n    treshold: 0.5\n  - name: {ROUTER}\n", "has no knob treshold"),
        (f"  - name: {CLASSIFIER}\n  - name: {ROUTER}\n    threshold: 0.5\n", "has no knob threshold"),
        (f"  - {CLASSIFIER}\n  - name: {ROUTER}\n", f"names no {CLASSIFIER}"),
        ("  routine: 5\n", "needs a pipeline"),
    ],
)
def test_a_pipeline_that_cannot_be_used_is_refused_in_one_line(root: Path, entry: str, said: str) -> None:
    (root / "config.yml").write_text(f"pipeline:\n{entry}", encoding="utf-8")
    with pytest.raises(ProjectRefused) as refused:
        find_project(root)
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)
