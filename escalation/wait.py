"""A customer's wait for people: when it begins, what is noted meanwhile, and how a case that had ended goes on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_
from sqlmodel import Session, col, select

from escalation.contact import contact_in
from escalation.phrasebook import Phrasebook
from escalation.phrases import Phrases
from escalation.store.case import Case, CaseState, reopenable_case
from escalation.store.conversation import conversation_by_id
from escalation.store.message import Message, Speaker, say
from escalation.store.outbox import Errand, enqueue
from labeling.clock import now
from labeling.store.turn import Turn


def bot_has_the_word(case: Case | None, text: str) -> bool:
    """Whether the bot answers this message of the customer: nobody else has the conversation, or nobody was there.
    What a customer leaves for people to reach them by is for people."""
    return case is None or (case.bot_answers and not contact_in(text))


def begin_wait(session: Session, case: Case) -> None:
    """The customer waits for an answer, if they did not already."""
    if case.asked_at is None:
        case.waits_since = case.asked_at = case.look_at = now()
        assert case.id is not None
        enqueue(session, case.id, Errand.UPDATE_CARD)


def note_contact(session: Session, case: Case, contact: str) -> None:
    """Puts it on the card; the desk confirms it to the customer."""
    if not contact or contact in case.contact or case.state != CaseState.OPEN.value:
        return
    case.contact = f"{case.contact}, {contact}" if case.contact else contact
    case.look_at = now()
    assert case.id is not None
    enqueue(session, case.id, Errand.UPDATE_CARD)


def forget_contacts(session: Session, case: Case) -> None:
    """Takes off the card what the customer no longer says."""
    case.contact = ", ".join(left.contact for left in contacts_left(session, case))


@dataclass(frozen=True)
class Left:
    """A way to reach the customer, and when they left it."""

    at: datetime
    contact: str


def contacts_left(session: Session, case: Case) -> list[Left]:
    """What is on the card, in the order in which it was written, each once."""
    if not case.contact:
        return []
    opened_by = select(Turn.message_id).where(Turn.id == case.turn_id).scalar_subquery()
    rows = select(Message).where(Message.speaker == Speaker.CUSTOMER.value)
    rows = rows.where(or_(Message.case_id == case.id, col(Message.id) == opened_by)).order_by(col(Message.number))
    found: dict[str, datetime] = {}
    for message in session.exec(rows):
        for contact in contact_in(message.text).split(", "):
            if contact and contact in case.contact:
                found.setdefault(contact, message.created_at)
    return [Left(at, contact) for contact, at in found.items()]


def open_again(session: Session, conversation_id: int) -> Case | None:
    """A case that closed itself goes on where it was; who had it is named in the thread."""
    case = reopenable_case(session, conversation_id)
    if case is None or case.id is None:
        return None
    had_it = f" {case.owner_name} had this case before." if case.owner_name else ""
    enqueue(session, case.id, Errand.CALL, person_id=case.owner_id, note=f"🔁 The customer is back.{had_it}")
    case.state, case.owner_id, case.owner_name, case.claimed_at = CaseState.OPEN.value, None, None, None
    case.closed_at, case.closed_by, case.outcome, case.reopen_until = None, None, None, None
    case.asked_at = None
    begin_wait(session, case)
    return case


def heard_in(session: Session, case: Case, book: Phrasebook) -> Phrases:
    """What the case's customer hears in their language."""
    return book.of(conversation_by_id(session, case.conversation_id).language)


def tell_customer(session: Session, case: Case, text: str) -> None:
    """In the conversation, in nobody's name."""
    conversation = conversation_by_id(session, case.conversation_id)
    say(session, conversation, Speaker.SYSTEM, text, case_id=case.id)
