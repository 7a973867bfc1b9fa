"""While nobody is there the bot answers, and the case waits: what the gate reads and settles then."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import Session, select

from bot.hearing import Words, hear
from bot.recorder import Said
from bot.settling import Outcome, settle
from bot.waiting import Waiting, next_waiting
from bot.webchat.shape import read_news
from escalation import handover
from escalation.store.case import Case, case_by_id
from escalation.store.conversation import conversation_of
from escalation.store.message import Message
from escalation.store.outbox import Errand, Outgoing
from labeling.database import Database

ROUTING = {"ranking": {"guesses": [], "confidence": 0.0, "model_version": "m1"}, "route": "answer", "reason": "Sure."}
ANSWERED = Outcome({**ROUTING, "tier": None, "audit": False}, (Said("It comes tomorrow."),))


@pytest.fixture
def case_id(database: Database) -> int:
    """A case that nobody has come for."""
    with database.transaction() as session:
        conversation = conversation_of(session, "webchat", "c1")
        handover.hear(session, conversation, "help", None)[0].handled_at = conversation.created_at
        case = handover.open_case(session, conversation, "Unsure.")
        case.bot_answers = True
    assert case.id is not None
    return case.id


def say(database: Database, text: str) -> Waiting:
    heard = hear(database, Words("webchat", "c1", text))
    waiting = next_waiting(database, heard.conversation_id)
    assert waiting is not None
    return waiting


def texts(session: Session) -> list[str]:
    return list(session.exec(select(Message.text).order_by(Message.id)))  # type: ignore[arg-type]


def in_the_thread(session: Session) -> list[str]:
    rows = select(Message.text).join(Outgoing, Outgoing.message_id == Message.id)  # type: ignore[arg-type]
    return list(session.exec(rows.where(Outgoing.errand == Errand.POST_MESSAGE.value)))


def test_the_bot_answers_and_the_thread_sees_both(database: Database, case_id: int) -> None:
    waiting = say(database, "where is my parcel?")
    assert not waiting.owned
    settle(database, waiting, ANSWERED)
    with database.reading() as session:
        assert texts(session)[1:] == ["where is my parcel?", "It comes tomorrow."]
        assert in_the_thread(session) == ["where is my parcel?", "It comes tomorrow."]
        assert case_by_id(session, case_id).bot_answers


def test_what_people_can_be_reached_by_is_for_people(database: Database, case_id: int) -> None:
    waiting = say(database, "ada@mail.example")
    assert waiting.owned
    settle(database, waiting, Outcome(ANSWERED.routing))
    with database.reading() as session:
        assert case_by_id(session, case_id).contact == "ada@mail.example"
        assert texts(session)[-1] == "ada@mail.example"


def test_a_question_that_needs_a_person_again_waits_for_people_in_the_same_case(
    database: Database, case_id: int
) -> None:
    outcome = Outcome(ANSWERED.routing, (Said("I call a person."),), "Unsure again.")
    settle(database, say(database, "my tent burns"), outcome)
    with database.reading() as session:
        (case,) = session.exec(select(Case)).all()
        assert (case.id, case.bot_answers) == (case_id, False)
        errands = session.exec(select(Outgoing.errand)).all()
        assert Errand.UPDATE_CARD.value in errands, "the card said that the bot answers"


def test_a_person_who_came_while_the_bot_still_thought_is_not_talked_over(database: Database, case_id: int) -> None:
    waiting = say(database, "where is my parcel?")
    with database.transaction() as session:
        handover.claim(session, case_id, handover.Person("U1", "Mina"))
    settle(database, waiting, ANSWERED)
    with database.reading() as session:
        assert "It comes tomorrow." not in texts(session)


def test_the_page_is_told_that_a_person_comes_later(database: Database, case_id: int) -> None:
    say(database, "where is my parcel?")
    assert read_news(database, 1, 0, {}).state == {"typing": True, "person": {"state": "later", "name": ""}}


def test_a_case_that_closed_itself_goes_on_when_its_customer_writes(database: Database, case_id: int) -> None:
    with database.transaction() as session:
        case = case_by_id(session, case_id)
        case.bot_answers = False
        handover.close_inactive(session, case, "Bye.", case.opened_at + timedelta(days=365))
    waiting = say(database, "still there?")
    assert waiting.owned
    settle(database, waiting, Outcome(ANSWERED.routing))
    with database.reading() as session:
        assert case_by_id(session, case_id).state == "open"
        assert in_the_thread(session) == ["still there?"]
