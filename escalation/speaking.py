"""What agents say other than by a plain reply, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlmodel import Session, select

from escalation.handover import CaseClosed, Person, agent_says, check_claim, claim, fresh, mark
from escalation.store.case import CaseState
from escalation.store.conversation import Conversation
from escalation.store.message import Message, Speaker
from escalation.store.outbox import Errand, enqueue


def interject(
    session: Session,
    case_id: int,
    person: Person,
    text: str,
    slack_ts: str,
    payload: Mapping[str, Any] | None = None,
) -> Message:
    """Words to the customer from somebody who does not own the case and leaves it where it is. Raises CaseClosed."""
    case = fresh(session, case_id)
    if case.state == CaseState.CLOSED.value:
        raise CaseClosed(case_id)
    return agent_says(session, case, person, text, payload, slack_ts=slack_ts)


def speak(
    session: Session,
    case_id: int,
    person: Person,
    text: str,
    client_id: str,
    claims: bool = True,
    payload: Mapping[str, Any] | None = None,
) -> Message:
    """The owner's words from a window: to the customer, and into the thread, where they are not yet.

    The same `client_id` twice is the same reply. Raises CaseTaken, CaseUnclaimed or CaseClosed.
    """
    check_claim(session, case_id, claims)
    case = claim(session, case_id, person)
    message = agent_says(session, case, person, text, payload, client_id=client_id)
    if message.slack_ts is None:
        enqueue(session, case_id, Errand.POST_MESSAGE, message_id=message.id, person_id=person.id)
    return message


def seen(session: Session, conversation: Conversation, number: int) -> None:
    """The customer has looked at everything up to this number; agents see a mark on what they said of it."""
    before, conversation.seen_number = conversation.seen_number, max(conversation.seen_number, number)
    rows = select(Message).where(Message.conversation_id == conversation.id, Message.speaker == Speaker.AGENT.value)
    for message in session.exec(rows.where(Message.number > before, Message.number <= number)):
        if not message.deleted:
            mark(session, message, "read")
