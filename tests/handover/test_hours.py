"""When people are there: weekdays, breaks, holidays, and clocks that are put forward and back."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest

from escalation.hours import Hours, read_hours
from escalation.phrasebook import ENGLISH
from escalation.section import DeskConfigRefused
from escalation.span import moment

OFFICE = read_hours(
    {
        "zone": "Europe/Berlin",
        "open": dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), "09:00-12:30, 13:30-18:00"),
        "holidays": [date(2026, 12, 25), date(2027, 1, 1)],
    }
)
WEDNESDAY = datetime(2026, 11, 25)
"""Berlin is one hour ahead of UTC then."""


def test_without_any_hours_somebody_is_always_there() -> None:
    always = read_hours(None)
    assert always.is_open(WEDNESDAY)
    assert always.opens(WEDNESDAY) == WEDNESDAY
    assert always.closes(WEDNESDAY) is None
    assert always.after(WEDNESDAY, timedelta(hours=100)) == WEDNESDAY + timedelta(hours=100)


@pytest.mark.parametrize(
    ("hour", "minute", "is_open"),
    [(7, 59, False), (8, 0, True), (11, 29, True), (11, 30, False), (12, 30, True), (16, 59, True), (17, 0, False)],
)
def test_spans_and_breaks_are_those_of_the_zone(hour: int, minute: int, is_open: bool) -> None:
    assert OFFICE.is_open(WEDNESDAY.replace(hour=hour, minute=minute)) is is_open


def test_after_the_weekend_it_opens_on_monday() -> None:
    assert OFFICE.opens(datetime(2026, 11, 27, 18)) == datetime(2026, 11, 30, 8)
    assert OFFICE.closes(datetime(2026, 11, 27, 16)) == datetime(2026, 11, 27, 17)


def test_a_holiday_is_like_a_sunday() -> None:
    assert OFFICE.opens(datetime(2026, 12, 24, 18)) == datetime(2026, 12, 28, 8)


def test_only_open_time_counts() -> None:
    friday = datetime(2026, 11, 27, 16, 30)
    assert OFFICE.after(friday, timedelta(minutes=30)) == datetime(2026, 11, 27, 17)
    assert OFFICE.after(friday, timedelta(minutes=45)) == datetime(2026, 11, 30, 8, 15)
    assert OFFICE.after(WEDNESDAY.replace(hour=11), timedelta(hours=1)) == WEDNESDAY.replace(hour=13)


def test_the_clock_that_is_put_back_in_autumn_moves_the_opening_in_utc() -> None:
    assert OFFICE.opens(datetime(2026, 10, 23, 20)) == datetime(2026, 10, 26, 8)
    assert OFFICE.opens(datetime(2026, 10, 16, 20)) == datetime(2026, 10, 19, 7)


def test_a_span_that_the_spring_clock_swallows_is_none() -> None:
    night = Hours("Europe/Berlin", {"sun": ((time(2, 30), time(3, 0)),)})
    assert not night.is_open(datetime(2026, 3, 29, 1, 15))


def test_around_the_clock_with_a_holiday_closes_on_the_holiday_only() -> None:
    always = read_hours({"holidays": [date(2026, 12, 25)]})
    assert always.closes(datetime(2026, 12, 20)) == datetime(2026, 12, 25)
    assert always.opens(datetime(2026, 12, 25, 3)) == datetime(2026, 12, 26)


def test_a_shop_that_never_opens_says_so() -> None:
    shut = read_hours({"open": {"mon": "09:00-10:00"}, "holidays": []})
    assert Hours(open={"mon": ()}).opens(WEDNESDAY) is None
    assert Hours(open={"mon": ()}).after(WEDNESDAY, timedelta(minutes=1)) is None
    assert shut.opens(WEDNESDAY) == datetime(2026, 11, 30, 9)


def test_a_day_begins_at_midnight_of_the_zone() -> None:
    assert OFFICE.day_start(datetime(2026, 11, 25, 23, 30)) == datetime(2026, 11, 25, 23)


@pytest.mark.parametrize(
    ("at", "said"),
    [
        (datetime(2026, 11, 25, 12, 30), "today at 13:30 (CET)"),
        (datetime(2026, 11, 26, 8), "tomorrow at 09:00 (CET)"),
        (datetime(2026, 11, 30, 8), "on Monday at 09:00 (CET)"),
        (datetime(2026, 12, 28, 8), "on 28 December at 09:00 (CET)"),
        (None, "as soon as we can"),
    ],
)
def test_an_opening_is_said_by_the_clock_of_those_who_come(at: datetime | None, said: str) -> None:
    assert moment(at, WEDNESDAY.replace(hour=12), OFFICE, ENGLISH) == said


@pytest.mark.parametrize(
    ("written", "line"),
    [
        ({"zone": "Berlin"}, "hours.zone must be a time zone such as Europe/Berlin, and is 'Berlin'"),
        ({"open": {"monday": "09:00-17:00"}}, "hours.open knows no day monday; there are mon, tue"),
        (
            {"open": {"mon": "9 to 5"}},
            "hours.open.mon must be spans such as 09:00-12:30, 13:30-18:00, and is '9",
        ),
        ({"open": {"mon": "25:00-26:00"}}, "hours.open.mon must be spans"),
        ({"open": {"mon": "17:00-09:00"}}, "hours.open.mon must be spans"),
        ({"open": {"mon": "09:00-12:00, 11:00-13:00"}}, "hours.open.mon must be spans"),
        ({"holidays": ["Christmas"]}, "hours.holidays must be a list of dates such as 2026-12-25"),
        ({"closed": True}, "hours has no knob closed; there are zone, open, holidays"),
    ],
)
def test_wrong_hours_are_refused_in_one_line(written: object, line: str) -> None:
    with pytest.raises(DeskConfigRefused) as refused:
        read_hours(written)
    assert str(refused.value).startswith(line)
