"""A customer takes back or changes what they said. What they see, the thread and the card change together."""

from __future__ import annotations

from sqlalchemy import or_
from sqlmodel import Session, col, select

from escalation.contact import contact_in
from escalation.handover import reword
from escalation.phrases import Phrases
from escalation.store.case import Case, unclosed_case
from escalation.store.conversation import Conversation, hold_conversation
from escalation.store.message import Message, Speaker
from escalation.store.outbox import Errand, enqueue
from escalation.wait import forget_contacts, note_contact
from labeling.clock import now
from labeling.store.turn import turn_of_message


class NotTheirs(Exception):
    """The customer has said nothing under this number that can still be changed."""

    def __init__(self, answered: bool = False) -> None:
        """`answered`: they have said it, but it was answered."""
        super().__init__("answered" if answered else "no such message")
        self.answered = answered

    def sentence(self, phrases: Phrases) -> str:
        """For them."""
        return phrases.already_answered if self.answered else phrases.no_such_message


def customer_rewords(session: Session, conversation: Conversation, number: int, text: str | None) -> Message:
    """Edits, or with no text deletes. What only the bot was told can be deleted, but not edited. Raises NotTheirs."""
    assert conversation.id is not None
    hold_conversation(session, conversation.id)
    message = _said(session, conversation, number)
    if text is not None and not may_edit(message, unclosed_case(session, message.conversation_id)):
        raise NotTheirs(answered=True)
    if text is not None and text == message.text:
        return message
    reword(message, text)
    if text is None:
        message.handled_at = message.handled_at or now()  # nobody has to answer it any longer
        _forget_turn(session, message)
    if message.case_id is not None:
        enqueue(session, message.case_id, Errand.REWORD, message_id=message.id)
    for case in _cards_that_quote(session, message):
        _change_card(session, case, message)
    return message


def may_edit(message: Message, case: Case | None) -> bool:
    """Said to people who still have the `case`, the conversation's unclosed one. Files are deleted, not edited."""
    return case is not None and message.case_id == case.id and not message.payload.get("files")


def _said(session: Session, conversation: Conversation, number: int) -> Message:
    rows = select(Message).where(Message.conversation_id == conversation.id, Message.number == number)
    message = session.exec(rows).first()
    if message is None or message.speaker != Speaker.CUSTOMER.value or message.deleted:
        raise NotTheirs()
    return message


def _forget_turn(session: Session, message: Message) -> None:
    """What was deleted is neither shown to trainers nor learned from."""
    turn = turn_of_message(session, message.id) if message.id is not None else None
    if turn is not None:
        turn.text, turn.nearest = "", []


def _cards_that_quote(session: Session, message: Message) -> list[Case]:
    """Cases opened after it was said, and the one in which it was."""
    rows = select(Case).where(Case.conversation_id == message.conversation_id)
    rows = rows.where(or_(col(Case.opened_at) >= message.created_at, col(Case.id) == message.case_id))
    return list(session.exec(rows))


def _change_card(session: Session, case: Case, message: Message) -> None:
    assert case.id is not None
    forget_contacts(session, case)
    if case.id == message.case_id:
        note_contact(session, case, contact_in(message.text))
    enqueue(session, case.id, Errand.UPDATE_CARD)
