"""Customers' words that an agent comes upon in Slack, kept so that they can be labelled like any turn."""

from __future__ import annotations

from sqlmodel import Session, select

from escalation.store.case import Case, case_by_id
from escalation.store.conversation import conversation_of
from escalation.store.message import Message, Speaker, say
from escalation.store.posted_card import card_at
from labeling.clock import now
from labeling.ranking import Ranking
from labeling.store.turn import FOUND, NO_MODEL, Turn, turn_of_message

CHANNEL = "slack"
"""The channel of conversations that consist of one found message."""


def known_turn(session: Session, channel: str, ts: str) -> Turn | None:
    """The turn that this Slack message shows already: a card, a customer's relayed words, or a found message."""
    card = card_at(session, channel, ts)
    if card is not None:
        raising = case_by_id(session, card.case_id).turn_id
        return session.get(Turn, raising) if raising else None
    message = _relayed(session, channel, ts) or _found(session, channel, ts)
    return turn_of_message(session, message.id) if message and message.id else None


def keep_found(session: Session, channel: str, ts: str, text: str) -> Turn:
    """A turn without a ranking: nobody asked a model, nobody waits for an answer. The same message is one turn."""
    known = known_turn(session, channel, ts)
    if known is not None:
        return known
    conversation = conversation_of(session, CHANNEL, f"{channel}:{ts}")
    handled = {"handled_at": now(), "delivered_at": now()}
    message = say(session, conversation, Speaker.CUSTOMER, text, client_id=f"slack:{channel}:{ts}", **handled)
    ranking = Ranking((), 0.0, NO_MODEL)
    turn = Turn(
        conversation_id=message.conversation_id,
        message_id=message.id or 0,
        text=text,
        ranking=ranking.to_json(),
        confidence=ranking.confidence,
        model_version=NO_MODEL,
        route=FOUND,
        reason="An agent came upon this in Slack.",
    )
    session.add(turn)
    session.flush()
    return turn


def _relayed(session: Session, channel: str, ts: str) -> Message | None:
    rows = select(Message).join(Case, Case.id == Message.case_id)  # type: ignore[arg-type]
    rows = rows.where(Message.slack_ts == ts, Case.slack_channel == channel)
    return session.exec(rows.where(Message.speaker == Speaker.CUSTOMER.value)).first()


def _found(session: Session, channel: str, ts: str) -> Message | None:
    return session.exec(select(Message).where(Message.client_id == f"slack:{channel}:{ts}")).first()
