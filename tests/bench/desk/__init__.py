"""How quick the desk is: Slack's acknowledgement under a storm, words both ways, and with many cases open."""

from __future__ import annotations

from collections.abc import Iterator

from tests.bench.desk.crowd import ticks
from tests.bench.desk.exchange import Exchange, exchanges
from tests.bench.desk.postgresql import New, postgresql
from tests.bench.desk.storm import Storm, storm
from tests.bench.figure import Figure, Sheet, milliseconds
from tests.bench.scene import Scene, sqlite

PROMISED_MS = 100.0
"""Issue 4: p99 of the acknowledgement at 50 events a second on two cores."""


def measure(scene: Scene) -> Sheet:
    """On SQLite and on PostgreSQL. About six minutes; QUICK about three."""
    numbers = iter(range(1_000))
    figures: list[Figure] = []
    with postgresql() as new:
        kinds: dict[str, New] = {
            "SQLite": lambda: sqlite(scene.folder / f"desk-{next(numbers)}.db"),
            "PostgreSQL": new,
        }
        for kind, fresh in kinds.items():
            figures += _storm(kind, storm(scene, kind, fresh()))
            few, many = exchanges(scene, kind, fresh())
            figures += _exchanges(kind, few, many)
            figures += _ticks(kind, fresh, scene.size.open_cases)
    return Sheet("The desk", tuple(figures), (_HOW_STORM, _HOW_EXCHANGE, _HOW_TICK))


_HOW_STORM = (
    "Acknowledgement: signed replies of agents to `handraise desk --port`, sent on the clock whether the last was "
    "answered or not, every tenth a repetition; timed from when it was due until 200 was read. Only desk and "
    "practice workspace run."
)
_HOW_EXCHANGE = (
    "End to end: every service runs, and an agent has App Home open. A customer's page posts and listens to its "
    "stream; an agent in the practice workspace clicks, writes and waits for its state to change. No 429."
)
_HOW_TICK = "A look at all: due moves of every open case, none of which is due, in one process."


def _storm(kind: str, found: Storm) -> Iterator[Figure]:
    name = f"{kind}: acknowledgement"
    taken = milliseconds(found.acknowledged)
    yield Figure(name, "ms", taken, f"{found.rate} events a second")
    yield Figure(f"{name}, p99", "ms", (_p99(taken),), f"promised: {PROMISED_MS:.0f} ms")
    yield Figure("  of it: sent late, p99", "ms", (_p99(milliseconds(found.late)),), "by the measurement itself")
    yield Figure("  not acknowledged", "", (float(found.unanswered),), f"of {len(taken) + found.unanswered}")
    yield Figure("  replies lost", "", (float(found.lost),), f"of {found.sent}; {found.doubled} said twice")
    yield Figure("  last event → all said to customers", "s", (found.behind,))


def _p99(taken: tuple[float, ...]) -> float:
    return sorted(taken)[int(0.99 * len(taken))]


def _exchanges(kind: str, few: Exchange, many: Exchange) -> Iterator[Figure]:
    for name, taken in few.seconds.items():
        one = Figure(f"{kind}: {name}", "ms", milliseconds(taken), f"{few.open_cases} cases open")
        other = Figure("  the same", "ms", milliseconds(many.seconds[name]), f"{many.open_cases} cases open")
        yield from (one, other)


def _ticks(kind: str, fresh: New, most: int) -> Iterator[Figure]:
    for count in (5, most):
        yield Figure(f"{kind}: a look at all", "ms", milliseconds(ticks(fresh(), count)), f"{count} cases open")
