"""Which steps of the demo have happened, read from the rows that they leave."""

from __future__ import annotations

from typing import Any

from sqlmodel import Session, col, func, select

from escalation.store.case import Case
from escalation.store.message import Message, Speaker
from labeling.database import Database
from labeling.store.correction import Correction, CorrectionKind
from labeling.store.model import Model
from labeling.store.review import Decision, Review
from labeling.store.turn import Turn

ANSWER = "answer"
LEARNED = (Decision.ACCEPTED.value, Decision.CHANGED.value)


def steps_done(database: Database) -> list[int]:
    """The numbers of the steps in `bot/cli/steps.json` that are done."""
    with database.reading() as session:
        went_live = _went_live(session)
        happened = [
            _any(session, select(Turn.id).where(Turn.route == ANSWER)),
            _any(session, select(Case.id)),
            _any(session, select(Message.id).where(Message.speaker == Speaker.AGENT.value)),
            _any(session, select(Correction.id).where(Correction.kind == CorrectionKind.INTENT.value)),
            went_live is not None,
            went_live is not None
            and _any(session, select(Turn.id).where(Turn.route == ANSWER, Turn.created_at > went_live)),
        ]
    return [number for number, done in enumerate(happened, start=1) if done]


def _went_live(session: Session) -> Any:
    """When the first model went live after a label was accepted."""
    first_label: Any = func.min(Review.created_at)
    learned = session.exec(select(first_label).where(col(Review.decision).in_(LEARNED))).one()
    if learned is None:
        return None
    first_promotion: Any = func.min(Model.promoted_at)
    return session.exec(select(first_promotion).where(col(Model.promoted_at) > learned)).one()


def _any(session: Session, rows: Any) -> bool:
    return session.exec(rows.limit(1)).first() is not None
