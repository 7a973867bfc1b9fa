"""`handraise demo`: the whole idea on one machine, with a practice workspace in Slack's place."""

from __future__ import annotations

import fcntl
import json
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.console import out, progress
from bot.cli.processes import Service, ServiceFailed, free_port
from bot.cli.services import HERE, Folder
from labeling.project import Project, find_project
from labeling.refusal import Refusal


class DemoRuns(Refusal):
    """Another demo uses the same home. Play on its page, or stop it."""


def demo(
    project: Folder = HERE,
    keep: Annotated[bool, typer.Option(help="Go on with what the last demo left.")] = False,
    port: Annotated[
        int, typer.Option(help="Where the demo's page is, if nobody else is there; 0: anywhere.", min=0, max=65533)
    ] = 8080,
) -> None:
    """Start everything on this machine and show one page on which to play customer, agent and trainer.

    Needs no account and no server. Ctrl-C stops it.
    """
    place = find_project(project.resolve())
    home = place.home / "demo"
    with ExitStack() as running:
        running.enter_context(_alone(home))
        if not keep:
            _forget(home)
        names = ("bot", "practice", "labeling")
        ports = {name: free_port(port + place if port else 0) for place, name in enumerate(names)}
        environment = demo_environment(home, ports["practice"])
        stage = _write_stage(place, home, ports)

        def start(*command: str) -> Service:
            service = Service(command, home / "logs" / f"{command[0]}.log", environment)
            running.callback(service.stop)
            return service

        with progress() as on_progress:
            on_progress("Starting the practice workspace", 0.1)
            here = ("--project", str(place.root))
            workspace = start("practice", "--port", str(ports["practice"]), "--no-rate-limit")
            workspace.wait_until_ready()
            services = [
                workspace,
                start("bot", *here, "--port", str(ports["bot"]), "--stage", str(stage)),
                start("desk", *here),
                start("labeling", *here, "--port", str(ports["labeling"])),
            ]
            for done, service in enumerate(services):
                on_progress(f"Starting the {service.name}", 0.1 + 0.2 * done)
                service.wait_until_ready()
        out.print(
            f"Open http://127.0.0.1:{ports['bot']}/stage/ in a browser. Ctrl-C stops everything.", soft_wrap=True
        )
        _watch(services)


def demo_environment(home: Path, practice_port: int) -> Mapping[str, str]:
    """What the services are told: a database of the demo's own, and the practice workspace instead of Slack."""
    from escalation.practice.workspace import APP_TOKEN, BOT_TOKEN, CHANNEL

    return {
        "DATABASE_URL": f"sqlite:///{home / 'handraise.db'}",
        "SLACK_API_URL": f"http://127.0.0.1:{practice_port}/api/",
        "SLACK_BOT_TOKEN": BOT_TOKEN,
        "SLACK_APP_TOKEN": APP_TOKEN,
        "HANDRAISE_SLACK_CHANNEL": CHANNEL,
    }


@contextmanager
def _alone(home: Path) -> Iterator[None]:
    """Two demos would take each other's database away. The lock dies with its holder."""
    home.mkdir(parents=True, exist_ok=True)
    with (home / "demo.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise DemoRuns(
                f"a demo runs in {home} already; stop it, or give this one another HANDRAISE_HOME"
            ) from error
        yield


def _forget(home: Path) -> None:
    # The practice workspace starts empty; a database that remembers threads in it would only confuse.
    for file in home.glob("handraise.db*"):
        file.unlink()


def _write_stage(project: Project, home: Path, ports: Mapping[str, int]) -> Path:
    steps = json.loads((Path(__file__).parent / "steps.json").read_text(encoding="utf-8"))
    suggested = json.loads(project.demo.read_text(encoding="utf-8")) if project.demo.exists() else []
    for step, chips in zip(steps, suggested, strict=False):
        step["chips"] = chips
    stage = home / "stage.json"
    addresses = {
        "customer": "/",
        "agent": f"http://127.0.0.1:{ports['practice']}/?as=mina",
        "trainer": f"http://127.0.0.1:{ports['labeling']}/?as=Noor",
    }
    stage.write_text(json.dumps({**addresses, "steps": steps}), encoding="utf-8")
    return stage


def _watch(services: list[Service]) -> None:
    while True:
        for service in services:
            if service.has_ended:
                raise ServiceFailed(f"the {service.name} stopped: {service.last_words()} (all of it: {service.log})")
        time.sleep(0.5)
