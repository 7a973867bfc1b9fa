"""One case as JSON, for the record and for other tools. `transcript.schema.json` here says what is in it."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from escalation.case_summary import summarize
from escalation.store.case import Case, case_by_id, case_of_turn
from escalation.store.conversation import Conversation, conversation_by_id
from escalation.store.message import Message
from escalation.store.rating import rating_of
from labeling.labels import state_of
from labeling.refusal import Refusal
from labeling.store.cause import causes_of
from labeling.store.correction import Correction, corrections_of
from labeling.store.review import reviews_of
from labeling.store.turn import Turn, ranking_of

FORMAT = "handraise-transcript/1"
GUESSES = 5


class NoSuchCase(Refusal):
    """There is no case by this number. The card says it, and `handraise status` how many wait."""


def transcript(session: Session, case_id: int) -> dict[str, Any]:
    """The whole conversation that the case belongs to. Notes stay in Slack, so there are none. Raises NoSuchCase."""
    try:
        case = case_by_id(session, case_id)
    except KeyError as missing:
        raise NoSuchCase(f"there is no case {case_id}") from missing
    conversation = conversation_by_id(session, case.conversation_id)
    rows = select(Message).where(Message.conversation_id == conversation.id).order_by(col(Message.number))
    messages = list(session.exec(rows))
    asked = select(Turn).where(Turn.conversation_id == conversation.id).order_by(col(Turn.id))
    turns = list(session.exec(asked))
    return {
        "format": FORMAT,
        "case": _case(case),
        "customer": _customer(conversation),
        "summary": _summary(session, case, turns, messages),
        "messages": [_message(one) for one in messages],
        "turns": [_turn(session, one, messages) for one in turns],
    }


def transcript_of_turn(session: Session, turn_id: int) -> dict[str, Any] | None:
    """The case that the turn raised, or in which it was said; None where there was none."""
    turn = session.get(Turn, turn_id)
    case_id = case_of_turn(session, turn) if turn is not None else None
    return transcript(session, case_id) if case_id is not None else None


def _case(case: Case) -> dict[str, Any]:
    return {
        "id": case.id,
        "state": case.state,
        "reason": case.reason,
        "tier": case.tier,
        "owner": case.owner_name,
        "opened_at": stamp(case.opened_at),
        "claimed_at": stamp(case.claimed_at),
        "closed_at": stamp(case.closed_at),
        "closed_by": case.closed_by,
        "outcome": case.outcome,
    }


def _customer(conversation: Conversation) -> dict[str, Any]:
    return {
        "name": conversation.customer_name,
        "channel": conversation.channel,
        "page": conversation.page,
        "language": conversation.language,
    }


def _summary(session: Session, case: Case, turns: list[Turn], messages: list[Message]) -> dict[str, Any]:
    turn = next((one for one in turns if one.id == case.turn_id), None)
    state = state_of(corrections_of(session, turn.id), reviews_of(session, turn.id)) if turn and turn.id else None
    exchange = [one for one in messages if one.case_id == case.id]
    summary = summarize(case, turn, state, exchange, rating_of(session, case.id or 0))
    wish = {"intents": list(summary.wish.intents), "source": summary.wish.source}
    return {**asdict(summary), "wish": wish, "people": list(summary.people)}


def _message(message: Message) -> dict[str, Any]:
    return {
        "number": message.number,
        "speaker": message.speaker,
        "author": message.author,
        "text": message.text,
        "at": stamp(message.created_at),
        "case": message.case_id,
        "edited": message.revision > 0 and not message.deleted,
        "deleted": message.deleted,
        "files": [str(file["name"]) for file in message.payload.get("files") or []],
    }


def _turn(session: Session, turn: Turn, messages: list[Message]) -> dict[str, Any]:
    said = corrections_of(session, turn.id or 0)
    causes = causes_of(session, said)
    state = state_of(said, reviews_of(session, turn.id or 0))
    ranking = ranking_of(turn)
    return {
        "number": next((one.number for one in messages if one.id == turn.message_id), None),
        "guesses": [[guess.intent, guess.probability] for guess in ranking.guesses[:GUESSES]],
        "confidence": turn.confidence,
        "model": turn.model_version,
        "route": turn.route,
        "reason": turn.reason,
        "corrections": [_correction(one, causes.get(one.id or 0)) for one in said],
        "label": [intent for intent in (state.label, state.second_label) if intent] if state.is_labelled else None,
    }


def _correction(one: Correction, cause: Any) -> dict[str, Any]:
    return {
        "kind": one.kind,
        "intents": [intent for intent in (one.intent, one.second_intent) if intent],
        "person": one.person_name,
        "source": one.source,
        "cause": cause.value if cause else None,
        "at": stamp(one.created_at),
    }


def stamp(moment: datetime | None) -> str | None:
    return f"{moment.isoformat(timespec='milliseconds')}Z" if moment else None
