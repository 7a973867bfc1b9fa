"""Moves of one case at the same instant, on PostgreSQL, where transactions run side by side."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

import pytest
from sqlmodel import Session, select

from escalation import handover
from escalation.handover import CaseTaken, Outcome, Person
from escalation.store.case import Case, CaseState, case_by_id, case_for_me_alone
from escalation.store.conversation import conversation_of
from escalation.store.outbox import Errand, Outgoing
from labeling.clock import now
from labeling.database import Database
from tests.database.locked import until_one_waits
from tests.handover.test_handover import open_case

MINA, JONAS = Person("U1", "Mina"), Person("U2", "Jonas")
Move = Callable[[Session], object]


@pytest.fixture
def database(postgresql: Database) -> Database:
    return postgresql


@pytest.fixture
def case_id(database: Database) -> int:
    return open_case(database)


def while_another_is_under_way(database: Database, first: Move, second: Move) -> Future[object]:
    """`second` begins when `first` has done everything but commit."""

    def run() -> object:
        with database.transaction() as session:
            return second(session)

    with ThreadPoolExecutor(1) as pool:
        with database.transaction() as session:
            first(session)
            session.flush()
            later = pool.submit(run)
            until_one_waits(database)
        return later


@pytest.mark.parametrize("move", [handover.release, lambda *of: handover.close(*of, Outcome.ANSWERED)])
def test_whoever_was_taken_over_this_instant_can_neither_close_nor_release(
    database: Database, case_id: int, move: Callable[..., object]
) -> None:
    with database.transaction() as session:
        handover.claim(session, case_id, MINA)
    ended = while_another_is_under_way(
        database,
        lambda session: handover.take_over(session, case_id, JONAS),
        lambda session: move(session, case_id, MINA),
    )
    with pytest.raises(CaseTaken, match="Jonas"):
        ended.result()
    with database.reading() as session:
        case = case_by_id(session, case_id)
        assert (case.state, case.owner_name) == (CaseState.CLAIMED.value, "Jonas")


def test_a_case_that_closed_itself_opens_once_for_two_messages_at_once(database: Database, case_id: int) -> None:
    with database.transaction() as session:
        handover.close_inactive(session, case_by_id(session, case_id), "Bye.", now().replace(year=9999))

    def hear(name: str) -> Move:
        return lambda session: handover.hear(session, conversation_of(session, "webchat", "c1"), name, name)

    while_another_is_under_way(database, hear("I am back"), hear("are you there?")).result()
    with database.reading() as session:
        calls = session.exec(select(Outgoing).where(Outgoing.errand == Errand.CALL.value)).all()
        assert len(calls) == 1
        assert session.exec(select(Case.state)).all() == [CaseState.OPEN.value]


def test_the_clock_leaves_a_case_alone_while_its_customer_writes(database: Database, case_id: int) -> None:
    with database.transaction() as session, database.transaction() as clock:
        handover.hear(session, conversation_of(session, "webchat", "c1"), "wait", "m2")
        assert case_for_me_alone(clock, case_id) is None
    with database.transaction() as clock:
        assert case_for_me_alone(clock, case_id) is not None
