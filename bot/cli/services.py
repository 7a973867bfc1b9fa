"""`handraise bot`, `desk`, `labeling` and `practice`: each runs one service until it is stopped."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.console import out, progress
from bot.cli.workplace import enter

Folder = Annotated[Path, typer.Option("--project", help="The project's folder.", show_default="this folder")]
Host = Annotated[str, typer.Option(help="The address to listen on; 0.0.0.0 for every one.")]
Port = Annotated[int, typer.Option(help="The port to listen on.", min=0, max=65535)]
HERE = Path()


def announce(service: str, where: str) -> None:
    """The line that says a service can be used; `handraise demo` waits for it."""
    out.print(f"{service} is ready: {where}", soft_wrap=True)


def bot(
    project: Folder = HERE,
    host: Host = "127.0.0.1",
    port: Port = 8080,
    stage: Annotated[Path | None, typer.Option(hidden=True)] = None,
) -> None:
    """Run the bot: chat page, every Rasa channel, the gate and the dialogue.

    Trains the dialogue model when `domain.yml` or the training data changed, and the first intent model when
    none is live. `PORT/` shows the chat in the demo shop, `PORT/ready` answers once the bot can. Reads DATABASE_URL
    and HANDRAISE_STREAM_TOKEN, and the project's `credentials.yml` and `endpoints.yml`.
    """
    from bot.server import serve
    from bot.training import train_dialogue
    from labeling.retraining import ensure_live

    place = enter(project)

    def prepare() -> Path:
        with progress() as on_progress:
            ensure_live(place.project, place.database, on_progress)
            return train_dialogue(place.project, on_progress)

    serve(
        place.project,
        place.database,
        prepare=prepare,
        host=host,
        port=port,
        stage=stage,
        on_ready=lambda url: announce("bot", url),
    )


def desk(
    project: Folder = HERE,
    host: Host = "127.0.0.1",
    port: Annotated[
        int | None, typer.Option(help="Listen for Slack over HTTP here, instead of Socket Mode.", min=0, max=65535)
    ] = None,
) -> None:
    """Run the desk: cases as cards and threads in Slack.

    Reads SLACK_BOT_TOKEN, HANDRAISE_SLACK_CHANNEL and either SLACK_APP_TOKEN (Socket Mode) or, with `--port`,
    SLACK_SIGNING_SECRET. SLACK_API_URL points it at another server, such as the practice workspace.
    """
    from escalation.slack.service import run
    from escalation.slack.settings import read_settings

    place = enter(project)
    settings = read_settings(os.environ, host=host, port=port)
    run(place.project, place.database, settings, on_ready=lambda where: announce("desk", where))


def labeling(project: Folder = HERE, host: Host = "127.0.0.1", port: Port = 8082) -> None:
    """Run the trainers' page: review corrections, retrain, see what is live.

    Beyond this machine (`--host`), it asks for the password in HANDRAISE_TRAINER_TOKEN. Reads DATABASE_URL.
    """
    from escalation.agent_answers import agent_answers
    from escalation.case_transcript import transcript_of_turn
    from escalation.transcript import around
    from labeling.web import serve

    place = enter(project)
    serve(
        place.project,
        place.database,
        host=host,
        port=port,
        on_ready=lambda url: announce("labeling", url),
        answers=agent_answers,
        transcript=around,
        case_record=transcript_of_turn,
    )


def practice(
    host: Host = "127.0.0.1",
    port: Port = 8081,
    rate_limit: Annotated[bool, typer.Option(help="Answer 429 as Slack does.")] = True,
) -> None:
    """Run the practice workspace: a small Slack on this machine, for the demo and for tests."""
    import escalation
    from escalation.practice.manifest import read_manifest
    from escalation.practice.service import serve
    from escalation.practice.settings import Settings

    manifest = read_manifest(Path(escalation.__file__).parent / "manifest.yml")
    serve(host, port, Settings(rate_limit=rate_limit), manifest, lambda url: announce("practice", url))
