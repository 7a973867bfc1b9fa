"""Files that a command writes its results to."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from labeling.refusal import Refusal


class CannotWrite(Refusal):
    """No file can be written there. Name another place."""

    def __init__(self, path: Path, reason: object) -> None:
        super().__init__(f"{path} cannot be written: {reason}")


def check_writable(path: Path) -> None:
    """Before anything slow, and without making the file. Raises CannotWrite."""
    folder = path.absolute().parent
    with writing(path):
        if path.is_dir():
            raise CannotWrite(path, "it is a folder")
        if not folder.is_dir():
            raise CannotWrite(path, f"there is no folder {folder}")
        if not os.access(path if path.exists() else folder, os.W_OK):
            raise CannotWrite(path, "this user may not")


def write(path: Path, text: str) -> None:
    """Raises CannotWrite."""
    with writing(path):
        path.write_text(text, encoding="utf-8")


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """What goes wrong meanwhile is one line. Raises CannotWrite."""
    try:
        yield
    except OSError as error:
        raise CannotWrite(path, error.strerror or error) from error
