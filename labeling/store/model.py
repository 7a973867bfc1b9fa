"""The registry: every intent model ever trained, its report, and which one is live."""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import Any

from sqlalchemy import JSON, Column, Index, LargeBinary, text
from sqlalchemy.orm import defer
from sqlmodel import Field, Session, SQLModel, col, select

from labeling.clock import now


class Standing(str, Enum):
    """Where a model stands."""

    CANDIDATE = "candidate"
    LIVE = "live"
    RETIRED = "retired"
    REFUSED = "refused"


class Model(SQLModel, table=True):
    """One trained intent model; the index lets at most one be live. The artefact travels in the row, so that a
    replica needs the database only.
    """

    __tablename__ = "handraise_model"
    __table_args__ = (
        Index(
            "handraise_model_one_live",
            "standing",
            unique=True,
            sqlite_where=text("standing = 'live'"),
            postgresql_where=text("standing = 'live'"),
        ),
    )

    version: str = Field(primary_key=True)
    standing: str = Field(default=Standing.CANDIDATE.value)
    snapshot: str = Field(index=True)
    """Fingerprint of the snapshot that it was trained on."""
    encoder: str
    """As config.yml named it."""
    tuned_encoder: str | None = None
    """The one that a deep run made of it, where the model runs on that."""
    examples: int
    labels: int = 0
    """How many of the examples are labels that trainers gave."""
    report: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    """What the evaluation on the frozen set measured."""
    objections: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    """Every reason why it was refused, or taken down, or could not be loaded."""
    archive: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    """The artefact's directory as a zip archive."""
    sha256: str
    """Of the archive; a damaged one is refused."""
    created_at: datetime = Field(default_factory=now)
    promoted_at: datetime | None = None


def live_model(session: Session) -> Model | None:
    """The model that answers now. Its archive is read only when asked for."""
    rows = select(Model).where(Model.standing == Standing.LIVE.value).options(defer("archive"))
    return session.exec(rows.order_by(col(Model.promoted_at).desc())).first()


def live_version(session: Session) -> str | None:
    rows = select(Model.version).where(Model.standing == Standing.LIVE.value)
    return session.exec(rows.order_by(col(Model.promoted_at).desc())).first()
