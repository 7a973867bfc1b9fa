"""What a replay plays, and how it counts."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from bot.replay import Fate, draw, summarise
from labeling.examples import Row

ROWS = [Row(f"message {number}", "greet", Path("messages.csv"), number + 2) for number in range(50)]


def test_a_seed_fixes_which_messages_are_played_and_in_which_order() -> None:
    assert draw(ROWS, 10, seed=1) == draw(ROWS, 10, seed=1)
    assert draw(ROWS, 10, seed=1) != draw(ROWS, 10, seed=2)
    assert draw(ROWS, 10, seed=1) == draw(ROWS, 20, seed=1)[:10]


def test_without_a_limit_everything_is_played_once() -> None:
    drawn = draw(ROWS, None, seed=3)
    assert sorted(row.line for row in drawn) == [row.line for row in ROWS]
    assert len(draw(ROWS, 1000, seed=3)) == len(ROWS)


def test_the_shares_are_of_what_is_known() -> None:
    fates = [Fate(True, True), Fate(True, False), Fate(True, None), Fate(False, True), Fate(False, None)]
    fates.append(Fate(False, False, asked=True))
    summary = summarise(fates)
    assert (summary.messages, summary.answered, summary.asked, summary.escalated) == (6, 3, 1, 2)
    assert summary.answered_share == 3 / 6
    assert summary.answered_right_share == 1 / 2
    assert summary.first_guess_right_share == 2 / 4


def test_nothing_played_has_no_shares() -> None:
    summary = summarise([])
    assert summary.messages == 0
    assert summary.to_json()["answered_share"] is None
    assert summary.answered_right_share is None
    assert summarise([Fate(False, None)]).first_guess_right_share is None


FATES = st.sampled_from([(True, False), (False, True), (False, False)])


@given(st.lists(st.builds(lambda done, right: Fate(done[0], right, done[1]), FATES, st.none() | st.booleans())))
def test_every_message_is_answered_at_once_or_after_a_question_or_with_people(fates: list[Fate]) -> None:
    summary = summarise(fates)
    assert summary.answered + summary.asked + summary.escalated == summary.messages == len(fates)
    for share in (summary.answered_share, summary.answered_right_share, summary.first_guess_right_share):
        assert share is None or 0 <= share <= 1
