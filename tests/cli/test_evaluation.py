"""`handraise evaluate` and `explain` as a person at a terminal runs them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.cli.evaluation import FIGURES, bar
from bot.new_project import create_project
from labeling.examples import read_examples
from tests.cli.conftest import EXAMPLES, handraise


@pytest.fixture
def files(tmp_path: Path) -> tuple[str, ...]:
    rows = [f'"{example.text}",{example.intent}' for example in EXAMPLES]
    train, test = tmp_path / "train.csv", tmp_path / "test.csv"
    train.write_text("\n".join(["text,intent", *rows]) + "\n", encoding="utf-8")
    test.write_text(
        "text,category\nwhen are you open,opening_hours\na label for my return,returns\n", encoding="utf-8"
    )
    return ("--train", str(train), "--test", str(test))


def test_the_figures_come_as_json_alone_on_standard_output(files: tuple[str, ...], tmp_path: Path) -> None:
    strange = tmp_path / "oos.csv"
    strange.write_text("text\nsing me a song\n", encoding="utf-8")
    said = handraise("evaluate", *files, "--oos", str(strange), "--json", "-")
    assert said.code == 0, said.err
    figures = json.loads(said.out)
    assert set(figures) == set(FIGURES)
    assert figures["accuracy"] == 1.0
    assert figures["oos_auroc"] is not None
    assert (figures["n_train"], figures["n_test"], figures["intents"]) == (len(EXAMPLES), 2, 3)


def test_without_json_people_read_a_table(files: tuple[str, ...]) -> None:
    said = handraise("evaluate", *files)
    assert said.code == 0, said.err
    assert [words for words in FIGURES.values() if words not in said.out] == []
    assert "100.0%" in said.out
    assert "█" in said.out


def test_a_deep_run_says_how_many_intents_it_needs(files: tuple[str, ...]) -> None:
    assert (
        "fine-tuning needs 8 intents with at least 3 examples each" in handraise("evaluate", *files, "--deep").refusal
    )


@pytest.mark.parametrize("option", [("--unlabelled", "some.csv")])
def test_what_is_not_built_is_refused_and_not_ignored(files: tuple[str, ...], option: tuple[str, ...]) -> None:
    assert f"{option[0]} is not built yet" in handraise("evaluate", *files, *option).refusal


def test_a_file_that_is_not_there_is_refused_in_one_line(files: tuple[str, ...]) -> None:
    assert "nowhere.csv" in handraise("evaluate", *files[:2], "--test", "nowhere.csv").refusal


def test_a_bar_never_runs_over_its_ends() -> None:
    assert bar(0.5) == "█" * 10 + "░" * 10
    assert bar(-0.2) == bar(0)
    assert bar(1.1) == bar(1)


def test_explain_shows_ranking_route_examples_and_words(tmp_path: Path) -> None:
    seeds = read_examples(Path(__file__).parents[2] / "bot" / "data").examples
    create_project(tmp_path / "shop", [seed for seed in seeds if seed.intent in ("store_hours", "returns", "jobs")])
    said = handraise("explain", "when do you [open] today", "--project", str(tmp_path / "shop"))
    assert said.code == 0, said.err
    assert said.out.startswith("store_hours, ")
    assert "The bot answers." in said.out or "A person answers." in said.out
    for title in ("Ranking", "Nearest examples", "Words that mattered"):
        assert title in said.out
    assert "[open]" in said.out
