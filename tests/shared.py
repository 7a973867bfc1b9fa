"""Public data and Slack's own descriptions: beside the project, or where HANDRAISE_SHARED says; never part of it."""

from __future__ import annotations

import json
import os
from functools import cache
from pathlib import Path
from typing import Any

import pytest

SHARED = Path(os.environ.get("HANDRAISE_SHARED") or Path(__file__).parents[2] / "shared")
CHECKED_BY = {
    "slack": "whether Slack would take what is said to it, by its own schemas, methods, errors and samples",
    "data/banking77": "how good the intent model is on BANKING77",
}


def is_here(name: str) -> bool:
    return (SHARED / name).exists()


def shared(name: str) -> Path:
    """A file or folder; a test that needs it is skipped where it is missing."""
    if not is_here(name):
        pytest.skip(f"{name} is not in {SHARED} (HANDRAISE_SHARED)")
    return SHARED / name


@cache
def slacks(name: str) -> Any:
    """One of Slack's own descriptions or samples. Not to be changed."""
    return json.loads(shared(f"slack/{name}.json").read_text(encoding="utf-8"))


def sample(name: str) -> Any:
    """A payload as Slack itself shows it."""
    return slacks(f"samples/{name}")


def unchecked() -> list[str]:
    """What no test can find out on this machine."""
    return [f"{what} ({SHARED / name} is missing)" for name, what in CHECKED_BY.items() if not is_here(name)]
