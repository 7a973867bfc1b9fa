"""Misbehaviour on purpose: what a test asks the workspace to do wrong the next times."""

from __future__ import annotations

from dataclasses import dataclass

from escalation.practice.refusal import Refused

DOWNLOAD = "download"
"""In place of a method: the fetching of a file."""
TRICKS = ("duplicate", "duplicate_new_id", "late", "hold", "lose")


@dataclass
class CallTrick:
    """The next `times` calls of `method` (`*` is every method) go wrong."""

    method: str
    times: int = 1
    status: int = 200
    error: str = ""
    retry_after: int = 1
    """Seconds, with status 429."""
    seconds: float = 0.0
    """Wait this long before answering."""
    performed: bool = False
    """Do what was asked, and answer wrongly all the same: the app cannot know."""


@dataclass
class DeliveryTrick:
    """The next `times` events are sent wrongly; `hold` sends one after the next one."""

    kind: str
    times: int = 1
    seconds: float = 1.0


class Misbehaviour:
    """Holds what was ordered, and gives each order out `times` times."""

    def __init__(self) -> None:
        self._calls: list[CallTrick] = []
        self._deliveries: list[DeliveryTrick] = []

    def order_call(self, trick: CallTrick) -> None:
        self._calls.append(trick)

    def order_delivery(self, trick: DeliveryTrick) -> None:
        if trick.kind not in TRICKS:
            raise Refused("invalid_arguments", [f"delivery must be one of {', '.join(TRICKS)}"])
        self._deliveries.append(trick)

    def behave(self) -> None:
        self._calls.clear()
        self._deliveries.clear()

    def next_call(self, method: str) -> CallTrick | None:
        for trick in self._calls:
            if trick.method in ("*", method) and trick.times > 0:
                trick.times -= 1
                self._calls = [left for left in self._calls if left.times > 0]
                return trick
        return None

    def next_delivery(self) -> DeliveryTrick | None:
        for trick in self._deliveries:
            if trick.times > 0:
                trick.times -= 1
                self._deliveries = [left for left in self._deliveries if left.times > 0]
                return trick
        return None
