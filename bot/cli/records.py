"""`handraise transcript`: one case as JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.services import HERE, Folder
from bot.cli.workplace import enter


def transcript(
    case: Annotated[int, typer.Argument(help="The case's number, as its card says it.")],
    project: Folder = HERE,
    output: Annotated[Path | None, typer.Option(help="Write to this file instead of the terminal.")] = None,
) -> None:
    """Write one case as JSON: conversation, turns, corrections, summary.

    `escalation/transcript.schema.json` says what is in it. Private notes stay in Slack.
    """
    from escalation.case_transcript import transcript as transcript_of
    from labeling.refusal import Refusal

    place = enter(project)
    with place.database.reading() as session:
        text = json.dumps(transcript_of(session, case), ensure_ascii=False, indent=2)
    if output is None:
        typer.echo(text)
        return
    try:
        output.write_text(f"{text}\n", encoding="utf-8")
    except OSError as error:
        raise Refusal(f"{output} cannot be written: {error.strerror}") from error
