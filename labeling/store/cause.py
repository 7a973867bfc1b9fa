"""Causes: why a message was hard for the bot, in one word of the person who corrected it. Append-only."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import Enum

from sqlmodel import Field, Session, SQLModel, col, select

from labeling.clock import now
from labeling.store.correction import Correction, CorrectionKind


class Cause(str, Enum):
    """What makes a message hard; the material of a decision analysis."""

    WORDING = "wording"
    MISSING_CONTEXT = "missing_context"
    TWO_IN_ONE = "two_in_one"
    NO_SUCH_INTENT = "no_such_intent"
    SLANG_OR_TYPO = "slang_or_typo"
    LANGUAGE = "language"
    ABUSE = "abuse"


SPEAKS_FOR_ITSELF = {
    CorrectionKind.TWO_IN_ONE.value: Cause.TWO_IN_ONE,
    CorrectionKind.NEW_INTENT.value: Cause.NO_SUCH_INTENT,
}
"""Corrections that name their cause by what they say."""


class GivenCause(SQLModel, table=True):
    """One click on a cause; a correction's newest one counts."""

    __tablename__ = "handraise_cause"

    id: int | None = Field(default=None, primary_key=True)
    correction_id: int = Field(foreign_key="handraise_correction.id", index=True)
    cause: str
    created_at: datetime = Field(default_factory=now)


def causes_of(session: Session, corrections: Iterable[Correction]) -> dict[int, Cause]:
    """By correction: the newest cause given, or the one that it speaks for itself; those without one are left out."""
    corrections = list(corrections)
    found = {one.id or 0: SPEAKS_FOR_ITSELF[one.kind] for one in corrections if one.kind in SPEAKS_FOR_ITSELF}
    ids = [one.id for one in corrections]
    for start in range(0, len(ids), 500):
        rows = select(GivenCause).where(col(GivenCause.correction_id).in_(ids[start : start + 500]))
        found.update((row.correction_id, Cause(row.cause)) for row in session.exec(rows.order_by(col(GivenCause.id))))
    return found
