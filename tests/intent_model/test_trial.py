"""What `handraise evaluate` says of the files that it is given, before it trains anything."""

from __future__ import annotations

from pathlib import Path

import pytest

from labeling.examples import Example, ExamplesRefused
from labeling.intent_model import read_trial

TRAIN = """text,intent
when do you open,hours
are you open on sunday,hours
send it back,returns
I want to return this,returns
"""
TEST = "text,intent\nopening times,hours\nhow do I return it,returns\n"


@pytest.fixture
def train(tmp_path: Path) -> Path:
    return written(tmp_path / "train.csv", TRAIN)


@pytest.fixture
def test_file(tmp_path: Path) -> Path:
    return written(tmp_path / "test.csv", TEST)


def written(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def test_four_files_become_one_trial_without_a_remark(train: Path, test_file: Path, tmp_path: Path) -> None:
    strange = written(tmp_path / "oos.csv", "text\nsing me a song\n")
    silent = written(tmp_path / "unlabelled.csv", "id,text\n1,are you there\n2,\n3,open now?\n")

    trial = read_trial(train, test_file, strange, silent)

    assert len(trial.train) == 4
    assert trial.test == (Example("opening times", "hours"), Example("how do I return it", "returns"))
    assert trial.strange == ("sing me a song",)
    assert trial.unlabelled == ("are you there", "open now?")
    assert trial.notes == ()


def test_rasas_nlu_files_serve_in_both_places(test_file: Path, tmp_path: Path) -> None:
    nlu = "nlu:\n- intent: hours\n  examples: |\n    - opening times\n    - when [today](day)?\n"
    path = written(tmp_path / "nlu.yml", nlu)

    trial = read_trial(path, path)

    assert Example("when today?", "hours") in trial.train
    assert trial.train == trial.test


def test_an_intent_that_only_the_test_file_has_is_noted_once_with_its_line(train: Path, tmp_path: Path) -> None:
    test_file = written(tmp_path / "test.csv", TEST + "a kayak,rent\ntwo kayaks,rent\nhello,greet\n")

    assert read_trial(train, test_file).notes == (
        f"{test_file}, line 4: the training file has no rent; its messages count as wrong",
        f"{test_file}, line 6: the training file has no greet; its messages count as wrong",
    )


def test_an_intent_with_a_single_example_is_noted_with_its_line(test_file: Path, tmp_path: Path) -> None:
    train = written(tmp_path / "train.csv", TRAIN + "hello,greet\n")

    (note,) = read_trial(train, test_file).notes
    assert f"{train}, line 6: the only example of greet" in note


def test_a_text_under_two_intents_is_noted_in_either_file(tmp_path: Path) -> None:
    train = written(tmp_path / "train.csv", TRAIN + "send it back,hours\n")
    test_file = written(tmp_path / "test.csv", TEST + "opening times,returns\n")

    told, tested = read_trial(train, test_file).notes

    assert f"{train}, line 6: the same text is returns at {train}, line 4, and hours here" in told
    there = f"{test_file}, line 2"
    assert tested == f"{test_file}, line 4: the same text is hours at {there}; one of the two counts as wrong"


def test_many_notes_of_one_kind_hide_none_of_another(test_file: Path, tmp_path: Path) -> None:
    train = written(tmp_path / "train.csv", TRAIN + "send it back,returns\n" * 100 + "hello,greet\n")
    test_file = written(tmp_path / "test.csv", TEST + "".join(f"wish {n},lacking {n}\n" for n in range(100)))
    test_file.write_text(test_file.read_text() + "opening times,returns\nsend it back,returns\n")

    notes = "\n".join(read_trial(train, test_file).notes)

    for told in ("and 80 more", "the only example of greet", "has no lacking 0", "is hours at", "also trained on"):
        assert told in notes
    assert "lacking 50" not in notes


def test_messages_that_are_trained_on_and_tested_are_counted(train: Path, tmp_path: Path) -> None:
    test_file = written(tmp_path / "test.csv", TEST + "send it back,returns\nwhen do you open,hours\n")

    (note,) = read_trial(train, test_file).notes
    assert note.startswith(f"{test_file}, line 4: 2 test messages, this one first, are also trained on")


def test_what_is_out_of_scope_is_measured_and_never_learned(tmp_path: Path) -> None:
    train = written(tmp_path / "train.csv", TRAIN + "sing a song,out_of_scope\nwho won,out_of_scope\n")
    test_file = written(tmp_path / "test.csv", TEST + "who lost,out_of_scope\n")

    trial = read_trial(train, test_file)

    assert {one.intent for one in trial.train} == {"hours", "returns"}
    assert Example("who lost", "out_of_scope") in trial.test
    assert trial.notes == (f"{train}: 2 messages are out_of_scope, which is no intent; left out",)


@pytest.mark.parametrize("content", ["text,intent\nwhere is it,status\nhm,\n", "text,intent\nhm,status\n,status\n"])
def test_a_test_row_that_lacks_a_half_is_refused_with_its_line(train: Path, tmp_path: Path, content: str) -> None:
    with pytest.raises(ExamplesRefused, match=r"line 3: has no (text|intent)"):
        read_trial(train, written(tmp_path / "test.csv", content))


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("message\nhello\n", "line 1: needs the column text; found: message"),
        ("text\n", "holds no messages"),
        ("", "is empty"),
        ("text\ncaf\xe9\n".encode("latin-1"), "line 2: is not UTF-8"),
    ],
)
@pytest.mark.parametrize("place", ["oos", "unlabelled"])
def test_messages_without_intents_that_cannot_be_used_are_refused(
    train: Path, test_file: Path, tmp_path: Path, place: str, content: str | bytes, complaint: str
) -> None:
    path = written(tmp_path / "bare.csv", content)

    with pytest.raises(ExamplesRefused, match=complaint) as refusal:
        read_trial(train, test_file, **{f"{place}_file": path})

    assert str(path) in str(refusal.value)
