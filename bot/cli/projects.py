"""`handraise init` and `replay`: a project out of anybody's labelled messages, and messages played as customers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from bot.cli.console import out, progress, say_notes
from bot.cli.services import HERE, Folder
from bot.cli.shares import percent
from bot.cli.workplace import enter


def init(
    folder: Annotated[Path, typer.Argument(help="The new project's folder.")],
    examples: Annotated[
        Path, typer.Option(help="Labelled messages: CSV with the columns text and intent, or Rasa NLU YAML.")
    ],
    frozen: Annotated[
        Path | None, typer.Option(help="More labelled messages, to judge models on. Default: a fifth is held out.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Fixes which examples are held out.")] = 0,
) -> None:
    """Make a working project out of labelled messages.

    It has every intent, its examples, placeholder answers in `domain.yml`, and tiers to fill in in `config.yml`.
    """
    from bot.new_project import create_project
    from labeling.examples import read_examples

    read = read_examples(examples)
    held_out = read_examples(frozen).examples if frozen else None
    create_project(folder, read.examples, held_out, seed)
    say_notes(read.notes)
    then = f"cd {folder}, fill in answers and tiers, and run: handraise demo"
    out.print(f"{folder} is a project now. Next: {then}", markup=False)


def replay(
    messages: Annotated[Path, typer.Argument(help="CSV with a column text, and where known, intent.")],
    project: Folder = HERE,
    bot: Annotated[str, typer.Option(help="Where the bot answers.")] = "http://127.0.0.1:8080",
    practice: Annotated[
        str | None, typer.Option(help="The practice workspace, in which a scripted agent works the cases off.")
    ] = None,
    limit: Annotated[int | None, typer.Option(help="Play this many, drawn at random.")] = None,
    seed: Annotated[int, typer.Option(help="Fixes which are drawn, and their order.")] = 0,
    at_once: Annotated[int, typer.Option(help="How many customers write at the same time.", min=1, max=32)] = 4,
    as_json: Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")] = False,
) -> None:
    """Play messages as customers over HTTP against running services, and say what became of them.

    DATABASE_URL must be that of the services. With `--practice`, and where the file gives the true intent, a
    scripted agent claims each case, replies, corrects the intent and hands back, through the card's own buttons.
    """
    from bot.replay import Setting, draw, replay, summarise
    from labeling.examples import read_rows

    place = enter(project)
    rows = [row for row in draw(read_rows(messages), limit, seed) if row.text]
    done = 0

    with progress() as on_progress:

        def on_each() -> None:
            nonlocal done
            done += 1
            on_progress(f"{done} of {len(rows)} messages", done / len(rows))

        summary = replay(Setting(bot, place.database, practice, at_once), rows, on_each) if rows else summarise([])
    if as_json:
        typer.echo(json.dumps(summary.to_json()))
        return
    table = Table(box=None, show_header=False, pad_edge=False)
    for words, value in (
        ("messages played", str(summary.messages)),
        ("answered by the bot", _share(summary.answered, summary.answered_share)),
        ("of these, right", _share(None, summary.answered_right_share)),
        ("first guess right, of all", _share(None, summary.first_guess_right_share)),
        ("answered after a question", str(summary.asked)),
        ("handed to people", str(summary.escalated)),
    ):
        table.add_row(words, value)
    out.print(table)


def _share(count: int | None, share: float | None) -> str:
    return percent(share) if count is None else f"{count} ({percent(share)})"
