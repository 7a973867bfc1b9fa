"""Posted cards: which Slack messages head which case. A deleted card's thread still leads to its case."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import UniqueConstraint, or_
from sqlmodel import Field, Session, SQLModel, col, select

from escalation.store.case import Case, CaseState
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


def cards_of(session: Session, case_id: int) -> list[PostedCard]:
    """Every card that the case has had, the newest last."""
    rows = select(PostedCard).where(PostedCard.case_id == case_id).order_by(col(PostedCard.id))
    return list(session.exec(rows))


def cases_with_cards(session: Session, closed_since: datetime) -> list[int]:
    """The ids of cases that are not closed, or closed since then, the newest first."""
    rows = (
        select(PostedCard.case_id)
        .join(Case, col(Case.id) == col(PostedCard.case_id))
        .where(or_(col(Case.state) != CaseState.CLOSED.value, col(Case.closed_at) >= closed_since))
        .order_by(col(PostedCard.case_id).desc())
        .distinct()
    )
    return list(session.exec(rows))
