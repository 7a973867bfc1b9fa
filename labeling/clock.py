"""The one clock: UTC without a zone, because SQLite keeps none and both databases must compare alike."""

from __future__ import annotations

from datetime import datetime, timezone


def now() -> datetime:
    return datetime.now(timezone.utc).replace(tzinfo=None)
