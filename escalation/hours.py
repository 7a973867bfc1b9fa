"""The section `hours` of desk.yml: when people are there. Pure; moments are UTC without a zone, as in our rows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from escalation.section import DeskConfigRefused, Section

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_SPAN = re.compile(r"(\d{1,2}):(\d{2})\s*[-–]\s*(\d{1,2}):(\d{2})")
_AHEAD = 400
"""Days that are looked through for an opening; beyond a year of holidays there is none."""


@dataclass(frozen=True)
class Hours:
    """Opening times by weekday, on the wall clock of one time zone; without any it is always open."""

    zone: str = "UTC"
    """An IANA name, such as Europe/Berlin. Days, such as the one of "labels today", begin by it too."""
    open: Mapping[str, tuple[tuple[time, time], ...]] = field(default_factory=dict)
    """Spans by day, `mon` to `sun`, in order; a span that ends at 00:00 ends with the day."""
    holidays: frozenset[date] = frozenset()

    @property
    def is_always_open(self) -> bool:
        return not self.open and not self.holidays

    def local(self, at: datetime) -> datetime:
        return at.replace(tzinfo=timezone.utc).astimezone(ZoneInfo(self.zone))

    def day_start(self, at: datetime) -> datetime:
        """When the day of this moment began in the zone."""
        return _utc(datetime.combine(self.local(at).date(), time(), ZoneInfo(self.zone)))

    def is_open(self, at: datetime) -> bool:
        return self.is_always_open or any(start <= at < end for start, end in self._spans(at, 1))

    def opens(self, at: datetime) -> datetime | None:
        """The first moment from this one on at which somebody is there; None where that is never."""
        if self.is_open(at):
            return at
        return next((start for start, _ in self._spans(at, _AHEAD) if start >= at), None)

    def closes(self, at: datetime) -> datetime | None:
        """The first moment from this one on at which nobody is there; None where there is always somebody."""
        if not self.is_open(at):
            return at
        if self.is_always_open:
            return None
        end = at
        for start, stop in self._spans(at, _AHEAD):
            if start <= end < stop:
                end = stop  # spans that touch are one
            elif start > end:
                return end
        return None if end == at else end

    def after(self, at: datetime, opened: timedelta) -> datetime | None:
        """The moment by which it has been open for so long since `at`; None where that never comes."""
        if self.is_always_open:
            return at + opened
        left = opened
        for start, end in self._spans(at, _AHEAD):
            begin = max(start, at)
            if end <= begin:
                continue
            if begin + left <= end:
                return begin + left
            left -= end - begin
        return None

    def _spans(self, at: datetime, days: int) -> Iterator[tuple[datetime, datetime]]:
        """Open spans in UTC, from the day before on."""
        zone, first = ZoneInfo(self.zone), self.local(at).date() - timedelta(days=1)
        for day in (first + timedelta(days=ahead) for ahead in range(days + 2)):
            for start, end in self._of_day(day):
                over = day + timedelta(days=1) if end == time() else day
                begin, stop = _utc(datetime.combine(day, start, zone)), _utc(datetime.combine(over, end, zone))
                if begin < stop:  # a clock that is put forward may leave nothing of a span
                    yield begin, stop

    def _of_day(self, day: date) -> tuple[tuple[time, time], ...]:
        if day in self.holidays:
            return ()
        return self.open.get(DAYS[day.weekday()], ()) if self.open else ((time(), time()),)


def read_hours(written: object) -> Hours:
    """Raises DeskConfigRefused."""
    section = Section("hours", written, ("zone", "open", "holidays"))
    return Hours(
        zone=_zone(section.text("zone", Hours.zone)),
        open=_week(section.named("open")),
        holidays=frozenset(section.dates("holidays")),
    )


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as unknown:
        raise DeskConfigRefused(f"hours.zone must be a time zone such as Europe/Berlin, and is {name!r}") from unknown
    return name


def _week(written: Mapping[str, object]) -> dict[str, tuple[tuple[time, time], ...]]:
    for day in written:
        if day not in DAYS:
            raise DeskConfigRefused(f"hours.open knows no day {day}; there are {', '.join(DAYS)}")
    return {day: _spans_of(day, spans) for day, spans in written.items()}


def _spans_of(day: str, written: object) -> tuple[tuple[time, time], ...]:
    """One or several spans, such as `09:00-12:30, 13:30-18:00`."""
    spans: list[tuple[time, time]] = []
    for one in str(written).split(","):
        found = _SPAN.fullmatch(one.strip())
        wanted = f"hours.open.{day} must be spans such as 09:00-12:30, 13:30-18:00, and is {written!r}"
        if not found:
            raise DeskConfigRefused(wanted)
        start, end = _clock(found[1], found[2], wanted), _clock(found[3], found[4], wanted)
        before = spans[-1][1] if spans else time()
        if (end <= start and end != time()) or start < before or (spans and before == time()):
            raise DeskConfigRefused(f"{wanted}: each must end after it begins, and they must be in order")
        spans.append((start, end))
    return tuple(spans)


def _clock(hour: str, minute: str, wanted: str) -> time:
    if (int(hour), int(minute)) == (24, 0):
        return time()
    try:
        return time(int(hour), int(minute))
    except ValueError as wrong:
        raise DeskConfigRefused(wanted) from wrong


def _utc(at: datetime) -> datetime:
    return at.astimezone(timezone.utc).replace(tzinfo=None)
