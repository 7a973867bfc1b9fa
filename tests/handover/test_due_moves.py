"""What time makes due: a case, a moment and the rules in, moves out."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest

from escalation.due_move import DueMove, Move, Rules, WatchedCase, due_moves, look_again
from escalation.hours import Hours
from escalation.store.case import CaseState
from escalation.waiting import Target, Waiting

WORKDAY = ((time(9), time(12, 30)), (time(13, 30), time(18)))
BERLIN = Hours(
    zone="Europe/Berlin",
    open=dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), WORKDAY),
    holidays=frozenset({date(2026, 12, 25)}),
)
WAITING = Waiting(
    first_minutes=10,
    next_minutes=20,
    tiers={"critical": Target(2, 5)},
    lead_minutes=10,
    busy_minutes=5,
    nobody_minutes=60,
    inactive_hours=24,
    close_hours=4,
)
RULES = Rules(Hours(), WAITING)
IN_BERLIN = Rules(BERLIN, WAITING)
NOON = datetime(2026, 11, 25, 12, 0)


def case(asked_at: datetime | None = NOON, **more: object) -> WatchedCase:
    plain = WatchedCase(
        state=CaseState.OPEN,
        tier="routine",
        asked_at=asked_at,
        active_at=asked_at or NOON,
        answered=False,
        bot_answers=False,
        contact_at=None,
        made={},
    )
    return replace(plain, **more)  # type: ignore[arg-type]


def after(minutes: float, watched: WatchedCase, rules: Rules = RULES) -> list[Move]:
    return [due.move for due in due_moves(watched, NOON + timedelta(minutes=minutes), rules)]


def made(*moves: Move, since: datetime = NOON) -> dict[DueMove, datetime]:
    return {DueMove(move, since): since for move in moves}


def test_a_fresh_case_has_nothing_due() -> None:
    assert after(1, case()) == []


def test_an_open_case_is_nudged_about_and_then_the_lead_is_called() -> None:
    assert after(10, case(made=made(Move.SAY_BUSY))) == [Move.NUDGE]
    assert after(20, case(made=made(Move.SAY_BUSY, Move.NUDGE))) == [Move.CALL_LEAD]
    assert after(30, case(made=made(Move.SAY_BUSY, Move.NUDGE, Move.CALL_LEAD))) == []


def test_each_tier_has_a_target_of_its_own() -> None:
    assert after(2, case(tier="critical")) == [Move.NUDGE]
    assert after(2, case(tier=None)) == []


def test_later_answers_have_a_target_of_their_own() -> None:
    claimed = case(state=CaseState.CLAIMED, answered=True)
    assert after(15, claimed) == []
    assert after(20, claimed) == [Move.NUDGE]


def test_the_customer_hears_that_they_are_not_forgotten_and_then_that_nobody_came() -> None:
    assert after(5, case()) == [Move.SAY_BUSY]
    told = case(made=made(Move.SAY_BUSY, Move.NUDGE, Move.CALL_LEAD))
    assert after(60, told) == [Move.SAY_NOBODY]


def test_after_a_long_pause_of_the_desk_nobody_is_told_the_same_thing_twice_in_one_breath() -> None:
    assert after(300, case()) == [Move.CALL_LEAD, Move.SAY_NOBODY]
    assert after(301, case(made=made(Move.CALL_LEAD, Move.SAY_NOBODY))) == []


def test_what_was_made_about_an_earlier_wait_is_made_again_about_this_one() -> None:
    earlier = made(Move.SAY_BUSY, Move.NUDGE, since=NOON - timedelta(hours=3))
    assert after(10, case(made=earlier)) == [Move.NUDGE, Move.SAY_BUSY]


def test_a_customer_with_whom_the_bot_talks_again_is_not_told_that_people_are_busy_but_agents_are_nudged() -> None:
    assert after(60, case(bot_answers=True)) == [Move.CALL_LEAD]


def test_who_was_asked_how_they_can_be_reached_hears_that_it_was_noted() -> None:
    assert after(1, case(contact_at=NOON)) == []
    asked = case(contact_at=NOON, made=made(Move.SAY_BUSY))
    assert after(6, asked) == [Move.CONFIRM_CONTACT]
    assert after(6, replace(asked, made=made(Move.SAY_BUSY, Move.CONFIRM_CONTACT))) == []


def test_who_leaves_another_way_to_reach_them_hears_that_it_was_noted_too() -> None:
    again = case(contact_at=NOON + timedelta(minutes=3), made=made(Move.SAY_BUSY, Move.CONFIRM_CONTACT))
    assert after(2, again) == []
    assert after(3, again) == [Move.CONFIRM_CONTACT]


def test_an_answered_customer_is_asked_whether_they_are_there_and_then_the_case_closes() -> None:
    quiet = case(None, state=CaseState.CLAIMED, answered=True)
    assert after(23 * 60, quiet) == []
    assert after(24 * 60, quiet) == [Move.ASK_INACTIVE]
    asked = replace(quiet, made={DueMove(Move.ASK_INACTIVE, NOON): NOON + timedelta(hours=30)})
    assert after(33 * 60, asked) == []
    assert after(34 * 60, asked) == [Move.CLOSE_INACTIVE]


def test_a_waiting_customer_never_makes_a_case_inactive() -> None:
    everything = made(*Move)
    assert after(10_000, case(state=CaseState.CLAIMED, made=everything)) == []


def test_nothing_is_ever_due_in_a_closed_case() -> None:
    assert after(10_000, case(state=CaseState.CLOSED)) == []


def test_zero_switches_off() -> None:
    rules = Rules(Hours(), replace(WAITING, busy_minutes=0, nobody_minutes=0, inactive_hours=0))
    assert after(10_000, case(), rules) == [Move.CALL_LEAD]
    assert after(10_000, case(None, answered=True), rules) == []


# Hours. In November Berlin is one hour ahead of UTC.

FRIDAY_EVENING = datetime(2026, 11, 27, 19, 0)
MONDAY_OPENS = datetime(2026, 11, 30, 8, 0)


def test_out_of_hours_the_customer_hears_at_once_and_agents_are_left_in_peace() -> None:
    assert [due.move for due in due_moves(case(FRIDAY_EVENING), FRIDAY_EVENING, IN_BERLIN)] == [Move.SAY_CLOSED]
    told = case(FRIDAY_EVENING, made=made(Move.SAY_CLOSED, since=FRIDAY_EVENING))
    assert due_moves(told, MONDAY_OPENS - timedelta(minutes=1), IN_BERLIN) == ()


def test_targets_count_from_the_opening() -> None:
    told = case(FRIDAY_EVENING, bot_answers=True, made=made(Move.SAY_CLOSED, since=FRIDAY_EVENING))
    assert due_moves(told, MONDAY_OPENS + timedelta(minutes=9), IN_BERLIN) == ()
    (due,) = due_moves(told, MONDAY_OPENS + timedelta(minutes=10), IN_BERLIN)
    assert due.move is Move.NUDGE


def test_a_case_that_nobody_has_taken_by_closing_time_is_told_so() -> None:
    late = datetime(2026, 11, 25, 16, 58)
    assert due_moves(case(late), late + timedelta(minutes=1), IN_BERLIN) == ()
    (due,) = due_moves(case(late), late + timedelta(minutes=2), IN_BERLIN)
    assert due.move is Move.SAY_CLOSED


def test_an_owner_who_works_late_is_given_the_time_of_their_target() -> None:
    claimed = case(FRIDAY_EVENING, state=CaseState.CLAIMED, answered=True)
    assert due_moves(claimed, FRIDAY_EVENING + timedelta(minutes=19), IN_BERLIN) == ()
    (due,) = due_moves(claimed, FRIDAY_EVENING + timedelta(minutes=20), IN_BERLIN)
    assert due.move is Move.SAY_CLOSED


def test_a_desk_that_was_down_all_night_does_not_say_in_the_morning_that_nobody_is_there() -> None:
    moves = due_moves(case(FRIDAY_EVENING), MONDAY_OPENS + timedelta(minutes=1), IN_BERLIN)
    assert Move.SAY_CLOSED not in [due.move for due in moves]


def test_a_quiet_customer_is_not_asked_at_night() -> None:
    quiet = case(None, active_at=datetime(2026, 11, 26, 2, 0), answered=True)
    assert due_moves(quiet, datetime(2026, 11, 27, 3, 0), IN_BERLIN) == ()
    (due,) = due_moves(quiet, datetime(2026, 11, 27, 8, 0), IN_BERLIN)
    assert due.move is Move.ASK_INACTIVE


def test_the_desk_looks_again_exactly_when_something_falls_due() -> None:
    assert look_again(case(), NOON, RULES) == NOON + timedelta(minutes=5)
    done = case(made=made(*Move))
    assert look_again(done, NOON, RULES) is None


@pytest.mark.parametrize("rules", [RULES, IN_BERLIN])
@pytest.mark.parametrize("state", [CaseState.OPEN, CaseState.CLAIMED])
def test_looking_only_when_told_to_misses_nothing(rules: Rules, state: CaseState) -> None:
    """Walks through four days by `look_again`, and minute by minute: the same moves at the same minutes."""

    def walk(step: bool) -> list[tuple[datetime, Move]]:
        watched, at, found = case(datetime(2026, 11, 27, 16, 30), state=state), datetime(2026, 11, 27, 16, 30), []
        while at < datetime(2026, 12, 1):
            for due in due_moves(watched, at, rules):
                found.append((at, due.move))
                watched = replace(watched, made={**watched.made, due: at})
            again = at + timedelta(minutes=1) if step else look_again(watched, at, rules)
            if again is None:
                break
            at = again
        return found

    assert walk(step=False) == walk(step=True)
