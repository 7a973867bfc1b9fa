"""Drawings as numbers for SVG: pure, so that a template only places them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from labeling.production import Week

WIDTH, HEIGHT = 560.0, 160.0
LEFT, RIGHT, TOP, BOTTOM = 44.0, 12.0, 12.0, 26.0


@dataclass(frozen=True)
class Point:
    """One version in the chart."""

    x: float
    y: float
    version: str
    share: float
    is_live: bool
    was_refused: bool


@dataclass(frozen=True)
class Line:
    """A horizontal line of the scale."""

    y: float
    share: float


@dataclass(frozen=True)
class Chart:
    """Shares over versions, oldest first."""

    points: tuple[Point, ...]
    lines: tuple[Line, ...]
    path: str
    """Through the versions that went live; the refused ones stand beside it."""
    width: float = WIDTH
    height: float = HEIGHT


@dataclass(frozen=True)
class Measured:
    """One version and what it achieved."""

    version: str
    share: float
    is_live: bool = False
    was_refused: bool = False


def over_versions(measured: Sequence[Measured]) -> Chart | None:
    """None for fewer than two versions: one point says nothing that a number does not."""
    if len(measured) < 2:
        return None
    low = min(0.9, int(min(one.share for one in measured) * 20) / 20)

    def y(share: float) -> float:
        return round(TOP + (1 - (share - low) / (1 - low)) * (HEIGHT - TOP - BOTTOM), 1)

    step = (WIDTH - LEFT - RIGHT) / (len(measured) - 1)
    points = tuple(
        Point(round(LEFT + i * step, 1), y(one.share), one.version, one.share, one.is_live, one.was_refused)
        for i, one in enumerate(measured)
    )
    kept = [point for point in points if not point.was_refused]
    path = " ".join(f"{'L' if i else 'M'}{point.x} {point.y}" for i, point in enumerate(kept))
    lines = tuple(Line(y(share), share) for share in (low, (low + 1) / 2, 1.0))
    return Chart(points, lines, path)


@dataclass(frozen=True)
class WeekPoint:
    """One week in the chart."""

    x: float
    y: float
    words: str
    share: float
    low: float
    high: float
    audits: int


@dataclass(frozen=True)
class WeekChart:
    """Shares over weeks with their intervals, and the promise as a line."""

    points: tuple[WeekPoint, ...]
    lines: tuple[Line, ...]
    path: str
    band: str
    promise: float
    """The height of its line."""
    width: float = WIDTH
    height: float = HEIGHT


def over_weeks(weeks: Sequence[Week], promise: float) -> WeekChart | None:
    """None for fewer than two weeks with audits."""
    if len(weeks) < 2:
        return None
    floor = min(0.9, int(min(week.estimate.low for week in weeks) * 20) / 20, int(promise * 20) / 20)
    first, last = weeks[0].end, weeks[-1].end

    def y(share: float) -> float:
        return round(TOP + (1 - (share - floor) / (1 - floor)) * (HEIGHT - TOP - BOTTOM), 1)

    def x(week: Week) -> float:
        return round(LEFT + (week.end - first) / (last - first) * (WIDTH - LEFT - RIGHT), 1)

    points = tuple(_week_point(week, x(week), y(week.estimate.share or 0.0)) for week in weeks)
    upper = [(point.x, y(point.high)) for point in points]
    lower = [(point.x, y(point.low)) for point in reversed(points)]
    lines = tuple(Line(y(share), share) for share in (floor, (floor + 1) / 2, 1.0))
    return WeekChart(points, lines, _path([(p.x, p.y) for p in points]), f"{_path(upper + lower)} Z", y(promise))


def _week_point(week: Week, x: float, y: float) -> WeekPoint:
    seen = week.estimate
    return WeekPoint(x, y, f"{week.end:%-d %b}", seen.share or 0.0, seen.low, seen.high, seen.audits)


def _path(places: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{'L' if i else 'M'}{x} {y}" for i, (x, y) in enumerate(places))
