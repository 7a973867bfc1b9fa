"""`handraise setup`: what is slow and the same for everybody, done once and kept per user."""

from __future__ import annotations

from bot.cli.console import out, progress
from bot.cli.services import HERE, Folder
from labeling.project import find_project


def setup(project: Folder = HERE) -> None:
    """Prepare the encoder (about a minute, once per user) and the dialogue model (when the project changed).

    The encoder is kept in this user's cache folder, or where HANDRAISE_CACHE says.
    """
    from bot.training import train_dialogue
    from labeling.intent_model import open_encoder

    place = find_project(project.resolve())
    with progress() as on_progress:
        on_progress("Converting the encoder, once per user", 0.1)
        open_encoder(place.encoder, precision=place.precision)
        train_dialogue(place, on_progress)
    out.print("Everything is in place.")
