"""Programs that need TensorFlow run in a process of their own: no service carries its memory, or waits for it."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def run_apart(module: str, arguments: Sequence[str], on_share: Callable[[float], None]) -> str | None:
    """Runs `python -m module`, which prints `done SHARE` as it goes. Gives its last complaint where it failed.

    A program whose caller dies ends at its next word: nobody reads it any more.
    """
    quiet = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": ""}
    command = [sys.executable, "-m", module, *arguments]
    with tempfile.TemporaryFile("w+") as complaints:
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=complaints, text=True, env=quiet, cwd=ROOT
        ) as process:
            for line in process.stdout or ():
                if line.startswith("done "):
                    on_share(float(line.split()[1]))
        complaints.seek(0)
        last = (complaints.read().strip().splitlines() or ["no reason given"])[-1]
    return last if process.returncode else None
