"""What a window is about. It travels with it, in Slack's `private_metadata`, and comes back with every press."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class About:
    """One turn of one case, and since when somebody looks at it."""

    case_id: int
    turn_id: int
    channel: str
    opened_at: float
    """Seconds since 1970."""
    suggestion_visible: bool
    looked_up: str = ""
    """An intent whose guideline was asked for."""
    shows_nearest: bool = False

    def to_metadata(self) -> str:
        return json.dumps(asdict(self))


def about_of(payload: Mapping[str, Any]) -> About | None:
    """From a payload that came out of one of our windows about a turn; None for every other."""
    metadata = (payload.get("view") or {}).get("private_metadata") or ""
    try:
        return About(**json.loads(metadata))
    except (ValueError, TypeError):
        return None
