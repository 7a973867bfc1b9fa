"""Slack's rate limits: a bucket per method, and for posting one per channel."""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from dataclasses import dataclass

from escalation.practice.refusal import Refused

POST_BURST = 5
"""Messages a channel takes at once before the limit of one per second holds."""
PER_MINUTE = {1: 1, 2: 20, 3: 50, 4: 100}
TIERS = {
    "apps.connections.open": 1,
    "conversations.list": 2,
    "users.list": 2,
    "usergroups.list": 2,
    "reactions.remove": 2,
    "conversations.join": 3,
    "conversations.history": 3,
    "conversations.replies": 3,
    "conversations.open": 3,
    "conversations.info": 3,
    "reactions.add": 3,
    "reactions.get": 3,
    "chat.update": 3,
    "chat.delete": 3,
    "chat.postEphemeral": 4,
}
BURST = 20
"""What a method allows at once beyond its minute's pace."""
KEPT = 2_000


@dataclass
class Bucket:
    capacity: float
    per_second: float
    level: float
    at: float

    def take(self, now: float) -> int:
        """0 if there is room, else whole seconds to wait."""
        self.level = min(self.capacity, self.level + (now - self.at) * self.per_second)
        self.at = now
        if self.level < 1:
            return math.ceil((1 - self.level) / self.per_second)
        self.level -= 1
        return 0


class Limits:
    """Counts calls. Raises Refused(ratelimited) with the seconds to wait."""

    def __init__(self) -> None:
        self._buckets: OrderedDict[tuple[str, str], Bucket] = OrderedDict()

    def count(self, method: str, channel: str) -> None:
        if method == "chat.postMessage":
            self._take((method, channel), POST_BURST, 1.0)
        else:
            minute = PER_MINUTE[TIERS.get(method, 4)]
            self._take((method, ""), minute + BURST, minute / 60)

    def _take(self, key: tuple[str, str], capacity: float, per_second: float) -> None:
        now = time.monotonic()
        bucket = self._buckets.setdefault(key, Bucket(capacity, per_second, capacity, now))
        self._buckets.move_to_end(key)
        while len(self._buckets) > KEPT:
            self._buckets.popitem(last=False)
        wait = bucket.take(now)
        if wait:
            raise Refused("ratelimited", retry_after=wait)
