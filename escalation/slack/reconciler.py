"""Reads the cases' threads in Slack after a time in which events may have been lost, and takes in what they hold."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from slack_sdk.errors import SlackApiError, SlackClientError
from sqlalchemy.exc import OperationalError

from escalation.desk_config import DeskConfig
from escalation.slack.arrival import Place
from escalation.slack.drain import Drain
from escalation.slack.event import Reply
from escalation.slack.failure import Later, unreachable, verdict_on
from escalation.slack.inbox import KINDS
from escalation.slack.missed import Desk, Missed, missed
from escalation.store.inbox import receive
from escalation.store.posted_card import cards_of, cases_with_cards
from escalation.store.remark import remarks_of
from labeling.clock import now
from labeling.database import Database

log = logging.getLogger(__name__)

ROUND_SECONDS = 3600.0
"""The threads are looked through this often in any case: over HTTP nobody tells us what did not reach us."""
REST_SECONDS = 1.5
"""Between two cases: Slack takes some fifty such calls a minute, and a crashed errand needs some of them."""
PAGE = 200
CLOSED_LATELY = timedelta(days=1)
"""Whoever wrote into the thread of a case that was closed so lately is still told that it was not sent."""
MOMENT = 10.0
"""Seconds that an event may be under way. An edited message that is younger is looked at again after them."""


class Reconciler:
    """One case at a time. Puts what was missed into the inbox, under the key that its event would have had."""

    def __init__(self, database: Database, place: Place, config: DeskConfig, wake: Callable[[], None]) -> None:
        self._database = database
        self._slack = place.slack
        self._desk = Desk(place.bot_user_id, config.relay.note_reactions)
        self._wake = wake
        self._stirred = threading.Event()
        self._cases: deque[int] = deque()
        self._next_round = time.monotonic() + ROUND_SECONDS
        self._not_before = 0.0
        self._attempts = 0
        self._found = 0
        self._told: set[str] = set()
        """Of this round, what the operator knows."""
        self.drain = Drain("reconciliation", self.work, patience=10)

    def stir(self) -> None:
        """Slack may have told something while nobody listened."""
        self._stirred.set()
        self.drain.wake()

    def work(self) -> bool:
        """Looks through one case's threads, where one is due. Never asks for another at once."""
        if time.monotonic() < self._not_before:
            return False
        if self._stirred.is_set() or time.monotonic() >= self._next_round:
            self._begin()
        if self._cases:
            self._look_through(self._cases[0])
        return False

    def _begin(self) -> None:
        """Behind what is left of the round before."""
        self._stirred.clear()
        with self._database.reading() as session:
            cases = cases_with_cards(session, now() - CLOSED_LATELY)
        self._cases = deque(dict.fromkeys([*self._cases, *cases]))
        self._next_round = time.monotonic() + ROUND_SECONDS
        self._told.clear()

    def _look_through(self, case_id: int) -> None:
        try:
            self._take_in(self._missed(case_id))
        except SlackApiError as refused:
            verdict = verdict_on(refused, self._attempts + 1)
            if isinstance(verdict, Later):
                self._wait(case_id, verdict)
                return
            log.warning("the thread of case %s cannot be read: %s", case_id, verdict.why)
        except (SlackClientError, OSError):
            self._wait(case_id, unreachable(self._attempts + 1))
            return
        except OperationalError:
            raise  # the database's fault, not the thread's
        except Exception as error:  # noqa: BLE001 - the service's outermost edge: one odd thread must not stop the rest
            log.error("the thread of case %s cannot be understood (%s)", case_id, type(error).__name__)
        self._go_on()

    def _missed(self, case_id: int) -> list[Missed]:
        with self._database.reading() as session:  # before Slack is asked: what is known by now must be there
            cards, remarks = cards_of(session, case_id), remarks_of(session, case_id)
        channel = cards[-1].slack_channel
        threads = {card.slack_ts: self._thread(channel, card.slack_ts) for card in cards}
        return missed(channel, threads, remarks, self._desk)

    def _thread(self, channel: str, ts: str) -> list[dict[str, Any]]:
        """Empty where nothing of it is left."""
        try:
            pages = self._slack.conversations_replies(channel=channel, ts=ts, limit=PAGE)
            return [message for page in pages for message in page.get("messages") or []]
        except SlackApiError as refused:
            if refused.response.get("error") == "thread_not_found":
                return []
            raise

    def _take_in(self, found: Sequence[Missed]) -> None:
        if not found:
            return
        a_moment_ago = f"{time.time() - MOMENT:.6f}"
        new = 0
        with self._database.transaction() as session:
            for event in found:
                if isinstance(event, Reply) and event.edited_ts > a_moment_ago:
                    self._next_round = time.monotonic() + MOMENT  # its first wording may be under way
                else:
                    new += receive(session, event.key, KINDS[type(event)], asdict(event))
        self._found += new
        if new:
            self._wake()

    def _wait(self, case_id: int, verdict: Later) -> None:
        if verdict.why not in self._told:
            self._told.add(verdict.why)
            log.warning("the thread of case %s is not read yet: %s", case_id, verdict.why)
        self._attempts += 1
        self._not_before = time.monotonic() + verdict.seconds
        if verdict.for_operator:  # it may concern one channel alone
            self._cases.rotate(-1)
            self._tell_found()

    def _go_on(self) -> None:
        self._cases.popleft()
        self._attempts = 0
        self._not_before = time.monotonic() + REST_SECONDS
        if not self._cases:
            self._tell_found()

    def _tell_found(self) -> None:
        if self._found:
            log.warning(
                "Slack's threads held %s replies, edits, deletions or notes that the desk had not been told of; they "
                "are taken in now. If this comes again and again, see that the desk runs and that Slack reaches it.",
                self._found,
            )
        self._found = 0
