"""How much memory this process has held at most."""

from __future__ import annotations

import resource

PEAK = ".peak"
"""The ending of the file in which a program of its own leaves it, beside its output."""


def peak_megabytes() -> float:
    """Linux counts it in units of 1,024 bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
