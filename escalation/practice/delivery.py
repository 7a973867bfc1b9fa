"""Tells the app what happened: over Socket Mode or HTTP, again if it is not acknowledged."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any, Protocol

from escalation.practice import events
from escalation.practice.misbehaviour import Misbehaviour
from escalation.practice.refusal import JSON
from escalation.practice.settings import Settings

log = logging.getLogger(__name__)
KEPT_DELIVERIES = 500


@dataclass(frozen=True)
class Attempt:
    """One sending of a payload. `kind` is events_api, interactive or slash_commands."""

    kind: str
    payload: JSON
    number: int = 0
    reason: str = ""


class NotAcknowledged(Exception):
    """The app did not answer in time, or answered with an error. `reason` is Slack's word for it."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Road(Protocol):
    """A way to the app."""

    @property
    def open(self) -> bool:
        """Whether anybody is there."""

    async def send(self, attempt: Attempt) -> JSON:
        """Waits for the acknowledgement and returns what it carries. Raises NotAcknowledged."""


class Delivery:
    """Chooses the road, retries events as Slack does, and misbehaves on request."""

    def __init__(self, settings: Settings, misbehaviour: Misbehaviour, socket: Road, http: Road) -> None:
        self._settings = settings
        self._misbehaviour = misbehaviour
        self._socket, self._http = socket, http
        self._tasks: set[asyncio.Task[None]] = set()
        self._held: JSON | None = None
        self.log: deque[JSON] = deque(maxlen=KEPT_DELIVERIES)
        """What was sent and what came of it, for tests."""

    @property
    def road(self) -> Road:
        return self._http if self._settings.request_url else self._socket

    def event(self, event: JSON) -> None:
        """Sends an event in the background."""
        trick = self._misbehaviour.next_delivery()
        wrapped = events.envelope(event)
        if trick is None:
            self._release(wrapped)
        elif trick.kind == "hold":
            self._held = wrapped
        elif trick.kind == "late":
            self._start(self._later(trick.seconds, wrapped))
        elif trick.kind != "lose":
            again = wrapped["event_id"] if trick.kind == "duplicate" else None
            self._release(wrapped)
            self._start(self._deliver(events.envelope(event, again)))

    def _release(self, wrapped: JSON) -> None:
        """Sends this one, and after it the one that was held back: out of order on purpose."""
        held, self._held = self._held, None
        self._start(self._deliver(wrapped))
        if held is not None:
            self._start(self._later(0.05, held))

    async def _later(self, seconds: float, wrapped: JSON) -> None:
        await asyncio.sleep(seconds)
        await self._deliver(wrapped)

    async def _deliver(self, wrapped: JSON) -> None:
        reason = ""
        for number in range(1 + len(self._settings.retry_delays)):
            if number:
                await asyncio.sleep(self._settings.retry_delays[number - 1])
            try:
                await self._send(Attempt("events_api", wrapped, number, reason))
                return
            except NotAcknowledged as problem:
                reason = problem.reason

    async def ask(self, kind: str, payload: JSON) -> JSON:
        """Sends what a person waits for: once, never again. Raises NotAcknowledged."""
        return await self._send(Attempt(kind, payload))

    async def _send(self, attempt: Attempt) -> JSON:
        entry = {
            "kind": attempt.kind,
            "payload": attempt.payload,
            "attempt": attempt.number,
            "outcome": "waiting",
        }
        self.log.append(entry)
        try:
            answer = await self.road.send(attempt)
        except NotAcknowledged as problem:
            entry["outcome"] = problem.reason
            raise
        except asyncio.CancelledError:
            entry["outcome"] = "forgotten"
            raise
        entry["outcome"] = "acknowledged"
        return answer

    def forget(self) -> None:
        """What was held back, is late or had to be sent again is never sent."""
        self._held = None
        for task in self._tasks:
            task.cancel()

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
