"""Alarms: a tier's promise that audits found broken. While one stands, the bot answers nothing in its tier."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field, Session, SQLModel, col, select

from labeling.clock import now


class Alarm(SQLModel, table=True):
    """Rung by an audit, ended by a person."""

    __tablename__ = "handraise_alarm"

    id: int | None = Field(default=None, primary_key=True)
    tier: str = Field(index=True)
    promise: float
    """As it stood in config.yml when the alarm rang."""
    evidence: float
    """The bet's worth against the promise when it rang."""
    audits: int
    """Audited answers that were looked at, and how many of them were right."""
    right: int
    rung_at: datetime = Field(default_factory=now)
    ended_at: datetime | None = None
    """Answers from then on are judged anew."""
    ended_by: str | None = None


def standing_alarms(session: Session) -> list[Alarm]:
    """Those that nobody has ended, oldest first."""
    return list(session.exec(select(Alarm).where(col(Alarm.ended_at).is_(None)).order_by(col(Alarm.id))))


def stopped_tiers(session: Session) -> frozenset[str]:
    """Tiers in which the bot answers nothing until a person has looked."""
    return frozenset(alarm.tier for alarm in standing_alarms(session))


def last_alarm(session: Session, tier: str) -> Alarm | None:
    """The newest of this tier, standing or ended."""
    return session.exec(select(Alarm).where(Alarm.tier == tier).order_by(col(Alarm.id).desc())).first()
