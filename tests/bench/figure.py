"""What was measured: figures with their raw samples, on sheets of one topic each."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

TAIL = 20
"""From so many samples on, a 95th percentile means something; below, the largest is shown."""


@dataclass(frozen=True)
class Figure:
    """One measured thing. `samples` are in `unit`, in the order in which they were taken."""

    name: str
    unit: str
    samples: tuple[float, ...]
    note: str = ""

    @property
    def median(self) -> float:
        return statistics.median(self.samples)

    @property
    def p95(self) -> float | None:
        if len(self.samples) < TAIL:
            return None
        return statistics.quantiles(self.samples, n=100, method="inclusive")[94]

    def to_json(self) -> dict[str, Any]:
        found = {"median": self.median, "p95": self.p95, "min": min(self.samples), "max": max(self.samples)}
        return {**asdict(self), **found, "n": len(self.samples)}


@dataclass(frozen=True)
class Sheet:
    """One topic's figures. Notes say how they were taken."""

    title: str
    figures: tuple[Figure, ...]
    notes: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        figures = [figure.to_json() for figure in self.figures]
        return {"title": self.title, "figures": figures, "notes": list(self.notes)}


def ratio(name: str, one: Figure, other: Figure, note: str = "") -> list[Figure]:
    """The first against the second: of the medians, and of the tails where both have one."""
    ratios = [Figure(f"{name}, p50", "×", (one.median / other.median,), note)]
    if one.p95 is not None and other.p95 is not None:
        ratios.append(Figure(f"{name}, p95", "×", (one.p95 / other.p95,), note))
    return ratios


def share(name: str, part: int, whole: int, note: str = "") -> Figure:
    return Figure(name, "%", (100 * part / whole,) if whole else (0.0,), note or f"{part} of {whole}")


def milliseconds(seconds: Sequence[float]) -> tuple[float, ...]:
    return tuple(1000 * sample for sample in seconds)
