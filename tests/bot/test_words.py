"""What may be in a customer's words, and what Rasa gets of them."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.words import LONGEST, WordsRefused, accept, clean, for_rasa
from escalation.phrasebook import ENGLISH


@given(st.text(max_size=200))
def test_rasa_never_sees_a_command(text: str) -> None:
    assert not for_rasa(text).strip().startswith("/")


@given(st.text(alphabet=st.characters(), max_size=200))
def test_what_is_stored_can_be_written_to_any_database_and_any_page(text: str) -> None:
    kept = clean(text)
    kept.encode("utf-8")
    assert not any(unicodedata.category(character) == "Cc" and character not in "\t\n" for character in kept)


@given(st.text(max_size=200))
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    assert clean(clean(text)) == clean(text)


def test_the_longest_message_is_taken_and_one_character_more_is_not() -> None:
    assert accept("a" * LONGEST)
    with pytest.raises(WordsRefused) as refused:
        accept("a" * (LONGEST + 1))
    assert refused.value.too_long
    assert "5000" in refused.value.sentence(ENGLISH)


@pytest.mark.parametrize(("text", "seen"), [("a\n b", "a b"), ("\u202e/x", "x"), (" / / hi/there", "hi/there")])
def test_rasa_gets_one_line(text: str, seen: str) -> None:
    assert for_rasa(text) == seen
