"""Sends the outbox: each errand is leased, done and settled, with no transaction open while Slack is asked."""

from __future__ import annotations

import http.client
import logging
import time
from datetime import timedelta

from slack_sdk.errors import SlackApiError, SlackClientError
from sqlmodel import Session

from escalation.slack.drain import Drain
from escalation.slack.errand import LEASE_SECONDS, Errands
from escalation.slack.failure import Later, Never, own_fault, unreachable, verdict_on
from escalation.store.outbox import Outgoing, due, postpone
from labeling.clock import now
from labeling.database import Database

log = logging.getLogger(__name__)


class Sender:
    """Does due errands, oldest first, in order within a case."""

    def __init__(self, database: Database, errands: Errands) -> None:
        self._database = database
        self._errands = errands
        self._silent_until: dict[str, float] = {}
        """By channel, on the monotonic clock: before then Slack wants to hear nothing for it."""
        self.drain = Drain("outbox", self.send_one, patience=LEASE_SECONDS)

    def send_one(self) -> bool:
        """Does the next due errand; False where none is due."""
        row = self._lease()
        if row is None:
            return False
        try:
            self._errands.do(row)
            self._settle(row)
        except SlackApiError as refused:
            self._failed(row, verdict_on(refused, row.attempts))
        except (OSError, http.client.HTTPException, SlackClientError):
            self._failed(row, unreachable(row.attempts))
        except Exception as error:  # noqa: BLE001 - the service's outermost edge: one bad errand must not stop the rest
            self._failed(row, own_fault(error, row.attempts))
        return True

    def _lease(self) -> Outgoing | None:
        with self._database.transaction() as session:
            for row in due(session):
                if not self._silent(session, row):
                    row.attempts += 1
                    row.not_before = now() + timedelta(seconds=LEASE_SECONDS)
                    return row
        return None

    def _silent(self, session: Session, row: Outgoing) -> bool:
        return time.monotonic() < self._silent_until.get(self._errands.channel_of(session, row), 0.0)

    def _settle(self, row: Outgoing) -> None:
        with self._database.transaction() as session:
            current = session.get(Outgoing, row.id)
            if current is not None:
                current.done_at, current.error = now(), None

    def _failed(self, row: Outgoing, verdict: Later | Never) -> None:
        with self._database.transaction() as session:
            if isinstance(verdict, Later) and verdict.whole_channel:
                self._silent_until[self._errands.channel_of(session, row)] = time.monotonic() + verdict.seconds
            current = session.get(Outgoing, row.id)
            if current is None:
                return
            known = current.error
            if isinstance(verdict, Later):
                postpone(current, verdict.seconds, verdict.why)
                current.attempts = row.attempts  # the lease has counted it already
            else:
                current.done_at, current.error = now(), verdict.why
        _report(row, verdict, known)


def _report(row: Outgoing, verdict: Later | Never, known: str | None) -> None:
    for_operator = isinstance(verdict, Never) or verdict.for_operator
    if verdict.why != known:
        level = logging.ERROR if for_operator else logging.WARNING
        log.log(level, "case %s, errand %s (%s): %s", row.case_id, row.id, row.errand, verdict.why)
