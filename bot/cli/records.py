"""`handraise transcript` and `export`: one case as JSON, and what people taught as a file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.console import out
from bot.cli.services import HERE, Folder
from bot.cli.workplace import enter
from bot.cli.writing import write


def transcript(
    case: Annotated[int, typer.Argument(help="The case's number, as its card says it.")],
    project: Folder = HERE,
    output: Annotated[Path | None, typer.Option(help="Write to this file instead of the terminal.")] = None,
) -> None:
    """Write one case as JSON: conversation, turns, corrections, summary.

    `escalation/transcript.schema.json` says what is in it. Private notes stay in Slack.
    """
    from escalation.case_transcript import transcript as transcript_of

    place = enter(project)
    with place.database.reading() as session:
        text = json.dumps(transcript_of(session, case), ensure_ascii=False, indent=2)
    if output is None:
        typer.echo(text)
    else:
        write(output, f"{text}\n")


def export(
    output: Annotated[Path, typer.Argument(help="labelled.csv, or labelled.yml for Rasa NLU.")],
    project: Folder = HERE,
) -> None:
    """Write what the next model learns from: the project's examples, and customers' words with their labels.

    A CSV file with the columns `text` and `intent`, or Rasa NLU where the name ends in `.yml`; `init`, `evaluate` and
    Rasa itself read it. Corrections that wait for a trainer are not in it.
    """
    from bot.new_project import as_csv, as_nlu
    from labeling.judging import material
    from labeling.labels import labels
    from labeling.snapshot import take

    place = enter(project)
    with place.database.reading() as session:
        snapshot = take(material(place.project).seeds, labels(session))
    as_file = as_nlu if output.suffix in (".yml", ".yaml") else as_csv
    write(output, as_file(snapshot.examples))
    said = f"{output}: {len(snapshot.examples)} examples, {snapshot.labels} of them labels."
    out.print(said, soft_wrap=True, markup=False)
