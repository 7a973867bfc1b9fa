"""`python -m tests.bench.desk [--quick]`: the desk alone; `make bench` measures it among the rest."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from bot.cli.console import say_refusal
from labeling.refusal import Refusal
from tests.bench.__main__ import Topic, bench


def desk(quick: Annotated[bool, typer.Option(help="Fewer events, words and cases.")] = False) -> None:
    """Acknowledgement at 50 events a second, words both ways, and many open cases; on SQLite and PostgreSQL."""
    bench(only=[Topic.DESK], quick=quick, install=False)


if __name__ == "__main__":
    os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
    try:
        typer.run(desk)
    except Refusal as refusal:
        say_refusal(refusal)
        sys.exit(1)
