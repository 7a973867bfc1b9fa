"""What the bot service is told at its start."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from labeling.database import Database
from labeling.project import Project


@dataclass(frozen=True)
class Settings:
    """What one bot process runs on."""

    project: Project
    database: Database
    model: Path
    host: str
    port: int
    stage: Path | None = None
    """The demo's stage configuration; without one the stage is off."""
