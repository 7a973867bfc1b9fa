"""The deep path for a project: minutes of learning beside all else, and encoders that come with their models."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from labeling.database import Database
from labeling.guidelines import meanings
from labeling.judging import material
from labeling.labels import labels
from labeling.project import Project
from labeling.registry import encoder_archive, encoder_of
from labeling.snapshot import take

if TYPE_CHECKING:
    from labeling.intent_model import Tuning

Progress = Callable[[str, float], None]


def deep_run(project: Project, database: Database, progress: Progress) -> Tuning:
    """Fine-tunes the project's encoder on all labels that count now; what it gains is in the answer.

    Nothing is locked meanwhile: corrections go on being learned from, on the encoder that is live.
    Raises Refusal where the examples or the encoder cannot be used.
    """
    from labeling.intent_model import fine_tune, open_encoder

    given = material(project)
    with database.reading() as session:
        snapshot = take(given.seeds, labels(session))
        said = meanings(session, project.guidelines)
    progress("Opening the encoder", 0.0)
    base = open_encoder(project.encoder, precision=project.precision)
    return fine_tune(snapshot.examples, base, progress, meanings=said)


def bring_encoder(database: Database, version: str) -> str | None:
    """The tuned encoder that a model runs on, fetched from the registry unless this machine has it; None for none.

    Raises NoSuchEncoder, or ArtefactRefused for a damaged one.
    """
    from labeling.intent_model import is_here, unpack_tuned

    with database.reading() as session:
        name = encoder_of(session, version)
        if name is None or is_here(name):
            return name
        archive, sha256 = encoder_archive(session, name)
    unpack_tuned(archive, sha256, name)
    return name
