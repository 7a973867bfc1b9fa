"""Triggers and response URLs: what a person's click lets the app do, and for how long."""

from __future__ import annotations

import secrets
import time
from collections import OrderedDict
from dataclasses import dataclass

from escalation.practice.refusal import Refused

KEPT = 2_000
RESPONSE_SECONDS = 30 * 60
RESPONSE_USES = 5


@dataclass
class Trigger:
    """A click that a modal may follow. `view_id` is the modal it was clicked in."""

    user: str
    view_id: str | None
    expires: float
    exchanged: bool = False


@dataclass
class ResponseUrl:
    """Lets the app answer a click: five times, half an hour long."""

    user: str
    channel: str
    ts: str | None
    """The message that was clicked; none after a slash command."""
    thread_ts: str | None
    expires: float
    uses: int = 0


class Triggers:
    """Hands out triggers and response URLs, and takes them back once."""

    def __init__(self) -> None:
        self._triggers: OrderedDict[str, Trigger] = OrderedDict()
        self._urls: OrderedDict[str, ResponseUrl] = OrderedDict()

    def issue(self, user: str, seconds: float, view_id: str | None = None) -> str:
        name = f"{secrets.randbelow(10**13)}.{secrets.randbelow(10**11)}.{secrets.token_hex(16)}"
        self._triggers[name] = Trigger(user, view_id, time.monotonic() + seconds)
        _shrink(self._triggers)
        return name

    def exchange(self, name: str) -> Trigger:
        """Raises Refused with invalid_trigger_id, expired_trigger_id or exchanged_trigger_id."""
        trigger = self._triggers.get(name)
        if trigger is None:
            raise Refused("invalid_trigger_id")
        if trigger.exchanged:
            raise Refused("exchanged_trigger_id")
        if time.monotonic() > trigger.expires:
            raise Refused("expired_trigger_id")
        trigger.exchanged = True
        return trigger

    def issue_url(self, user: str, channel: str, ts: str | None, thread_ts: str | None) -> str:
        """The secret part of a response URL."""
        name = secrets.token_urlsafe(18)
        self._urls[name] = ResponseUrl(user, channel, ts, thread_ts, time.monotonic() + RESPONSE_SECONDS)
        _shrink(self._urls)
        return name

    def use_url(self, name: str) -> ResponseUrl:
        """Raises Refused(expired_url) or Refused(used_url)."""
        url = self._urls.get(name)
        if url is None or time.monotonic() > url.expires:
            raise Refused("expired_url")
        if url.uses >= RESPONSE_USES:
            raise Refused("used_url")
        url.uses += 1
        return url


def _shrink(kept: OrderedDict[str, Trigger] | OrderedDict[str, ResponseUrl]) -> None:
    while len(kept) > KEPT:
        kept.popitem(last=False)
