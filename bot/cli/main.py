"""Puts the commands together and turns a user's mistake into one line."""

from __future__ import annotations

import os
import signal
import sys
import warnings
from collections.abc import Callable

import typer

from bot.cli import demo, evaluation, projects, records, services, setup, training
from bot.cli.console import say_refusal
from labeling.refusal import Refusal

app = typer.Typer(
    name="handraise",
    help="A support bot that raises its hand when it is unsure, and learns from the answer.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
)
COMMANDS: tuple[Callable[..., None], ...] = (
    demo.demo,
    services.bot,
    services.desk,
    services.labeling,
    training.retrain,
    training.status,
    evaluation.evaluate,
    evaluation.explain,
    projects.init,
    projects.replay,
    records.transcript,
    records.export,
    setup.setup,
)
for command in COMMANDS:
    app.command()(command)
app.command(hidden=True)(services.practice)


def main() -> None:
    """Runs the command; exit code 1 for a refusal, 2 for a wrong call, 130 for Ctrl-C."""
    os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
    os.environ.setdefault("LOG_LEVEL", "WARNING")  # Rasa draws its own progress bars below that
    if not sys.warnoptions:
        warnings.simplefilter("ignore")  # Rasa's elderly dependencies complain of one another at every start
    for ending in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending, _end)  # what was begun is ended in order, child processes too
    try:
        app()
    except Refusal as refusal:
        say_refusal(refusal)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)


def _end(number: int, _: object) -> None:
    raise KeyboardInterrupt(number)
