from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from rasa.shared.nlu.training_data.entities_parser import replace_entities

from labeling.examples import Example, ExamplesRefused, read_examples
from labeling.examples.nlu import plain

NLU = """\
version: "3.1"
nlu:
- intent: order_status
  examples: |
    - where is [LF-48144](order_number)
    - is [the blue one]{"entity": "item", "value": "LF-1"} on its way
    - has [it](order_number:LF-2) left [yet]

- intent: chitchat/joke
  examples:
  - text: |
      tell me a joke
    metadata: {}
  - text: make me laugh
- synonym: tent
  examples: |
    - tipi
- regex: order_number
  examples: |
    - LF-\\d+
"""


def written(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def problems(path: Path) -> str:
    with pytest.raises(ExamplesRefused) as refusal:
        read_examples(path)
    return str(refusal.value)


def test_rasas_nlu_file_is_read_without_the_marks_around_entities(tmp_path: Path) -> None:
    read = read_examples(written(tmp_path, "nlu.yml", NLU))

    assert read.examples == (
        Example("where is LF-48144", "order_status"),
        Example("is the blue one on its way", "order_status"),
        Example("has it left [yet]", "order_status"),
        Example("tell me a joke", "chitchat"),
        Example("make me laugh", "chitchat"),
    )
    assert read.notes == ()


def test_a_folder_is_read_with_its_folders_and_without_its_stories(tmp_path: Path) -> None:
    written(tmp_path, "nlu/a.yml", NLU)
    written(tmp_path, "nlu/deep/b.yaml", "nlu:\n- intent: thank\n  examples: |\n    - ta\n    - cheers\n")
    written(tmp_path, "rules.yml", "rules:\n- rule: nlu is not said here\n  steps: []\n")
    written(tmp_path, "readme.md", "- not an example")

    assert {one.intent for one in read_examples(tmp_path).examples} == {"order_status", "chitchat", "thank"}


@pytest.mark.parametrize(
    "text",
    [
        'from [Paris][{"entity": "city"}, {"entity": "town", "role": "from"}] please',
        '[it][{"entity": "a"}] and [that](b) and [those]{"entity": "c"}[yet]',
        "is [LF-1](order_number)[yet] sent",
        "[a [b](c)",
        "press [ctrl][c]",
        "see [this](:) or [that](x:) or [them]()",
        "[]{} [a]{} [b][]",
    ],
)
def test_what_rasa_takes_for_a_mark_and_nothing_else_is_taken_off(text: str) -> None:
    assert plain(text) == replace_entities(text).strip()


def test_a_folder_of_tables_is_read(tmp_path: Path) -> None:
    written(tmp_path, "a.csv", "text,intent\nhello,greet\nhi,greet\n")
    written(tmp_path, "deep/b.tsv", "text\tintent\nbye\tleave\n")
    written(tmp_path, "readme.md", "not an example")

    assert {one.text for one in read_examples(tmp_path).examples} == {"hello", "hi", "bye"}


def test_a_table_beside_rasas_files_is_no_training_data(tmp_path: Path) -> None:
    written(tmp_path, "nlu.yml", NLU)
    written(tmp_path, "frozen.csv", "text,intent\nwhere is it,order_status\n")

    assert Example("where is it", "order_status") not in read_examples(tmp_path).examples


@pytest.fixture
def closed() -> Iterator[Path]:
    """A folder that may not be looked into, not even by root, who becomes nobody meanwhile."""
    me = os.geteuid()
    with tempfile.TemporaryDirectory() as place:
        Path(place).chmod(0o711)
        folder = written(Path(place), "closed/a.csv", "text,intent\nhello,greet\n").parent
        folder.chmod(0)
        if me == 0:
            os.seteuid(65534)
        yield folder
        os.seteuid(me)
        folder.chmod(0o700)


@pytest.mark.parametrize("within", [".", "a.csv"])
def test_what_may_not_be_read_is_not_said_to_be_missing(closed: Path, within: str) -> None:
    assert "cannot be read (Permission denied)" in problems(closed / within)


@pytest.mark.parametrize("column", ["intent", "category", "label", "Intent", " Label "])
def test_a_table_may_call_its_intents_by_three_names(tmp_path: Path, column: str) -> None:
    path = written(tmp_path, "a.csv", f"id,Text,{column}\n1,hello,greet\n2,hi,greet\n")

    assert read_examples(path).examples == (Example("hello", "greet"), Example("hi", "greet"))


def test_a_table_from_a_spreadsheet_is_read(tmp_path: Path) -> None:
    path = written(tmp_path, "a.csv", b'\xef\xbb\xbftext;intent\r\n"hello;\r\nyou";greet\r\n\r\nhi;greet\r\n')

    assert [one.text for one in read_examples(path).examples] == ["hello;\r\nyou", "hi"]


def test_a_text_that_stands_twice_is_kept_once_and_noted_with_its_line(tmp_path: Path) -> None:
    path = written(tmp_path, "a.csv", "text,intent\nhello,greet\nhi,greet\nhello,greet\n")

    read = read_examples(path)

    assert len(read.examples) == 2
    assert read.notes == (f"{path}, line 4: the same text as {path}, line 2; left out",)


def test_a_text_under_two_intents_is_noted_with_both_places(tmp_path: Path) -> None:
    path = written(tmp_path, "a.csv", "text,intent\nbye,leave\nhello,greet\nhello,leave\nhi,greet\n")

    read = read_examples(path)

    assert Example("hello", "greet") in read.examples
    assert len(read.examples) == 3
    assert f"line 4: the same text is greet at {path}, line 3, and leave here; greet stands" in read.notes[0]


def test_a_row_without_text_is_left_out_and_noted(tmp_path: Path) -> None:
    path = written(tmp_path, "a.csv", 'text,intent\n"  ",greet\nhello,greet\nhi,greet\n')

    read = read_examples(path)

    assert len(read.examples) == 2
    assert read.notes == (f"{path}, line 2: has no text; left out",)


def test_an_intent_with_a_single_example_is_noted_with_its_line(tmp_path: Path) -> None:
    path = written(tmp_path, "a.csv", "text,intent\nhello,greet\nhi,greet\nbye,leave\n")

    assert read_examples(path).notes == (
        f"{path}, line 4: the only example of leave; it is learned, but nothing can say how well",
    )


def test_every_row_without_an_intent_is_listed(tmp_path: Path) -> None:
    path = written(tmp_path, "a.csv", 'text,intent\nhello,\n"two\nlines",greet\nhi,  \nhey\n')

    said = problems(path)

    assert [line.split(": ")[0] for line in said.splitlines()] == [f"{path}, line {n}" for n in (2, 5, 6)]


def test_no_more_problems_are_shown_than_anybody_reads(tmp_path: Path) -> None:
    path = written(tmp_path, "a.csv", "text,intent\n" + "hello,\n" * 100)

    assert "and 81 more" in problems(path)


def test_an_empty_intent_in_rasas_file_is_named_with_its_lines(tmp_path: Path) -> None:
    path = written(tmp_path, "nlu.yml", "nlu:\n- intent:\n  examples: |\n    - hello\n    - hi\n")

    assert "line 4: has no intent" in problems(path)


@pytest.mark.parametrize(
    ("name", "content", "complaint"),
    [
        ("a.csv", "message,intent\nhello,greet\n", "needs the columns text and intent .*found: message, intent"),
        ("a.csv", "text,wish\nhello,greet\n", "line 1: needs the columns"),
        ("a.csv", "", "is empty"),
        ("a.csv", "\ufeff\r\n \r\n", "is empty"),
        (
            "a.csv",
            "text,intent\nhello, you,greet\n",
            "line 2: has 3 fields, and the header 2; put the text in quotes",
        ),
        ("a.csv", 'text,intent\n"hello,greet\nhi,greet\n', "line 2: is not CSV .*is a quote left open"),
        ("a.csv", 'text,intent\nbye,leave\n"hello,greet\n"hi there",greet\n', "line 3: is not CSV .*quote left open"),
        ("a.csv", "text,intent,Intent\nhello,greet,leave\n", "line 1: has the column intent twice"),
        ("a.csv", "text,text,intent\nhello,hi,greet\n", "line 1: has the column text twice"),
        ("a.csv", "text,intent\n" + "x" * 1_100_000 + ",greet\n", "line 2: is not CSV .*larger than field limit"),
        ("a.csv", "text,intent\n", "holds no labelled messages"),
        ("a.csv", "text,intent\nhello,greet\ncaf\xe9,greet\n".encode("latin-1"), "line 3: is not UTF-8"),
        ("a.csv", "text,intent\nhello,greet\n".encode("utf-16"), "line 1: is not UTF-8"),
        ("a.csv", "text,intent\nhel\x00lo,greet\n", "line 2: is not CSV"),
        ("nlu.yml", "nlu:\n- intent: a\n  examples: |\n    - x\n - b\n", "line 5: is not YAML"),
        ("nlu.yml", "nlu: 3\n", "line 1: nlu must be a list"),
        ("nlu.yml", "nlu:\n- !!python/object/apply:os.system ['true']\n", "holds no labelled messages"),
        ("nlu.yml", "stories: []\n", "holds no labelled messages"),
        ("nlu.yml", "nlu:\n- \x07\n", "line 2: is not YAML"),
        ("nlu.yml", "nlu: " + "[" * 100_000, "is not Rasa NLU"),
        ("notes.txt", "hello", "must be a CSV file"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_with_its_line(
    tmp_path: Path, name: str, content: str | bytes, complaint: str
) -> None:
    path = written(tmp_path, name, content)

    with pytest.raises(ExamplesRefused, match=complaint) as refusal:
        read_examples(path)

    assert str(path) in str(refusal.value)


@pytest.mark.parametrize("name", ["nothing", "nothing.csv", "n" * 300 + ".csv"])
def test_a_path_that_is_not_there_is_refused(tmp_path: Path, name: str) -> None:
    assert "there is no such file or folder" in problems(tmp_path / name)


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    assert "holds no labelled messages" in problems(tmp_path)
