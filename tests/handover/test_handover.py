"""The moves of a hand-over, on a real database."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlmodel import select

from escalation import handover
from escalation.handover import CaseClosed, CaseTaken, Outcome, Person
from escalation.store.case import Case, unclosed_case
from escalation.store.conversation import conversation_of
from escalation.store.message import Message, Speaker, messages_after
from escalation.store.outbox import Errand, Outgoing, due
from labeling.database import Database

MINA, JONAS = Person("U1", "Mina"), Person("U2", "Jonas")


def open_case(database: Database) -> int:
    with database.transaction() as session:
        conversation = conversation_of(session, "webchat", "c1")
        handover.hear(session, conversation, "help", "m1")
        case = handover.open_case(session, conversation, "The customer asked for a person.")
    assert case.id is not None
    return case.id


def test_the_same_client_id_twice_is_one_message(either_database: Database) -> None:
    with either_database.transaction() as session:
        conversation = conversation_of(session, "webchat", "c1")
        first, new = handover.hear(session, conversation, "hello", "m1")
        again, repeated = handover.hear(session, conversation, "hello", "m1")
    assert (new, repeated) == (True, False)
    assert first.id == again.id


def test_messages_are_numbered_without_gaps_under_concurrent_writers(either_database: Database) -> None:
    with either_database.transaction() as session:
        conversation_of(session, "webchat", "c1")

    def write(index: int) -> None:
        with either_database.transaction() as session:
            handover.hear(session, conversation_of(session, "webchat", "c1"), str(index), f"m{index}")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(40)))
    with either_database.reading() as session:
        numbers = [message.number for message in messages_after(session, 1, 0)]
    assert numbers == list(range(1, 41))


def test_a_conversation_has_one_open_case_at_most(either_database: Database) -> None:
    first = open_case(either_database)
    with either_database.transaction() as session:
        again = handover.open_case(session, conversation_of(session, "webchat", "c1"), "Unsure.")
    assert again.id == first


def test_a_race_for_a_case_has_one_winner_and_the_loser_hears_who(either_database: Database) -> None:
    case_id = open_case(either_database)

    def claim(person: Person) -> str:
        try:
            with either_database.transaction() as session:
                handover.claim(session, case_id, person)
            return "won"
        except CaseTaken as taken:
            return taken.owner

    with ThreadPoolExecutor(2) as pool:
        results = sorted(pool.map(claim, [MINA, JONAS]))
    assert results in (["Jonas", "won"], ["Mina", "won"])


def test_a_failed_claim_leaves_nothing_behind(either_database: Database) -> None:
    case_id = open_case(either_database)
    with either_database.transaction() as session:
        handover.claim(session, case_id, MINA)
    with pytest.raises(CaseTaken, match="Mina has this case"):
        with either_database.transaction() as session:
            handover.claim(session, case_id, JONAS)
    with either_database.reading() as session:
        errands = [row.errand for row in session.exec(select(Outgoing))]
    assert errands == [Errand.POST_CARD, Errand.UPDATE_CARD]


def test_a_first_reply_claims_and_slacks_repetition_of_it_is_one_message(either_database: Database) -> None:
    case_id = open_case(either_database)
    for _ in range(2):
        with either_database.transaction() as session:
            handover.reply(session, case_id, MINA, "On it.", "17.1")
    with either_database.reading() as session:
        case = session.get(Case, case_id)
        said = [m.text for m in session.exec(select(Message)) if m.speaker == Speaker.AGENT]
    assert case is not None
    assert case.owner_name == "Mina"
    assert said == ["On it."]


def test_a_reply_to_a_colleagues_case_is_held(either_database: Database) -> None:
    case_id = open_case(either_database)
    with either_database.transaction() as session:
        handover.claim(session, case_id, MINA)
    with pytest.raises(CaseTaken), either_database.transaction() as session:
        handover.reply(session, case_id, JONAS, "Me too!", "17.2")


def test_a_closed_case_gives_the_conversation_back_and_takes_no_reply(either_database: Database) -> None:
    case_id = open_case(either_database)
    with either_database.transaction() as session:
        handover.close(session, case_id, MINA, Outcome.HANDED_BACK)
    with either_database.reading() as session:
        assert unclosed_case(session, 1) is None
    with pytest.raises(CaseClosed), either_database.transaction() as session:
        handover.reply(session, case_id, MINA, "One more thing", f"{time.time() + 60:.6f}")


def test_a_reply_that_slack_tells_of_after_its_author_closed_the_case_is_still_sent(
    either_database: Database,
) -> None:
    case_id = open_case(either_database)
    before = f"{time.time() - 1:.6f}"
    with either_database.transaction() as session:
        handover.claim(session, case_id, MINA)
        handover.close(session, case_id, MINA, Outcome.ANSWERED)
    with either_database.transaction() as session:
        assert handover.reply(session, case_id, MINA, "Done, enjoy.", before).text == "Done, enjoy."
    with pytest.raises(CaseClosed), either_database.transaction() as session:
        handover.reply(session, case_id, JONAS, "Me too", before)


def test_a_released_case_can_be_claimed_by_a_colleague(either_database: Database) -> None:
    case_id = open_case(either_database)
    with either_database.transaction() as session:
        handover.claim(session, case_id, MINA)
        handover.release(session, case_id, MINA)
        assert handover.claim(session, case_id, JONAS).owner_name == "Jonas"


def test_errands_of_one_case_are_due_one_after_the_other(either_database: Database) -> None:
    case_id = open_case(either_database)
    with either_database.transaction() as session:
        handover.claim(session, case_id, MINA)
        first = due(session)
        assert [row.errand for row in first] == [Errand.POST_CARD]
        first[0].done_at = first[0].created_at
        session.flush()
        assert [row.errand for row in due(session)] == [Errand.UPDATE_CARD]
