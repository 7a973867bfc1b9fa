"""Guidelines as people write them, right and wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from labeling.guidelines import Guideline, GuidelinesRefused, read_guidelines


def written(folder: Path, text: str | bytes) -> Path:
    path = folder / "guidelines.yml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def test_a_missing_or_empty_file_holds_no_guidelines(tmp_path: Path) -> None:
    assert read_guidelines(tmp_path / "no.yml") == {}
    assert read_guidelines(written(tmp_path, "")) == {}


def test_what_is_left_out_is_empty_and_the_title_comes_from_the_name(tmp_path: Path) -> None:
    read = read_guidelines(written(tmp_path, "order_status:\n  definition: Where it is.\n"))
    assert read == {"order_status": Guideline("order_status", "Order status", "Where it is.")}


def test_a_counter_example_may_name_its_intent(tmp_path: Path) -> None:
    text = "a:\n  counter_example: {text: not this, intent: b}\nb:\n  counter_example: nor this\n"
    read = read_guidelines(written(tmp_path, text))
    assert [read[name].counter_example for name in ("a", "b")] == ["not this", "nor this"]


def test_an_intent_that_yaml_reads_as_a_number_is_a_word(tmp_path: Path) -> None:
    assert list(read_guidelines(written(tmp_path, "404:\n  title: Page missing\n"))) == ["404"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("greet: [a\nb: c", "is not readable YAML"),
        ("grüße: {title: Grüße}".encode("latin-1"), "is not readable YAML"),
        ("- greet\n- bye\n", "must map each intent"),
        ("greet: Hello\n", "greet needs a title and a definition"),
        ("greet:\n", "greet needs a title and a definition"),
    ],
)
def test_guidelines_that_cannot_be_read_are_refused_in_one_line(tmp_path: Path, text: str | bytes, said: str) -> None:
    with pytest.raises(GuidelinesRefused) as refused:
        read_guidelines(written(tmp_path, text))
    assert said in str(refused.value)
    assert "guidelines.yml" in str(refused.value)
    assert "\n" not in str(refused.value)
