"""Posted cards: which Slack messages head which case. A deleted card's thread still leads to its case."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, Session, SQLModel, select

from labeling.clock import now


class PostedCard(SQLModel, table=True):
    """One card in Slack. A case's newest one is named by the case itself."""

    __tablename__ = "handraise_card"
    __table_args__ = (UniqueConstraint("slack_channel", "slack_ts"),)

    id: int | None = Field(default=None, primary_key=True)
    case_id: int = Field(foreign_key="handraise_case.id", index=True)
    slack_channel: str
    slack_ts: str
    shown_at: datetime = Field(default_factory=now)


def card_at(session: Session, channel: str, ts: str) -> PostedCard | None:
    rows = select(PostedCard).where(PostedCard.slack_channel == channel, PostedCard.slack_ts == ts)
    return session.exec(rows).first()
