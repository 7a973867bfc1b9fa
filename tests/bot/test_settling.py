"""What is settled of a turn when something else happened while the bot still thought."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlmodel import Session, select

from bot.hearing import Words, hear
from bot.recorder import Said
from bot.settling import Outcome, settle
from bot.uploads import REASON, Upload, take_file
from bot.waiting import Waiting, conversations_waiting, next_waiting
from bot.webchat.shape import read_news
from escalation import handover
from escalation.handover import Person
from escalation.phrasebook import Phrasebook
from escalation.rewording import customer_rewords
from escalation.store.case import Case
from escalation.store.conversation import conversation_by_id
from escalation.store.message import Message
from escalation.store.outbox import Errand, Outgoing
from labeling.database import Database
from labeling.store.turn import Turn
from tests.database.locked import until_one_waits

RANKING = {"guesses": [["hours", 0.9]], "confidence": 0.9, "model_version": "m1"}
ROUTING = {"ranking": RANKING, "route": "answer", "reason": "Sure.", "tier": None, "audit": 0.0}
ANSWERED = Outcome(ROUTING, (Said("From nine to five."),))
RAISED = Outcome({**ROUTING, "route": "escalate"}, (Said("A person comes."),), "Unsure.")
MINA, PHRASES = Person("U1", "Mina"), Phrasebook()


@pytest.fixture
def database(either_database: Database) -> Database:
    return either_database


def say(database: Database, text: str) -> Waiting:
    heard = hear(database, Words("webchat", "c1", text))
    waiting = next_waiting(database, heard.conversation_id)
    assert waiting is not None
    return waiting


def send_file(database: Database, conversation_id: int) -> None:
    take_file(database, conversation_id, Upload("a.txt", "txt", b"a"), None, PHRASES, 100)


def delete(database: Database, waiting: Waiting) -> None:
    with database.transaction() as session:
        conversation = conversation_by_id(session, waiting.conversation_id)
        customer_rewords(session, conversation, waiting.number, None)


def texts(session: Session) -> list[str]:
    return list(session.exec(select(Message.text).order_by(Message.number)))  # type: ignore[arg-type]


@pytest.mark.parametrize("outcome", [ANSWERED, RAISED])
def test_what_is_deleted_while_the_bot_thinks_is_neither_kept_nor_answered(
    database: Database, outcome: Outcome
) -> None:
    waiting = say(database, "my card is 4111 1111")
    delete(database, waiting)
    settle(database, waiting, outcome)
    with database.reading() as session:
        assert texts(session) == [""]
        assert session.exec(select(Turn)).all() == []
        assert session.exec(select(Case)).all() == []
    assert next_waiting(database, waiting.conversation_id) is None


def test_what_is_deleted_before_the_bot_reads_it_calls_nobody_and_nobody_types(database: Database) -> None:
    waiting = say(database, "my card is 4111 1111")
    delete(database, waiting)
    assert conversations_waiting(database, 0.0) == []
    assert next_waiting(database, waiting.conversation_id) is None
    assert not read_news(database, waiting.conversation_id, 0, {}).state["typing"]


def test_the_bot_is_silent_where_a_file_calls_people_this_instant(postgresql: Database) -> None:
    waiting = say(postgresql, "when do you open?")
    with ThreadPoolExecutor(1) as pool:
        with postgresql.transaction() as session:
            conversation = conversation_by_id(session, waiting.conversation_id)
            handover.hear(session, conversation, "", None)[0].handled_at = conversation.created_at
            handover.open_case(session, conversation, REASON)
            session.flush()
            settled = pool.submit(settle, postgresql, waiting, ANSWERED)
            until_one_waits(postgresql)
        settled.result()
    with postgresql.reading() as session:
        assert texts(session) == ["when do you open?", ""]
        passed = select(Outgoing.message_id).where(Outgoing.errand == Errand.POST_MESSAGE.value)
        assert waiting.message_id in session.exec(passed).all()
        assert session.exec(select(Turn.route)).all() == ["hint"]


def test_the_bot_is_silent_where_somebody_claims_the_waiting_case_this_instant(postgresql: Database) -> None:
    settle(postgresql, say(postgresql, "my tent burns"), RAISED)
    with postgresql.transaction() as session:
        case = session.exec(select(Case)).one()
        case.bot_answers = True
    assert case.id is not None
    waiting = say(postgresql, "when do you open?")
    assert not waiting.owned
    with ThreadPoolExecutor(1) as pool:
        with postgresql.transaction() as session:
            handover.claim(session, case.id, MINA)
            session.flush()
            settled = pool.submit(settle, postgresql, waiting, ANSWERED)
            until_one_waits(postgresql)
        settled.result()
    with postgresql.reading() as session:
        assert texts(session)[-2:] == ["when do you open?", "Mina from our team is here."]


def test_rasa_is_told_what_people_said_before_a_file_and_told_it_once(database: Database) -> None:
    settle(database, say(database, "my tent burns"), RAISED)
    with database.transaction() as session:
        case = session.exec(select(Case)).one()
        assert case.id is not None
        handover.reply(session, case.id, MINA, "Send me a picture.", "1.1")
    send_file(database, case.conversation_id)
    waiting = say(database, "there it is")
    assert [aside.text for aside in waiting.asides] == ["Mina from our team is here.", "Send me a picture."]
    settle(database, waiting, Outcome(ROUTING))
    with database.transaction() as session:
        handover.reply(session, case.id, MINA, "Thank you.", "1.2")
    assert [aside.text for aside in say(database, "well?").asides] == ["Thank you."]


def test_rasa_is_told_once_where_the_message_was_deleted_while_it_listened(database: Database) -> None:
    settle(database, say(database, "my tent burns"), RAISED)
    with database.transaction() as session:
        case = session.exec(select(Case)).one()
        assert case.id is not None
        handover.reply(session, case.id, MINA, "Which one?", "1.1")
    waiting = say(database, "the red one")
    assert waiting.asides
    delete(database, waiting)
    settle(database, waiting, Outcome(ROUTING))
    assert say(database, "well?").asides == ()
