"""Corrections: what one person said a turn's intent was. Append-only; a change of mind is one more row."""

from __future__ import annotations

from datetime import datetime
from enum import Enum

from sqlalchemy import JSON, Column
from sqlmodel import Field, Session, SQLModel, col, select

from labeling.clock import now

CUSTOMER = "customer"
"""The source of what customers themselves chose, when the bot asked what they meant."""


class CorrectionKind(str, Enum):
    """What was said about the turn."""

    INTENT = "intent"
    """The customer wanted this known intent."""
    NEW_INTENT = "new_intent"
    """The customer wanted something that no intent covers; `intent` is its proposed name."""
    NOT_A_REQUEST = "not_a_request"
    """Small talk, a fragment, noise: nothing to learn an intent from."""
    OUT_OF_SCOPE = "out_of_scope"
    """The customer wanted something that no intent covers, and no name is proposed for it."""
    TWO_IN_ONE = "two_in_one"
    """The customer wanted two things at once: `intent` and `second_intent`."""
    CANNOT_TELL = "cannot_tell"
    """The person looked and could not say: nothing to learn from, and somebody else should look."""
    WITHDRAWN = "withdrawn"
    """The person took their earlier correction back."""


class Correction(SQLModel, table=True):
    """One person's word on one turn, with its provenance."""

    __tablename__ = "handraise_correction"

    id: int | None = Field(default=None, primary_key=True)
    turn_id: int = Field(foreign_key="handraise_turn.id", index=True)
    kind: str
    intent: str | None = None
    second_intent: str | None = None
    """The other wish of two in one."""
    definition: str = ""
    """For a new intent: what it means, in the proposer's words."""
    examples: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False, server_default="[]"))
    """For a new intent: messages that belong to it, as its proposer wrote them."""
    person_id: str
    person_name: str
    source: str
    """slack, trainer or customer."""
    suggestion_visible: bool = True
    """Whether the person saw the model's guesses; people shown an answer tend to agree with it."""
    active_seconds: float | None = None
    created_at: datetime = Field(default_factory=now, index=True)


def corrections_of(session: Session, turn_id: int) -> list[Correction]:
    """All that was ever said of the turn, oldest first."""
    rows = select(Correction).where(Correction.turn_id == turn_id).order_by(col(Correction.id))
    return list(session.exec(rows))


def standing(corrections: list[Correction]) -> list[Correction]:
    """Each person's last word, without what was withdrawn; oldest first."""
    last = {correction.person_id: correction for correction in corrections}
    kept = [correction for correction in last.values() if correction.kind != CorrectionKind.WITHDRAWN]
    return sorted(kept, key=lambda correction: correction.id or 0)
