"""`make bench`, or `python -m tests.bench [--only NAME]… [--quick] [--install]`."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import Enum
from functools import lru_cache
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.console import err, out, progress, say_refusal
from labeling.refusal import Refusal
from tests.bench import desk, loop, machine, memory, paper, ready, setup, turn
from tests.bench.figure import Sheet
from tests.bench.race import race
from tests.bench.rival import RIVALS
from tests.bench.rivals import Data, compare
from tests.bench.scene import FULL, KEPT, QUICK, OnProgress, Scene, open_scene


class Topic(str, Enum):
    """What can be measured."""

    SETUP = "setup"
    READY = "ready"
    TURN = "turn"
    MEMORY = "memory"
    LOOP = "loop"
    DESK = "desk"
    RIVALS = "rivals"


def bench(
    only: Annotated[list[Topic] | None, typer.Option(help="One topic; may be given several times.")] = None,
    quick: Annotated[bool, typer.Option(help="Fewer samples and a stock model of 20 epochs.")] = False,
    install: Annotated[bool, typer.Option(help="Also time `make setup` in a fresh clone.")] = False,
) -> None:
    """Measure set-up, starts, chat turns beside stock Rasa, the loop, memory and the desk; write bench/results.json.

    Then the intent model beside others: a table, and bench/rivals-demo.png.
    """
    facts, sheets = machine.facts(), {}
    if install or only != [Topic.RIVALS]:
        with tempfile.TemporaryDirectory(prefix="handraise-bench-") as folder, _watched() as on_progress:
            with open_scene(Path(folder), QUICK if quick else FULL, on_progress) as scene:
                for name, measure in _chosen(scene, only or list(Topic), install):
                    sheets[name] = measure()
                    paper.show(sheets[name])
                    paper.keep(KEPT / "results.json", facts, quick, sheets)
    if sheets:
        out.print(f"\nWith every sample: {KEPT / 'results.json'}", soft_wrap=True)
    if not only or Topic.RIVALS in only:
        compare(Data.DEMO, list(RIVALS))


def _chosen(scene: Scene, topics: list[Topic], install: bool) -> Iterator[tuple[str, Callable[[], Sheet]]]:
    raced = lru_cache(lambda: race(scene))
    measures: dict[Topic, Callable[[], Sheet]] = {
        Topic.SETUP: lambda: setup.measure(scene),
        Topic.READY: lambda: ready.measure(scene),
        Topic.TURN: lambda: turn.sheet(raced()),
        Topic.MEMORY: lambda: memory.sheet(raced()),
        Topic.LOOP: lambda: loop.measure(scene),
        Topic.DESK: lambda: desk.measure(scene),
    }
    if install:
        yield "install", lambda: setup.measure_install(scene)
    yield from ((topic.value, measure) for topic, measure in measures.items() if topic in topics)


@contextmanager
def _watched() -> Iterator[OnProgress]:
    """A bar where somebody watches; elsewhere a line for each new thing."""
    if err.is_terminal:
        with progress() as on_progress:
            yield on_progress
        return
    said: list[str] = []

    def say(what: str, share: float) -> None:
        if said[-1:] != [what]:
            said.append(what)
            err.print(f"… {what}", soft_wrap=True)

    yield say


if __name__ == "__main__":
    os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
    try:
        typer.run(bench)
    except Refusal as refusal:
        say_refusal(refusal)
        sys.exit(1)
