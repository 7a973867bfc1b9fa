"""Agents: who is away, and what their App Home shows."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlmodel import Field, Session, SQLModel, col, select


class Agent(SQLModel, table=True):
    """One person who has used the desk, by Slack user id."""

    __tablename__ = "handraise_agent"

    person_id: str = Field(primary_key=True)
    away_since: datetime | None = None
    """Away people are neither nudged nor called."""
    home_opened_at: datetime | None = None
    """When they last looked at App Home; only homes that are looked at are kept up to date."""
    home_page: int = 0
    """The page of the queue that they are on."""
    home_notice: str = ""
    """What went wrong with their last press there."""
    home_shown: str = ""
    """A fingerprint of what was published last."""
    home_published_at: datetime | None = None


def agent_of(session: Session, person_id: str) -> Agent:
    """The person's row, begun now if there is none."""
    found = session.get(Agent, person_id)
    if found is None:
        found = Agent(person_id=person_id)
        session.add(found)
        session.flush()
    return found


def away_among(session: Session, person_ids: Collection[str]) -> set[str]:
    rows = select(Agent.person_id).where(
        col(Agent.person_id).in_(list(person_ids)), col(Agent.away_since).is_not(None)
    )
    return set(session.exec(rows))
