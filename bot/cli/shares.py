"""Shares from 0 to 1 as people read them: in percent, and as a bar."""

from __future__ import annotations

WIDTH = 20


def percent(share: float | None) -> str:
    """A dash where there is none."""
    return "–" if share is None else f"{share:.1%}"


def bar(share: float | None) -> str:
    """Never runs over its ends; nothing where there is no share."""
    if share is None:
        return ""
    filled = round(min(1.0, max(0.0, share)) * WIDTH)
    return "█" * filled + "░" * (WIDTH - filled)
