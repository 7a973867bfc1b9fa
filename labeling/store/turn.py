"""Turns: what a customer wrote, together with what the intent model made of it. Never overwritten."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, Index, text
from sqlmodel import Field, Session, SQLModel, col, select

from labeling.clock import now
from labeling.ranking import Ranking

HINT = "hint"
"""The route of a turn that a person owned already: its ranking helps the agent, nothing was decided."""
FOUND = "found"
NO_MODEL = ""
"""In place of a model's version, where none was asked."""


class Turn(SQLModel, table=True):
    """One customer message and the opinion and decision it met."""

    __tablename__ = "handraise_turn"
    __table_args__ = (
        # Audited turns are few among many, and are looked for at every glance at the trainers' page.
        Index(
            "ix_handraise_turn_audit", "id", sqlite_where=text("audit IS 1"), postgresql_where=text("audit IS true")
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    conversation_id: int = Field(index=True)
    message_id: int = Field(unique=True)
    text: str
    """Empty once the customer has deleted the message."""
    ranking: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    """`Ranking.to_json`; read it through `ranking_of`."""
    confidence: float
    model_version: str = Field(index=True)
    route: str
    """answer, clarify or escalate; `hint`, where a person owned the conversation already; or `found`, where an agent
    came upon the message in Slack and no model was asked."""
    reason: str
    """Why this route, in one sentence that an agent can read."""
    tier: str | None = None
    audit: bool = False
    """Drawn for people to look at, unseen by the customer."""
    audit_rate: float | None = None
    """The chance (0 to 1) with which this answer was drawn, as the knob stood then. None: not answered by the bot."""
    promise: float | None = None
    """The share (0 to 1) of right answers that its tier promised when this one was given. None: nothing was promised,
    or an older version did not write it down."""
    chosen: str | None = None
    """The intent that was answered, where the customer was asked and chose; everywhere else it is the first guess."""
    nearest: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    """The labelled examples that the model found nearest, by `text_key`, best first."""
    created_at: datetime = Field(default_factory=now, index=True)


OURS = (col(Turn.route).not_in((HINT, FOUND)), col(Turn.text) != "")
"""Which turns are the bot's traffic: said to it, by customers themselves, and not deleted since."""


def ranking_of(turn: Turn) -> Ranking:
    return Ranking.from_json(turn.ranking)


def turn_of_message(session: Session, message_id: int) -> Turn | None:
    return session.exec(select(Turn).where(Turn.message_id == message_id)).first()
