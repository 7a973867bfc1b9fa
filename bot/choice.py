"""What a customer chooses when the bot asks what they meant: found, kept as their word, and perhaps audited."""

from __future__ import annotations

from sqlmodel import Session, col, select

from bot.hearing import REMEMBERED_OFFERS
from bot.question import Question, question_in
from escalation.store.conversation import Conversation
from escalation.store.message import Message, Speaker
from labeling.audit import is_drawn
from labeling.store.correction import CUSTOMER, Correction, CorrectionKind
from labeling.store.turn import Turn


def question_of(session: Session, message: Message, choice: str | None) -> tuple[Question | None, str | None]:
    """The question that the message answers, and how; without an answer, the one that still stood open.

    A button answers its own question, however many came after; what is typed answers the last one only.
    """
    rows = select(Message).where(Message.conversation_id == message.conversation_id)
    rows = rows.where(Message.speaker != Speaker.CUSTOMER.value).order_by(col(Message.number).desc())
    still_open = None
    for place, said in enumerate(session.exec(rows.limit(REMEMBERED_OFFERS if choice else 1))):
        question = question_in(said.payload)
        if question is None:
            continue
        is_seen = place == 0 and said.number < message.number
        answer = question.answer_in(message.text if is_seen else None, choice)
        if answer:
            return question, answer
        still_open = question if place == 0 else still_open
    return still_open, None


def note_choice(session: Session, conversation: Conversation, turn: Turn, intent: str) -> None:
    """One more word on what the customer had meant in the turn that was asked about."""
    assert turn.id is not None
    chosen = Correction(
        turn_id=turn.id,
        kind=CorrectionKind.INTENT.value,
        intent=intent,
        person_id=f"{CUSTOMER}:{conversation.id}",
        person_name=conversation.customer_name or "The customer",
        source=CUSTOMER,
    )
    session.add(chosen)


def draw_answer(turn: Turn, intent: str, rate: float) -> None:
    """The choice was answered, and like any answer it may be drawn; of several choices in one turn the first."""
    if turn.audit_rate is None:
        turn.chosen, turn.audit_rate, turn.audit = intent, rate, is_drawn(rate)
