"""How much memory a process has held at most."""

from __future__ import annotations

from pathlib import Path


def peak_megabytes(pid: int) -> float:
    """Its peak resident memory (VmHWM), in MB of a million bytes."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024 / 1e6
    raise ValueError(f"/proc/{pid}/status says nothing of VmHWM")
