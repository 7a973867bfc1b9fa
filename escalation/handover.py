"""The moves of a hand-over. Each is a few rows in the caller's transaction: written down first, sent afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any

from sqlalchemy.orm import object_session
from sqlmodel import Session

from escalation.contact import contact_in
from escalation.phrasebook import Phrasebook
from escalation.phrases import Phrases
from escalation.rating import ask_in_words
from escalation.store.case import Case, CaseState, case_by_id, unclosed_case
from escalation.store.conversation import Conversation, conversation_by_id, hold_conversation
from escalation.store.file import drop_files
from escalation.store.message import Message, Speaker, find_by_client_id, say
from escalation.store.outbox import Errand, enqueue
from escalation.wait import begin_wait, heard_in, note_contact, open_again, tell_customer
from labeling.clock import now
from labeling.store.turn import Turn


class Outcome(str, Enum):
    """How a case ends."""

    ANSWERED = "answered"
    HANDED_BACK = "handed_back"
    INACTIVE = "inactive"
    """It closed itself, because the customer no longer wrote."""


@dataclass(frozen=True)
class Person:
    """An agent or trainer, by Slack user id and display name."""

    id: str
    name: str
    shown_as: str = ""
    """What customers are told they are called, where that is not their name."""
    picture: str = ""
    """The key of their picture, where customers may see it."""

    phrases: Phrasebook = field(default_factory=Phrasebook, repr=False, compare=False)
    """In which customers are told that they come and go."""

    @property
    def to_customers(self) -> str:
        return self.shown_as or self.name

    def greeting(self, phrases: Phrases) -> str:
        return (phrases.team_is_here if self.shown_as else phrases.agent_is_here).format(name=self.to_customers)

    def farewell(self, outcome: Outcome, phrases: Phrases) -> str:
        said = phrases.handed_back if outcome is Outcome.HANDED_BACK else phrases.answered
        return said.format(name=self.to_customers)


class CaseTaken(Exception):
    """Somebody else owns the case; `owner` says who. Ask them, or take it over."""

    def __init__(self, owner: str) -> None:
        super().__init__(f"{owner} has this case.")
        self.owner = owner


class CaseUnclaimed(Exception):
    """Nobody owns the case, and a reply alone shall not claim it. Claim it, or interject."""


class CaseClosed(Exception):
    """The case is closed. The customer's next message that needs a person opens a new one."""


def hear(session: Session, conversation: Conversation, text: str, client_id: str | None) -> tuple[Message, bool]:
    """Stores the customer's words; the same client id twice is one message, and then False comes back."""
    assert conversation.id is not None
    hold_conversation(session, conversation.id)
    seen = find_by_client_id(session, conversation.id, client_id) if client_id else None
    if seen is not None:
        return seen, False
    case = unclosed_case(session, conversation.id) or open_again(session, conversation.id)
    message = say(
        session,
        conversation,
        Speaker.CUSTOMER,
        text,
        client_id=client_id,
        case_id=case.id if case else None,
        delivered_at=now(),
    )
    return message, True


def open_case(session: Session, conversation: Conversation, reason: str, turn: Turn | None = None) -> Case:
    """Raises the hand; if a case is open already, that one is returned, and the customer waits for people again.

    The caller holds the conversation.
    """
    assert conversation.id is not None
    existing = unclosed_case(session, conversation.id)
    if existing is not None:
        if existing.bot_answers:
            existing.bot_answers, existing.asked_at, existing.look_at = False, now(), now()
            assert existing.id is not None
            enqueue(session, existing.id, Errand.UPDATE_CARD)  # it said that the bot answers
        return existing
    began = now()
    case = Case(
        conversation_id=conversation.id,
        turn_id=turn.id if turn else None,
        reason=reason,
        tier=turn.tier if turn else None,
        contact=contact_in(turn.text) if turn else "",
        opened_at=began,
        waits_since=began,
        asked_at=began,
    )
    session.add(case)
    session.flush()
    assert case.id is not None
    enqueue(session, case.id, Errand.POST_CARD)
    return case


def pass_on(session: Session, case: Case, message: Message) -> None:
    """Queues what was said for the case's thread."""
    assert case.id is not None
    message.case_id = case.id
    enqueue(session, case.id, Errand.POST_MESSAGE, message_id=message.id)
    if message.speaker == Speaker.CUSTOMER.value:
        begin_wait(session, case)
        note_contact(session, case, contact_in(message.text))


def claim(session: Session, case_id: int, person: Person) -> Case:
    """One winner under any race. Claiming one's own case again changes nothing.

    Raises CaseTaken or CaseClosed.
    """
    case = fresh(session, case_id)
    if case.state == CaseState.CLOSED.value:
        raise CaseClosed(case_id)
    if case.state == CaseState.CLAIMED.value:
        if case.owner_id != person.id:
            raise CaseTaken(case.owner_name or "Somebody else")
        return case
    case.state, case.owner_id, case.owner_name = CaseState.CLAIMED.value, person.id, person.name
    case.owner_shown_as, case.owner_picture = person.shown_as or None, person.picture
    case.claimed_at, case.bot_answers, case.look_at = now(), False, now()
    tell_customer(session, case, person.greeting(heard_in(session, case, person.phrases)))
    enqueue(session, case_id, Errand.UPDATE_CARD)
    return case


def release(session: Session, case_id: int, person: Person) -> Case:
    """Puts the owner's case back into the queue. Raises CaseTaken or CaseClosed."""
    case = _owned(session, case_id, person)
    case.state, case.owner_id, case.owner_name, case.claimed_at = CaseState.OPEN.value, None, None, None
    case.owner_shown_as, case.owner_picture = None, ""
    case.look_at = now()
    enqueue(session, case_id, Errand.UPDATE_CARD)
    return case


def take_over(session: Session, case_id: int, person: Person) -> Case:
    """Makes the case this person's, whoever had it. Raises CaseClosed."""
    case = fresh(session, case_id)
    if case.state == CaseState.CLAIMED.value and case.owner_id != person.id:
        case.state, case.owner_id = CaseState.OPEN.value, None
        session.flush()
    return claim(session, case_id, person)


def hand_to(session: Session, case_id: int, person: Person, colleague: Person) -> Case:
    """Gives the owner's case (or one that nobody owns) to a colleague. Raises CaseTaken or CaseClosed."""
    case = fresh(session, case_id)
    if case.state != CaseState.OPEN.value:
        release(session, case_id, person)
        session.flush()
    case = claim(session, case_id, colleague)
    if colleague.id != person.id:
        enqueue(session, case_id, Errand.HAND, person_id=colleague.id, note=person.name)
    return case


def reply(
    session: Session,
    case_id: int,
    person: Person,
    text: str,
    slack_ts: str,
    claims: bool = True,
    payload: Mapping[str, Any] | None = None,
) -> Message:
    """The owner's words to the customer; a first reply `claims` an open case.

    The same `slack_ts` (seconds since 1970) twice is the same reply. Raises CaseTaken, CaseUnclaimed or CaseClosed.
    """
    check_claim(session, case_id, claims)
    case = _ready_for_reply(session, case_id, person, slack_ts)
    return agent_says(session, case, person, text, payload, slack_ts=slack_ts)


def check_claim(session: Session, case_id: int, claims: bool) -> None:
    """Raises CaseUnclaimed where words alone shall not claim an open case."""
    if not claims and fresh(session, case_id).state == CaseState.OPEN.value:
        raise CaseUnclaimed(case_id)


def agent_says(
    session: Session,
    case: Case,
    person: Person,
    text: str,
    payload: Mapping[str, Any] | None = None,
    *,
    slack_ts: str | None = None,
    client_id: str = "",
) -> Message:
    """Whoever owns the case. Named by where it stands in Slack, or else by `client_id`; a name is one message's."""
    conversation = conversation_by_id(session, case.conversation_id)
    client_id = f"slack:{case.slack_channel}:{slack_ts}" if slack_ts else client_id
    known = find_by_client_id(session, case.conversation_id, client_id)
    if known is not None:
        return known
    if case.waits_since is not None and case.id is not None:
        enqueue(session, case.id, Errand.UPDATE_CARD)
    case.waits_since, case.asked_at, case.look_at = None, None, now()
    case.answered_at = case.answered_at or now()
    return say(
        session,
        conversation,
        Speaker.AGENT,
        text,
        author=person.name,
        shown_as=person.shown_as,
        picture=person.picture,
        payload=dict(payload or {}),
        client_id=client_id,
        case_id=case.id,
        slack_ts=slack_ts,
    )


def _ready_for_reply(session: Session, case_id: int, person: Person, slack_ts: str) -> Case:
    try:
        return claim(session, case_id, person)
    except CaseClosed:
        case = case_by_id(session, case_id)
        said_at = datetime.utcfromtimestamp(float(slack_ts))
        if case.owner_id != person.id or case.closed_at is None or said_at > case.closed_at:
            raise
        return case  # Slack tells of a reply and of the click after it in any order


def reword(message: Message, text: str | None, payload: Mapping[str, Any] | None = None) -> None:
    """Somebody edited (or, with no text, deleted) what they had said; streams send the newest wording again.

    `payload` replaces what was shown beside the words. Deleting takes it away, files included.
    """
    session = object_session(message)
    if text is None and isinstance(session, Session) and message.id is not None:
        drop_files(session, message.id)
    if text is None or payload is not None:
        message.payload = dict(payload or {})
    message.text = text or ""
    message.deleted = text is None
    message.revision += 1


def close(session: Session, case_id: int, person: Person, outcome: Outcome) -> Case:
    """Ends the owner's case (or one that nobody owns); the bot answers again. Raises CaseTaken or CaseClosed."""
    case = fresh(session, case_id)
    if case.state == CaseState.OPEN.value:
        case.owner_id, case.owner_name = person.id, person.name
    _owned(session, case_id, person)
    case.state, case.closed_at, case.closed_by = CaseState.CLOSED.value, now(), person.name
    case.outcome = outcome.value
    phrases = heard_in(session, case, person.phrases)
    tell_customer(session, case, person.farewell(outcome, phrases))
    ask_in_words(session, case, phrases)
    enqueue(session, case_id, Errand.UPDATE_CARD)
    return case


def close_inactive(session: Session, case: Case, words: str, reopen_until: datetime) -> None:
    """Nobody has anything more to say; the customer's next message until then opens the same case again."""
    assert case.id is not None
    case.state, case.closed_at, case.closed_by = CaseState.CLOSED.value, now(), case.owner_name
    case.outcome, case.reopen_until = Outcome.INACTIVE.value, reopen_until
    tell_customer(session, case, words)
    enqueue(session, case.id, Errand.UPDATE_CARD)


def delivered(session: Session, message: Message) -> None:
    """The customer's channel has it; an agent sees a mark on their words."""
    message.delivered_at, message.delivery_error = now(), None
    message.delivered_revision = message.revision
    mark(session, message, "delivered")


def not_delivered(session: Session, message: Message, error: str) -> None:
    """The customer's channel refused it for good; the agent sees that too."""
    message.delivery_error = error
    mark(session, message, "failed")


def mark(session: Session, message: Message, note: str) -> None:
    """Agents see `note` (delivered, failed, read) on their words."""
    if message.speaker == Speaker.AGENT.value and message.case_id is not None:
        enqueue(session, message.case_id, Errand.MARK, message_id=message.id, note=note)


def _owned(session: Session, case_id: int, person: Person) -> Case:
    case = fresh(session, case_id)
    if case.state == CaseState.CLOSED.value:
        raise CaseClosed(case_id)
    if case.owner_id != person.id:
        raise CaseTaken(case.owner_name or "Nobody yet")
    return case


def fresh(session: Session, case_id: int) -> Case:
    """The case as it stands once nobody else can move it, nor its conversation."""
    session.flush()
    hold_conversation(session, case_by_id(session, case_id).conversation_id)
    return case_by_id(session, case_id)
