"""What is slow and the same for everybody is kept once per user, whole or not at all."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from platformdirs import user_cache_dir


def cache_directory() -> Path:
    """This user's; HANDRAISE_CACHE names another."""
    # Programs of their own run in another folder, and must find the same place.
    return Path(os.environ.get("HANDRAISE_CACHE") or user_cache_dir("handraise")).absolute()


@contextmanager
def whole_directory(target: Path) -> Iterator[Path]:
    """A workplace that becomes `target` when all went well, and else leaves nothing. Raises OSError."""
    target.parent.mkdir(parents=True, exist_ok=True)
    workplace = Path(tempfile.mkdtemp(prefix=".making-", dir=target.parent))
    try:
        yield workplace
        _move(workplace, target)
    finally:
        shutil.rmtree(workplace, ignore_errors=True)


def _move(workplace: Path, target: Path) -> None:
    try:
        workplace.rename(target)
    except OSError:
        if not target.is_dir():  # else somebody made the same at the same time
            raise
