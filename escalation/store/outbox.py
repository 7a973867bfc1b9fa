"""The outbox: what Slack must still be told. A row is committed before anything is sent."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import Enum

from sqlalchemy import text
from sqlmodel import Field, Session, SQLModel, col, select

from labeling.clock import now


class Errand(str, Enum):
    """What is to be done in Slack. The words are read from the rows when it is done, so they are the newest."""

    POST_CARD = "post_card"
    UPDATE_CARD = "update_card"
    POST_MESSAGE = "post_message"
    """Put the message `message_id` into the case's thread."""
    REWORD = "reword"
    """The customer changed or deleted `message_id`: so does its copy in the thread."""
    NOTE = "note"
    """Put the private `note` of `person_id` into the thread."""
    TRANSCRIPT = "transcript"
    """Upload the case as JSON into its thread, for `person_id`; `note` is Slack's id of the upload, once begun."""
    MARK = "mark"
    """Put `note` (delivered, failed, read) as a reaction on the agent's Slack message `message_id`."""
    TELL = "tell"
    """Say `note` to the person `person_id` alone, in the case's thread."""
    ASK = "ask"
    """Ask `person_id` alone what to do with their held remark, whose Slack ts is `note`."""
    HAND = "hand"
    """Call `person_id` into the case's thread: `note`, a colleague's name, hands the case to them."""
    NUDGE = "nudge"
    """Say `note` in the case's thread, and call `person_id` (ids of people and user groups, by blanks) there."""
    CALL = "call"
    """The same, shown in the channel too."""
    SEAL = "seal"
    """Put a lock on the private note whose Slack ts is `note`, so that its author sees that it stayed inside."""


class Outgoing(SQLModel, table=True):
    """One errand. Those of one case are done in order."""

    __tablename__ = "handraise_outbox"

    id: int | None = Field(default=None, primary_key=True)
    case_id: int = Field(foreign_key="handraise_case.id", index=True)
    errand: str
    message_id: int | None = None
    person_id: str | None = None
    note: str = ""
    attempts: int = 0
    not_before: datetime = Field(default_factory=now)
    error: str | None = None
    created_at: datetime = Field(default_factory=now)
    done_at: datetime | None = Field(default=None, index=True)


def enqueue(session: Session, case_id: int, errand: Errand, **more: object) -> Outgoing:
    row = Outgoing(case_id=case_id, errand=errand.value, **more)
    session.add(row)
    session.flush()
    return row


def due(session: Session, limit: int = 50) -> list[Outgoing]:
    """The oldest undone errand of every case whose time has come; on PostgreSQL locked for this transaction."""
    oldest = text("id IN (SELECT min(id) FROM handraise_outbox WHERE done_at IS NULL GROUP BY case_id)")
    rows = (
        select(Outgoing)
        .where(col(Outgoing.done_at).is_(None), oldest, Outgoing.not_before <= now())
        .order_by(col(Outgoing.id))
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return list(session.exec(rows))


def postpone(row: Outgoing, seconds: float, error: str) -> None:
    row.attempts += 1
    row.error = error
    row.not_before = now() + timedelta(seconds=seconds)
