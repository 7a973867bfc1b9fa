"""How long something took, and when it will be, in words. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from escalation.hours import Hours


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


def length(hours: float) -> str:
    """Such as `4 hours`."""
    if hours < 1:
        return f"{round(hours * 60)} minutes"
    rounded = round(hours)
    if rounded >= 48 and rounded % 24 == 0:
        return f"{rounded // 24} days"
    return "an hour" if rounded == 1 else f"{rounded} hours"


def moment(at: datetime | None, now: datetime, hours: Hours) -> str:
    """Such as `tomorrow at 09:00 (CET)`, by the clock of the people who will be there."""
    if at is None:
        return "as soon as we can"
    there, here = hours.local(at), hours.local(now)
    clock = f"{there:%H:%M} ({there.tzname()})"
    days = (there.date() - here.date()).days
    if days == 0:
        return f"today at {clock}"
    if days == 1:
        return f"tomorrow at {clock}"
    if days < 7:
        return f"on {there:%A} at {clock}"
    return f"on {there.day} {there:%B} at {clock}"
