"""Encoders that came out of deep runs. Models name theirs, so that each is stored once."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Column, LargeBinary
from sqlmodel import Field, SQLModel

from labeling.clock import now


class TunedEncoder(SQLModel, table=True):
    """One of them, as a zip archive that travels to every machine that runs a model on it."""

    __tablename__ = "handraise_tuned_encoder"

    name: str = Field(primary_key=True)
    archive: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    sha256: str
    """Of the archive; a damaged one is refused."""
    created_at: datetime = Field(default_factory=now)
