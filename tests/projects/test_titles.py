"""What customers read on the buttons of a question, in their language."""

from __future__ import annotations

from pathlib import Path

import pytest

import bot
from labeling.guidelines import GuidelinesRefused, read_guidelines
from labeling.titles import Titles, read_translated

SHOP = Path(bot.__file__).parent / "guidelines.yml"


def test_the_demo_asks_about_every_wish_in_german_too() -> None:
    guidelines, translated = read_guidelines(SHOP), read_translated(SHOP)
    titles = Titles("en", (guidelines,), translated)
    assert titles.language_for("de-AT", list(guidelines)) == "de"
    assert {intent for intent, written in translated.items() if len(written["de"]) > 30} == set()
    assert titles.title("refund_status", "de") == "Wo bleibt mein Geld?"


def test_a_language_that_there_is_not_is_said_in_one_line(tmp_path: Path) -> None:
    file = tmp_path / "guidelines.yml"
    file.write_text("refund:\n  titles: {german: Geld}\n", encoding="utf-8")
    with pytest.raises(GuidelinesRefused) as refused:
        read_translated(file)
    assert str(refused.value) == f"{file}: the titles of refund know no language german; write its tag, such as de"
