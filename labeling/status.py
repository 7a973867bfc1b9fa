"""What is live, since when and how good, and what waits for trainers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from labeling.database import Database
from labeling.judging import material
from labeling.labels import labels
from labeling.project import Project
from labeling.review_queue import waiting_states
from labeling.snapshot import take
from labeling.store.model import live_model


@dataclass(frozen=True)
class Status:
    """Numbers for `handraise status` and the trainers' page."""

    version: str | None
    """The live model; None before the first."""
    since: datetime | None
    examples: int
    """What live was trained on, labels among them."""
    labels: int
    report: dict[str, Any]
    """What live achieved on the frozen set when it was judged."""
    objections: tuple[str, ...]
    """What bots had against the live model: it could not be loaded."""
    to_review: int
    """Corrected turns that wait for a trainer."""
    accepted: int
    """Labels that count now."""
    is_behind: bool
    """Live was trained on something else than the labels and seed examples of now."""


def status(project: Project, database: Database) -> Status:
    """Raises Refusal where the project's examples cannot be read."""
    with database.reading() as session:
        live = live_model(session)
        given = labels(session)
        to_review = len(waiting_states(session))
    snapshot = take(material(project).seeds, given)
    return Status(
        version=live.version if live else None,
        since=live.promoted_at if live else None,
        examples=live.examples if live else 0,
        labels=live.labels if live else 0,
        report=live.report if live else {},
        objections=tuple(live.objections) if live else (),
        to_review=to_review,
        accepted=len(given),
        is_behind=live is None or (live.snapshot, live.encoder) != (snapshot.fingerprint, project.encoder),
    )
