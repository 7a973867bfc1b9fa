"""`handraise evaluate` and `explain` as a person at a terminal runs them."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from bot.cli.evaluation import FIGURES
from bot.cli.shares import bar, percent
from bot.new_project import create_project
from labeling.examples import read_examples
from labeling.examples.example import SHOWN
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


def test_deep_with_too_few_intents_says_what_it_needs(files: tuple[str, ...]) -> None:
    assert "fine-tuning needs 8 intents" in handraise("evaluate", *files, "--deep").refusal


def test_unlabelled_messages_are_read_before_anything_slow_and_learned_from(
    files: tuple[str, ...], tmp_path: Path
) -> None:
    silent = tmp_path / "silent.csv"
    silent.write_text("message\nare you there\n", encoding="utf-8")
    assert f"{silent}, line 1: needs the column text" in handraise("evaluate", *files, "--unlabelled", silent).refusal
    silent.write_text("text\nare you there\n", encoding="utf-8")
    assert handraise("evaluate", *files, "--unlabelled", silent, "--json", "-").code == 0


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (None, "there is no such file or folder"),
        ("", "is empty"),
        ("text,intent\n", "holds no labelled messages"),
        ("utterance,topic\nhello,greet\n", "line 1: needs the columns text and intent (or category, or label)"),
        ("text,intent\nhello,greet\n".encode("utf-16"), "line 1: is not UTF-8; save the file as UTF-8"),
        ("text,intent\nhello,greet\nTschüß,bye\n".encode("latin-1"), "line 3: is not UTF-8; save the file as UTF-8"),
        ("text,intent\nhel\0lo,greet\n", "line 2: is not CSV"),
        ("text,intent\nhello, you,greet\n", "line 2: has 3 fields"),
    ],
)
@pytest.mark.parametrize("place", ["--train", "--test"])
def test_a_file_that_cannot_be_used_is_refused_with_its_line(
    files: tuple[str, ...], tmp_path: Path, place: str, content: str | bytes | None, complaint: str
) -> None:
    path = tmp_path / "given.csv"
    if content is not None:
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    refusal = handraise("evaluate", *files, place, path, "--json", "-").refusal
    assert refusal.startswith(str(path))
    assert complaint in refusal


def test_a_folder_that_holds_no_examples_is_refused(files: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    assert "holds no labelled messages" in handraise("evaluate", *files, "--train", tmp_path / "folder").refusal


def test_what_is_odd_is_noted_and_the_figures_still_come_alone(files: tuple[str, ...], tmp_path: Path) -> None:
    train = tmp_path / "odd.csv"
    rows = [f'"{example.text}",{example.intent}' for example in EXAMPLES]
    odd = ["hello,greet", "closing time?,returns"]
    train.write_text("\ufeff" + "\r\n".join(["text,label", *rows, *odd]), encoding="utf-8")
    said = handraise("evaluate", *files, "--train", train, "--json", "-")
    assert json.loads(said.out)["intents"] == 4
    single, twice = sorted(said.err.splitlines(), key=lambda line: "same text" in line)
    assert f"{train}, line {len(rows) + 2}: the only example of greet" in single
    assert f"{train}, line {len(rows) + 3}: the same text is opening_hours" in twice


def test_no_more_notes_are_shown_than_anybody_reads(files: tuple[str, ...], tmp_path: Path) -> None:
    train = tmp_path / "many.csv"
    rows = [f'"{example.text}",{example.intent}' for example in EXAMPLES]
    train.write_text("\n".join(["text,intent", *rows * 10]), encoding="utf-8")
    said = handraise("evaluate", *files, "--train", train, "--json", tmp_path / "figures.json")
    assert len(said.err.splitlines()) == SHOWN + 1
    assert f"and {9 * len(rows) - SHOWN} more" in said.err


def test_one_intent_alone_makes_no_model(files: tuple[str, ...], tmp_path: Path) -> None:
    train = tmp_path / "one.csv"
    train.write_text("text,intent\nhello,greet\nhi,greet\n", encoding="utf-8")
    said = handraise("evaluate", *files, "--train", train)
    assert said.code == 1
    assert said.err.splitlines()[-1].startswith("handraise: 1 intents have examples")


@pytest.mark.parametrize(
    ("name", "kind"), [("curve.png", rb"\x89PNG\r\n"), ("curve.svg", rb"<\?xml [^<]*<!DOCTYPE svg ")]
)
def test_risk_against_coverage_is_drawn_where_a_plot_is_asked_for(
    files: tuple[str, ...], tmp_path: Path, name: str, kind: bytes
) -> None:
    said = handraise("evaluate", *files, "--plot", tmp_path / name, "--json", "-")
    assert said.code == 0, said.err
    assert re.match(kind, (tmp_path / name).read_bytes())
    assert set(json.loads(said.out)) == set(FIGURES)


@pytest.mark.parametrize(
    ("option", "complaint"),
    [
        (("--plot", "curve.pdf"), "must end in .png or .svg"),
        (("--plot", "/nowhere/curve.png"), "there is no folder /nowhere"),
        (("--json", "/nowhere/figures.json"), "there is no folder /nowhere"),
        (("--json", "/etc"), "/etc cannot be written: it is a folder"),
        (("--json", "n" * 300), "cannot be written: File name too long"),
    ],
)
def test_what_cannot_be_written_is_said_before_anything_is_trained(
    files: tuple[str, ...], option: tuple[str, str], complaint: str
) -> None:
    # Would what is learned from be looked at, it would be refused, for it is not there.
    assert complaint in handraise("evaluate", *files, "--train", "nowhere.csv", *option).refusal


def test_a_picture_cannot_take_a_folders_place(files: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "curve.png").mkdir()
    assert (
        "curve.png cannot be written: it is a folder"
        in handraise("evaluate", *files, "--plot", tmp_path / "curve.png").refusal
    )


@pytest.mark.parametrize("name", ["curve.png", "curve.svg"])
def test_figures_are_not_lost_with_a_picture_for_which_no_room_is_left(
    files: tuple[str, ...], tmp_path: Path, name: str
) -> None:
    (tmp_path / name).symlink_to("/dev/full")
    said = handraise("evaluate", *files, "--plot", tmp_path / name, "--json", "-")
    assert set(json.loads(said.out)) == set(FIGURES)
    assert f"{name} cannot be written: No space left on device" in said.refusal


@pytest.mark.parametrize("seed", ["-1", "4294967296", "18446744073709551616"])
def test_a_seed_that_no_generator_takes_is_refused_by_the_call(files: tuple[str, ...], seed: str) -> None:
    said = handraise("evaluate", *files, "--seed", seed)
    assert said.code == 2
    assert "--seed" in said.err


def test_a_bar_never_runs_over_its_ends() -> None:
    assert bar(0.5) == "█" * 10 + "░" * 10
    assert bar(-0.2) == bar(0)
    assert bar(1.1) == bar(1)


def test_what_is_not_known_is_a_dash_without_a_bar() -> None:
    assert (percent(None), bar(None)) == ("–", "")


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    seeds = read_examples(Path(__file__).parents[2] / "bot" / "data").examples
    create_project(
        tmp_path / "shop", [seed for seed in seeds if seed.intent in ("store_hours", "refund_status", "jobs")]
    )
    return tmp_path / "shop"


@pytest.mark.parametrize("text", ["when do you open today", "🎉🎉", "wann öffnet ihr?", "is it open " * 500, "-1"])
def test_explain_gives_json_alone_whatever_is_asked(shop: Path, text: str) -> None:
    said = handraise("explain", "--project", shop, "--json", "-", "--", text)
    assert said.code == 0, said.err
    explained = json.loads(said.out)
    assert len(explained["ranking"]["guesses"]) == 3
    assert 0 <= explained["ranking"]["confidence"] <= 1
    assert explained["route"]["reason"]
    assert len(explained["nearest"]) == 5
    assert all(set(word) == {"word", "drop"} for word in explained["words"])


@pytest.mark.parametrize("text", ["", " \n "])
def test_nothing_cannot_be_explained(shop: Path, text: str) -> None:
    assert "there is nothing to explain" in handraise("explain", text, "--project", shop).refusal


def test_explain_in_a_folder_that_is_no_project_says_so(tmp_path: Path) -> None:
    assert "shopp has no config.yml" in handraise("explain", "hello", "--project", tmp_path / "shopp").refusal


def test_explain_shows_ranking_route_examples_and_words(shop: Path) -> None:
    said = handraise("explain", "when do you [open] today", "--project", shop)
    assert said.code == 0, said.err
    assert said.out.startswith("store_hours, ")
    assert "The bot answers." in said.out or "A person answers." in said.out
    for title in ("Ranking", "Nearest examples", "Words that mattered"):
        assert title in said.out
    assert "[open]" in said.out
