"""What agents have answered, in the words of the labeling service, which looks for answers that are sent often."""

from __future__ import annotations

from sqlmodel import Session, col, select

from escalation.store.case import Case
from escalation.store.conversation import Conversation
from escalation.store.message import Message, Speaker
from labeling.repeated_answers import AgentAnswer
from labeling.store.canned_reply import CannedUse
from labeling.store.turn import Turn

MOST = 5_000
"""The newest answers that are looked through."""


def agent_answers(session: Session) -> list[AgentAnswer]:
    """Oldest first; without what was sent from a canned reply."""
    canned = select(CannedUse.message_id)
    rows = (
        select(Message, Case, Conversation)
        .join(Case, col(Case.id) == col(Message.case_id))
        .join(Conversation, col(Conversation.id) == col(Message.conversation_id))
        .where(
            Message.speaker == Speaker.AGENT.value,
            col(Message.deleted).is_(False),
            col(Message.id).not_in(canned),
        )
        .order_by(col(Message.id).desc())
        .limit(MOST)
    )
    found = [(message, case, conversation) for message, case, conversation in session.exec(rows)]
    turns = _turns(session, [case for _, case, _ in found])
    return [
        AgentAnswer(message.text, conversation.customer_name, message.author, _asked(turns, message, case))
        for message, case, conversation in reversed(found)
    ]


def _turns(session: Session, cases: list[Case]) -> dict[int, list[Turn]]:
    """By conversation, newest first."""
    conversations = sorted({case.conversation_id for case in cases})
    found: dict[int, list[Turn]] = {}
    for start in range(0, len(conversations), 500):
        rows = select(Turn).where(col(Turn.conversation_id).in_(conversations[start : start + 500]))
        for turn in session.exec(rows.order_by(col(Turn.message_id).desc())):
            found.setdefault(turn.conversation_id, []).append(turn)
    return found


def _asked(turns: dict[int, list[Turn]], message: Message, case: Case) -> tuple[int, ...]:
    """From the turn that raised the hand to the answer, newest first."""
    mine = turns.get(case.conversation_id, [])
    since = next((turn.message_id for turn in mine if turn.id == case.turn_id), 0)
    return tuple(turn.id or 0 for turn in mine if since <= turn.message_id < (message.id or 0))
