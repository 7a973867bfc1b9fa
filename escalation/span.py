"""How long something took, and when it will be, in words. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from escalation.hours import Hours
from escalation.phrases import Phrases


def span(start: datetime, end: datetime) -> str:
    """Such as `12 min`."""
    return duration(end - start)


def duration(took: timedelta) -> str:
    minutes = max(0, int(took.total_seconds() // 60))
    if minutes < 1:
        return "less than a minute"
    if minutes < 120:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 48 * 60 else f"{minutes // (24 * 60)} days"


def length(hours: float, phrases: Phrases) -> str:
    """Such as `4 hours`."""
    if hours < 1:
        return phrases.minutes.format(count=round(hours * 60))
    rounded = round(hours)
    if rounded >= 48 and rounded % 24 == 0:
        return phrases.days.format(count=rounded // 24)
    return phrases.one_hour if rounded == 1 else phrases.hours.format(count=rounded)


def moment(at: datetime | None, now: datetime, hours: Hours, phrases: Phrases) -> str:
    """Such as `tomorrow at 09:00 (CET)`, by the clock of the people who will be there."""
    if at is None:
        return phrases.soon
    there, here = hours.local(at), hours.local(now)
    clock = f"{there:%H:%M} ({there.tzname()})"
    days = (there.date() - here.date()).days
    if days == 0:
        return phrases.today.format(clock=clock)
    if days == 1:
        return phrases.tomorrow.format(clock=clock)
    if days < 7:
        return phrases.on_weekday.format(weekday=phrases.weekday(there.weekday()), clock=clock)
    return phrases.on_date.format(day=there.day, month=phrases.month(there.month), clock=clock)
