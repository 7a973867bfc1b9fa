"""The machine and the code that the figures are of."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import subprocess
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from tests.bench.scene import REPOSITORY

PACKAGES = ("rasa", "tensorflow", "onnxruntime", "scikit-learn", "sqlmodel", "SQLAlchemy", "slack-sdk", "sanic")


def facts() -> dict[str, Any]:
    """Everything that somebody needs who wants to compare."""
    return {
        "date": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "commit": _git("rev-parse", "--short", "HEAD"),
        "changed_files": len(_git("status", "--porcelain").splitlines()),
        "cores": len(os.sched_getaffinity(0)),
        "cpu": _cpu(),
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9, 1),
        "load_at_start": os.getloadavg()[0],
        "system": platform.platform(),
        "python": platform.python_version(),
        "versions": {name: importlib.metadata.version(name) for name in PACKAGES},
    }


def _cpu() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), "")


def _git(*command: str) -> str:
    return subprocess.run(["git", *command], cwd=REPOSITORY, capture_output=True, text=True).stdout.strip()
