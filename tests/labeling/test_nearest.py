"""Labelled messages that are like a turn's."""

from __future__ import annotations

from labeling.examples import Example
from labeling.nearest import OF_ONE_INTENT, Nearest, nearest_to
from labeling.store.turn import Turn
from labeling.text import text_key

MONEY, BACK, SKIS = (
    Example("when does my cash return", "refund_status"),
    Example("i want my money back", "refund_request"),
    Example("do you rent skis", "rent_gear"),
)
LABELLED = (MONEY, BACK, SKIS)


def turn(*noted: Example, text: str = "where is my money") -> Turn:
    return Turn(
        conversation_id=1,
        message_id=1,
        text=text,
        ranking={"guesses": [], "confidence": 0.0, "model_version": ""},
        confidence=0.0,
        model_version="",
        route="escalate",
        reason="",
        nearest=[text_key(one.text) for one in noted],
    )


def test_what_the_model_found_nearest_comes_first_in_its_order_whatever_the_words() -> None:
    assert nearest_to(turn(SKIS, MONEY), LABELLED) == Nearest(by_meaning=(SKIS, MONEY))


def test_what_is_no_longer_labelled_is_not_shown() -> None:
    assert nearest_to(turn(BACK, MONEY), (MONEY, SKIS)) == Nearest(by_meaning=(MONEY,))


def test_what_was_labelled_anew_is_shown_with_its_new_intent() -> None:
    again = Example(MONEY.text, "refund_request")
    assert nearest_to(turn(MONEY), (again, SKIS)) == Nearest(by_meaning=(again,))


def test_where_nothing_was_noted_or_all_of_it_is_gone_words_are_compared() -> None:
    for one in (turn(), turn(MONEY)):
        assert nearest_to(one, (BACK, SKIS)) == Nearest(by_words=(BACK,))


def test_an_intent_that_is_looked_up_shows_some_of_its_own_messages() -> None:
    more = tuple(Example(f"can i hire a tent {number}", "rent_gear") for number in range(5))
    found = nearest_to(turn(MONEY, BACK), (*LABELLED, *more), "rent_gear")
    assert found.by_meaning == (MONEY, BACK)
    assert [one.intent for one in found.by_words] == ["rent_gear"] * OF_ONE_INTENT
    assert nearest_to(turn(MONEY, SKIS), LABELLED, "rent_gear").by_words == ()
    assert nearest_to(turn(MONEY), LABELLED, "nobody_uses_it").by_words == ()


def test_a_turn_whose_text_is_gone_is_like_nothing() -> None:
    assert nearest_to(turn(text=""), LABELLED) == Nearest()
