"""The customer's word on how good the help was: asked once a case is closed in which a person answered."""

from __future__ import annotations

import re
from datetime import timedelta

from sqlmodel import Session, col, select

from escalation.phrases import Phrases
from escalation.store.case import Case, CaseState
from escalation.store.conversation import Conversation, conversation_by_id
from escalation.store.message import Message, Speaker, say
from escalation.store.outbox import Errand, enqueue
from escalation.store.rating import BEST, LONGEST_COMMENT, Rating
from labeling.clock import now

ASKED_FOR = timedelta(days=7)
"""How long after the closing it can be answered."""
WITH_STARS = {"webchat"}
"""Channels that ask with stars to click; on all others the question is a message, and so is the answer."""
ASKED = "rating"
"""In the payload of the message that asks: the answer is known by it, whatever the language."""
_ANSWER = re.compile(r"\s*([1-5])(?:\s*/\s*5)?\s*(?:[.!]?|[,;:–-]\s*(.*))\s*", re.DOTALL)
"""A digit alone, or with words after a comma: `2 tents` is a wish and no rating."""


class RatingRefused(Exception):
    """The rating cannot be taken; the message is for the customer."""


def case_to_rate(session: Session, conversation_id: int) -> Case | None:
    """The conversation's newest case, if it is closed, a person spoke in it, and that was not long ago."""
    rows = select(Case).where(Case.conversation_id == conversation_id).order_by(col(Case.id).desc())
    case = session.exec(rows.limit(1)).first()
    if case is None or case.state != CaseState.CLOSED.value or case.closed_at is None:
        return None
    spoke = select(Message.id).where(Message.case_id == case.id, Message.speaker == Speaker.AGENT.value)
    recent = now() - case.closed_at < ASKED_FOR
    return case if recent and session.exec(spoke.limit(1)).first() is not None else None


def rate(session: Session, conversation_id: int, stars: object, comment: object = "") -> Rating:
    """Another rating is another row; the newest counts. Raises RatingRefused."""
    if not isinstance(stars, int) or isinstance(stars, bool) or not 1 <= stars <= BEST:
        raise RatingRefused(f"Please give 1 to {BEST} stars.")
    case = case_to_rate(session, conversation_id)
    if case is None or case.id is None:
        raise RatingRefused("There is nothing to rate just now.")
    words = " ".join(comment.split())[:LONGEST_COMMENT] if isinstance(comment, str) else ""
    rating = Rating(case_id=case.id, stars=stars, comment=words)
    session.add(rating)
    session.flush()
    enqueue(session, case.id, Errand.UPDATE_CARD)
    return rating


def ask_in_words(session: Session, case: Case, phrases: Phrases) -> None:
    """Where there are no stars to click, and a person has spoken, the closing asks for a number."""
    conversation = conversation_by_id(session, case.conversation_id)
    session.flush()
    if conversation.channel not in WITH_STARS and case_to_rate(session, case.conversation_id) is not None:
        say(session, conversation, Speaker.SYSTEM, phrases.rating, case_id=case.id, payload={ASKED: True})


def take_words(session: Session, conversation: Conversation, message: Message, phrases: Phrases) -> bool:
    """Whether the message was the answer to that question; then it is kept, and nobody else need read it."""
    found = _ANSWER.fullmatch(message.text)
    before = select(Message).where(Message.conversation_id == conversation.id, Message.number == message.number - 1)
    asked = session.exec(before).first()
    if not found or asked is None or not asked.payload.get(ASKED) or asked.speaker != Speaker.SYSTEM.value:
        return False
    assert conversation.id is not None
    try:
        rate(session, conversation.id, int(found[1]), found[2] or "")
    except RatingRefused:
        return False
    message.handled_at = now()
    say(session, conversation, Speaker.SYSTEM, phrases.thanks, case_id=asked.case_id)
    return True
