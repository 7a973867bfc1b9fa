"""What most commands start from: the project in this folder and its database, with the schema up to date."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from bot import schema
from labeling.database import Database
from labeling.project import Project, find_project


@dataclass(frozen=True)
class Workplace:
    """A project and its open database."""

    project: Project
    database: Database


def enter(folder: Path) -> Workplace:
    """Raises Refusal where there is no project, or its database cannot be reached."""
    project = find_project(folder.resolve())
    database = Database(project.database_url)
    schema.upgrade(database)
    return Workplace(project, database)
