"""Makes the moves that time makes due: their rows, what the customer hears, and whom the desk calls."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, update
from sqlmodel import Session, col, select

from escalation import handover
from escalation.destination import Destination, Routing, Subject
from escalation.due_move import DueMove, Move, Rules, WatchedCase, due_moves, look_again
from escalation.phrasebook import ENGLISH
from escalation.phrases import Phrases
from escalation.span import length, moment, span
from escalation.store.agent import away_among
from escalation.store.case import Case, CaseState, case_for_me_alone, cases_to_look_at
from escalation.store.conversation import conversation_by_id
from escalation.store.message import Message, Speaker
from escalation.store.move import MoveMade, moves_made
from escalation.store.outbox import Errand, enqueue
from escalation.wait import contacts_left, heard_in, tell_customer
from labeling.clock import now
from labeling.database import AWAY, Database
from labeling.store.turn import Turn, ranking_of

log = logging.getLogger(__name__)

LATER = timedelta(hours=6)
"""A case in which nothing is due is looked at this often nevertheless."""
ASIDE = timedelta(minutes=10)
"""How long a case is left alone in which something could not be done."""
BATCH = 100
REST_SECONDS = 0.005
"""After a move, so that others come to write between many of them: SQLite lets one write at a time, in no order."""


@dataclass(frozen=True)
class Occasion:
    """One move of one case at one moment."""

    session: Session
    case: Case
    now: datetime
    since: datetime
    """When began what the move is about."""
    destination: Destination


class Ticker:
    """Any number of them may work on one database: a case is one's own while it is looked at, and a row keeps a
    move from being made again."""

    def __init__(
        self, database: Database, rules: Rules, routing: Routing, clock: Callable[[], datetime] = now
    ) -> None:
        self._database = database
        self._rules = rules
        self._routing = routing
        self._clock = clock
        self._kinds: dict[Move, Callable[[Occasion], None]] = {
            Move.SAY_CLOSED: self._say_closed,
            Move.SAY_BUSY: self._say_busy,
            Move.SAY_NOBODY: self._say_nobody,
            Move.CONFIRM_CONTACT: self._confirm_contact,
            Move.NUDGE: self._nudge,
            Move.CALL_LEAD: self._call_lead,
            Move.ASK_INACTIVE: self._ask_inactive,
            Move.CLOSE_INACTIVE: self._close_inactive,
        }

    def begin(self) -> None:
        """The rules may have changed since a desk last looked: every unclosed case is looked at anew."""
        anew = update(Case).where(col(Case.state) != CaseState.CLOSED.value).values(look_at=self._clock())
        with self._database.transaction() as session:
            session.execute(_quietly(anew))

    def tick(self) -> bool:
        """Looks at some cases; False where nothing could be done.

        Looking only reads, and what is quiet is put off in one go: many cases must not keep others from writing.
        """
        at = self._clock()
        due: list[Case] = []
        quiet: list[tuple[Case, datetime | None]] = []
        with self._database.reading() as session:
            for case in cases_to_look_at(session, at, BATCH):
                with self._by_itself(case, at):
                    it = watched(session, case)
                    if due_moves(it, at, self._rules):
                        due.append(case)
                    else:
                        quiet.append((case, look_again(it, at, self._rules)))
        if quiet:
            self._put_off(quiet, at)
        made = []
        for case in due:
            made.append(self._settle(case, at))
            time.sleep(REST_SECONDS)
        return bool(quiet) or any(made)

    @contextmanager
    def _by_itself(self, case: Case, at: datetime) -> Iterator[None]:
        """What is wrong with one case holds no other up. That the database is away is no case's fault."""
        try:
            yield
        except AWAY:
            raise
        except Exception as error:  # noqa: BLE001 - the service's outermost edge: one odd case must not stop the rest
            what, minutes = type(error).__name__, int(ASIDE.total_seconds() / 60)
            log.error("case %s is put aside for %d minutes: what is due in it fails (%s)", case.id, minutes, what)
            self._put_off([(case, at + ASIDE)], at)

    def _put_off(self, quiet: Sequence[tuple[Case, datetime | None]], at: datetime) -> None:
        """What has changed meanwhile is looked at anew."""
        with self._database.transaction() as session:
            for case, again in quiet:
                unchanged = update(Case).where(col(Case.id) == case.id, col(Case.look_at) == case.look_at)
                session.execute(_quietly(unchanged.values(look_at=_by(again, at))))

    def _settle(self, seen: Case, at: datetime) -> bool:
        """False where another desk has the case, or it is put aside."""
        assert seen.id is not None
        with self._by_itself(seen, at), self._database.transaction() as session:
            case = case_for_me_alone(session, seen.id)
            if case is None:
                return False
            for due in due_moves(watched(session, case), at, self._rules):
                self._make(session, case, due, at)
            case.look_at = _by(look_again(watched(session, case), at, self._rules), at)
            return True
        return False

    def _make(self, session: Session, case: Case, due: DueMove, at: datetime) -> None:
        assert case.id is not None
        session.add(MoveMade(case_id=case.id, move=due.move.value, since=due.since, made_at=at))
        session.flush()
        destination = self._routing.destination_of(subject_of(session, case))
        self._kinds[due.move](Occasion(session, case, at, due.since, destination))

    # What the customer hears

    def _say_closed(self, occasion: Occasion) -> None:
        hours, phrases = self._rules.hours, self._phrases(occasion)
        opens = moment(hours.opens(occasion.now), occasion.now, hours, phrases)
        self._say_nobody_is_there(occasion, phrases.closed.format(opens=opens))

    def _say_busy(self, occasion: Occasion) -> None:
        tell_customer(occasion.session, occasion.case, self._phrases(occasion).busy)

    def _say_nobody(self, occasion: Occasion) -> None:
        self._say_nobody_is_there(occasion, self._phrases(occasion).nobody)

    def _confirm_contact(self, occasion: Occasion) -> None:
        contact = ", ".join(_unconfirmed(occasion))
        words = self._phrases(occasion).contact.format(contact=contact)
        tell_customer(occasion.session, occasion.case, words)

    def _say_nobody_is_there(self, occasion: Occasion, words: str) -> None:
        """A case that somebody has stays with them, whether they are there or not."""
        case = occasion.case
        if self._rules.waiting.bot_answers and case.state == CaseState.OPEN.value:
            case.bot_answers = True
            words = f"{words} {self._phrases(occasion).bot_again}"
        tell_customer(occasion.session, case, words)
        _enqueue(occasion, Errand.UPDATE_CARD)

    def _ask_inactive(self, occasion: Occasion) -> None:
        closes, phrases = self._rules.waiting.close_hours, self._phrases(occasion)
        words = phrases.inactive.format(hours=length(closes, phrases))
        tell_customer(occasion.session, occasion.case, words)
        hours = length(closes, ENGLISH)
        note = f"💤 The customer was asked whether they are still there. If not, this case closes itself in {hours}."
        _enqueue(occasion, Errand.NUDGE, note=note)

    def _close_inactive(self, occasion: Occasion) -> None:
        until = occasion.now + timedelta(days=self._rules.waiting.reopen_days)
        handover.close_inactive(occasion.session, occasion.case, self._phrases(occasion).goodbye, until)

    def _phrases(self, occasion: Occasion) -> Phrases:
        return heard_in(occasion.session, occasion.case, self._rules.phrases)

    # Whom the desk calls

    def _nudge(self, occasion: Occasion) -> None:
        case, waited = occasion.case, _waited(occasion)
        if case.state == CaseState.OPEN.value:
            self._call(
                occasion,
                Errand.CALL,
                f"⏰ Nobody has taken case {case.id} yet; the customer has been waiting for {waited}.",
            )
        elif _is_away(occasion, case.owner_id):
            note = f"⏰ {case.owner_name} is away, and the customer has been waiting for {waited}. Who takes over?"
            self._call(occasion, Errand.CALL, note)
        else:
            note = f"⏰ The customer has been waiting for your answer for {waited}."
            _enqueue(occasion, Errand.NUDGE, person_id=case.owner_id, note=note)

    def _call_lead(self, occasion: Occasion) -> None:
        case, waited = occasion.case, _waited(occasion)
        has = f"{case.owner_name or 'Nobody'} has case {case.id}"
        lead = occasion.destination.lead or self._rules.waiting.lead
        note = f"🔔 {has}, and the customer has been waiting for {waited}. Please see that somebody answers."
        if lead:
            _enqueue(occasion, Errand.CALL, person_id=lead, note=note)
        else:
            self._call(occasion, Errand.CALL, note)

    def _call(self, occasion: Occasion, errand: Errand, note: str) -> None:
        _enqueue(occasion, errand, person_id=" ".join(occasion.destination.call) or None, note=note)


def _quietly(statement: Any) -> Any:
    return statement.execution_options(synchronize_session=False)


def _by(again: datetime | None, at: datetime) -> datetime:
    return min(again or at + LATER, at + LATER)


def watched(session: Session, case: Case) -> WatchedCase:
    """The case as far as time has to do with it."""
    assert case.id is not None
    return WatchedCase(
        state=CaseState(case.state),
        tier=case.tier,
        asked_at=case.asked_at,
        active_at=case.asked_at or _active_at(session, case),
        answered=case.answered_at is not None,
        bot_answers=case.bot_answers,
        contact_at=max((left.at for left in contacts_left(session, case)), default=None),
        made=moves_made(session, case.id),
    )


def subject_of(session: Session, case: Case) -> Subject:
    """What routing looks at: the first guess about the turn that raised the hand, and who wrote it where."""
    conversation = conversation_by_id(session, case.conversation_id)
    turn = session.get(Turn, case.turn_id) if case.turn_id else None
    intent = ranking_of(turn).best if turn else None
    return Subject(intent, case.tier, conversation.language, conversation.channel)


def _active_at(session: Session, case: Case) -> datetime:
    spoken = [Speaker.CUSTOMER.value, Speaker.AGENT.value]
    newest = select(func.max(Message.created_at)).where(  # type: ignore[call-overload]  # sqlmodel: no aggregates
        Message.case_id == case.id, col(Message.speaker).in_(spoken)
    )
    return session.exec(newest).one() or case.opened_at


def _unconfirmed(occasion: Occasion) -> list[str]:
    """What the customer has left since they were last told that something was noted."""
    case = occasion.case
    made = moves_made(occasion.session, case.id or 0)
    before = [one.since for one in made if one.move is Move.CONFIRM_CONTACT and one.since < occasion.since]
    last = max(before, default=datetime.min)
    return [left.contact for left in contacts_left(occasion.session, case) if left.at > last]


def _waited(occasion: Occasion) -> str:
    return span(occasion.case.waits_since or occasion.case.opened_at, occasion.now)


def _is_away(occasion: Occasion, person_id: str | None) -> bool:
    return bool(person_id) and person_id in away_among(occasion.session, [person_id or ""])


def _enqueue(occasion: Occasion, errand: Errand, **more: object) -> None:
    assert occasion.case.id is not None
    enqueue(occasion.session, occasion.case.id, errand, **more)
