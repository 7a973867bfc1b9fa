"""Peak memory of each process after the chat turns."""

from __future__ import annotations

from tests.bench.figure import Figure, Sheet
from tests.bench.race import Raced


def sheet(raced: Raced) -> Sheet:
    """Read from the processes that were just talked to."""
    figures = tuple(Figure(name, "MB", (megabytes,)) for name, megabytes in raced.peaks.items())
    return Sheet("Peak memory", figures, (f"VmHWM after {len(raced.ours)} turns each, before any retraining.",))
