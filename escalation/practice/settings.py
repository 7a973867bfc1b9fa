"""The knobs of the practice workspace. Slack's own values are the defaults."""

from __future__ import annotations

from dataclasses import dataclass

from escalation.practice.workspace import SIGNING_SECRET


@dataclass
class Settings:
    """Times are in seconds. Changed while running by `POST /play/settings`."""

    ack_seconds: float = 3.0
    """How long an app may take to acknowledge."""
    trigger_seconds: float = 3.0
    """How long a trigger_id lives."""
    retry_delays: tuple[float, ...] = (0.5, 5.0, 20.0)
    """Waits before an unacknowledged event is sent again. Slack waits 0, 60 and 300 seconds."""
    rate_limit: bool = True
    request_url: str = ""
    """Where payloads are posted to in HTTP mode; empty means Socket Mode."""
    signing_secret: str = SIGNING_SECRET
