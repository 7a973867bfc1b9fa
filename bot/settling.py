"""How a turn is settled: everything that came of it, in one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session

from bot.answers import say_answers
from bot.choice import draw_answer, note_choice
from bot.recorder import Said
from bot.waiting import Waiting
from escalation import handover
from escalation.store.case import unclosed_case
from escalation.store.conversation import hold_conversation
from escalation.store.message import Message
from escalation.wait import bot_has_the_word
from labeling.audit import is_drawn
from labeling.clock import now
from labeling.database import Database
from labeling.ranking import Ranking
from labeling.store.turn import HINT, Turn, turn_of_message


@dataclass(frozen=True)
class Outcome:
    """What became of a turn. With a reason, a person is called."""

    routing: Mapping[str, Any] | None
    said: tuple[Said, ...] = ()
    reason: str | None = None
    audit_rate: float = 0.0
    """The chance (0 to 1) with which people look at the answer to what the customer chose, if that is what it is."""


def settle(database: Database, waiting: Waiting, outcome: Outcome) -> None:
    """Everything that came of the turn, in one transaction. Settling twice changes nothing."""
    with database.transaction() as session:
        conversation = hold_conversation(session, waiting.conversation_id)
        message = session.get(Message, waiting.message_id)
        if message is None:
            return
        conversation.told_number = max(conversation.told_number, message.number)
        if message.handled_at is not None:  # or it was deleted while the bot still thought
            return
        message.handled_at = now()
        if waiting.is_settled:
            return
        case = unclosed_case(session, waiting.conversation_id)
        bot_answers = bot_has_the_word(case, message.text)
        turn = _turn(session, waiting, outcome, owned=not bot_answers)
        asked_about = _asked_about(session, waiting)
        if asked_about is not None and waiting.chosen is not None:
            note_choice(session, conversation, asked_about, waiting.chosen)
        if case is not None:
            handover.pass_on(session, case, message)  # also if people came while the bot still thought
        if bot_answers:
            said = say_answers(session, conversation, waiting.message_id, outcome.said)
            if case is not None:
                for answer in said:
                    handover.pass_on(session, case, answer)  # for whoever comes later
            if outcome.reason:
                handover.open_case(session, conversation, outcome.reason, turn or asked_about)
            elif asked_about is not None and waiting.chosen is not None:
                draw_answer(asked_about, waiting.chosen, outcome.audit_rate)


def _asked_about(session: Session, waiting: Waiting) -> Turn | None:
    """The turn whose question this message answers."""
    if waiting.question is None or waiting.answer is None:
        return None
    return turn_of_message(session, waiting.question.about)


def _turn(session: Session, waiting: Waiting, outcome: Outcome, owned: bool) -> Turn | None:
    """A message has one turn; one that is there already is never overwritten."""
    known = turn_of_message(session, waiting.message_id)
    if known is not None or outcome.routing is None:
        return known
    turn = _decided(waiting, outcome, outcome.routing, owned)
    session.add(turn)
    session.flush()
    return turn


def _decided(waiting: Waiting, outcome: Outcome, routing: Mapping[str, Any], owned: bool) -> Turn:
    ranking = Ranking.from_json(routing["ranking"])
    answered = routing["route"] == "answer" and not owned and outcome.reason is None
    rate = float(routing["audit"]) if answered else None
    return Turn(
        conversation_id=waiting.conversation_id,
        message_id=waiting.message_id,
        text=waiting.text,
        ranking=routing["ranking"],
        confidence=ranking.confidence,
        model_version=ranking.model_version,
        route=HINT if owned else routing["route"],
        reason=routing["reason"],
        tier=routing["tier"],
        nearest=list(routing.get("nearest") or ()),
        audit=rate is not None and is_drawn(rate),
        audit_rate=rate,
        promise=routing.get("promise") if answered else None,
    )
