"""A customer takes back or changes how they can be reached: so does the card."""

from __future__ import annotations

import pytest
from sqlmodel import Session, select

from escalation import handover
from escalation.handover import Person
from escalation.rewording import customer_rewords
from escalation.store.case import Case
from escalation.store.conversation import conversation_of
from escalation.store.outbox import Errand, Outgoing
from escalation.wait import contacts_left
from labeling.database import Database
from labeling.store.turn import Turn


def write(session: Session, text: str) -> int:
    """The message's number; it is passed on, or it opens the case."""
    conversation = conversation_of(session, "webchat", "c1")
    message, _ = handover.hear(session, conversation, text, None)
    case = session.exec(select(Case)).first()
    if case is not None:
        handover.pass_on(session, case, message)
        return message.number
    assert conversation.id is not None and message.id is not None
    turn = Turn(
        conversation_id=conversation.id,
        message_id=message.id,
        text=text,
        ranking={},
        confidence=0.1,
        model_version="m1",
        route="escalate",
        reason="Unsure.",
    )
    session.add(turn)
    session.flush()
    handover.open_case(session, conversation, "Unsure.", turn)
    return message.number


def reword(database: Database, number: int, text: str | None) -> Case:
    with database.transaction() as session:
        customer_rewords(session, conversation_of(session, "webchat", "c1"), number, text)
    with database.reading() as session:
        return session.exec(select(Case)).one()


@pytest.mark.parametrize("deleted", [0, 1])
def test_a_deleted_address_leaves_the_card_and_the_other_stays(database: Database, deleted: int) -> None:
    addresses = ["ada@mail.example", "ada@work.example"]
    with database.transaction() as session:
        numbers = [write(session, f"write to {address}") for address in addresses]
    assert reword(database, numbers[deleted], None).contact == addresses[1 - deleted]


def test_an_address_that_was_said_twice_stays_until_both_are_deleted(database: Database) -> None:
    with database.transaction() as session:
        first, second = write(session, "help"), write(session, "ada@mail.example")
        third = write(session, "as I said, ada@mail.example")
    assert reword(database, second, None).contact == "ada@mail.example"
    assert reword(database, third, None).contact == ""
    assert first == 1


def test_an_edited_number_is_the_new_one_on_the_card(database: Database) -> None:
    with database.transaction() as session:
        write(session, "help")
        number = write(session, "call +49 30 1234567")
    case = reword(database, number, "call +49 30 7654321")
    assert case.contact == "+49 30 7654321"
    with database.reading() as session:
        assert [left.contact for left in contacts_left(session, case)] == ["+49 30 7654321"]
        errands = session.exec(select(Outgoing.errand).order_by(Outgoing.id)).all()  # type: ignore[arg-type]
    assert errands[-1] == Errand.UPDATE_CARD.value


def test_what_is_edited_once_somebody_is_there_is_read_in_the_thread(database: Database) -> None:
    with database.transaction() as session:
        write(session, "help")
        number = write(session, "hello?")
        case = session.exec(select(Case)).one()
        assert case.id is not None
        handover.claim(session, case.id, Person("U1", "Mina"))
    assert reword(database, number, "ada@mail.example").contact == ""
