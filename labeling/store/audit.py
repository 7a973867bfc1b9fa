"""Audits: drawn answers, and the words that people said on them without having seen what the bot thought."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import func
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, select

from labeling.store.correction import Correction
from labeling.store.turn import Turn

AUDITOR = "trainer"
"""The source of an auditor's correction."""
MOST = 20_000
"""Drawn answers that are read, newest first: enough for years of most bots, and a second's work."""


class DrawnRow(NamedTuple):
    """One drawn answer whose chance is known."""

    turn_id: int
    tier: str | None
    audit_rate: float
    promise: float | None
    created_at: datetime
    ranking: dict[str, Any]
    chosen: str | None
    """The intent that the customer chose, where they were asked."""
    looked_at: datetime | None
    """When the first blind word was said."""


def drawn_rows(session: Session, tier: str | None = None) -> list[DrawnRow]:
    """Oldest first; those of one tier that a promise is about, or all."""
    first_word = (
        select_columns(Correction.turn_id, func.min(Correction.created_at).label("looked_at"))
        .where(*_IS_BLIND)
        .group_by(Correction.turn_id)
        .subquery()
    )
    rows: Any = (
        select_columns(
            *(Turn.id, Turn.tier, Turn.audit_rate, Turn.promise, Turn.created_at, Turn.ranking, Turn.chosen),
            first_word.c.looked_at,
        )
        .outerjoin(first_word, first_word.c.turn_id == col(Turn.id))
        .where(col(Turn.audit).is_(True), col(Turn.audit_rate) > 0)
        .order_by(col(Turn.id).desc())
        .limit(MOST)
    )
    if tier is not None:
        rows = rows.where(Turn.tier == tier, col(Turn.chosen).is_(None))
    return [DrawnRow(*row) for row in session.execute(rows)][::-1]


def blind_words(session: Session, turn_id: int) -> Sequence[Correction]:
    return session.exec(select(Correction).where(Correction.turn_id == turn_id, *_IS_BLIND)).all()


def count_waiting(session: Session) -> int:
    """Drawn answers that nobody has looked at."""
    return int(session.exec(_waiting(func.count(col(Turn.id)))).one())


def next_waiting(session: Session, after: int) -> Turn | None:
    """The oldest of them after turn `after`."""
    found: Turn | None = session.exec(_waiting(Turn).where(col(Turn.id) > after).order_by(col(Turn.id))).first()
    return found


def unseen() -> Any:
    """A query for the ids of turns whose guess no page may show yet."""
    return _waiting(col(Turn.id))


_IS_BLIND = (col(Correction.source) == AUDITOR, col(Correction.suggestion_visible).is_(False))


def _waiting(what: Any) -> Any:
    looked = select(Correction.id).where(col(Correction.turn_id) == col(Turn.id), *_IS_BLIND)
    return select(what).where(col(Turn.audit).is_(True), ~looked.exists())
