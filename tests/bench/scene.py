"""Where the measurements happen: a copy of the project in a temporary folder, and real services on free ports."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.cli.demo import demo_environment
from bot.cli.processes import Service, ServiceFailed, free_port
from labeling.database import Database
from labeling.project import Project, find_project

REPOSITORY = Path(__file__).resolve().parents[2]
KEPT = REPOSITORY / "bench"
"""Results, and the stock model, which takes minutes to train."""

OnProgress = Callable[[str, float], None]


@dataclass(frozen=True)
class Size:
    """How much is measured."""

    colds: int
    starts: int
    messages: int
    epochs: int
    rounds: int
    retrains: int
    events: int
    customers: int
    exchanges: int
    open_cases: int


FULL = Size(
    colds=2,
    starts=3,
    messages=200,
    epochs=100,
    rounds=5,
    retrains=5,
    events=3_000,
    customers=10,
    exchanges=10,
    open_cases=500,
)
QUICK = Size(
    colds=1,
    starts=1,
    messages=60,
    epochs=20,
    rounds=3,
    retrains=2,
    events=500,
    customers=4,
    exchanges=5,
    open_cases=100,
)


@dataclass(frozen=True)
class Scene:
    """One run of the measurements."""

    project: Project
    folder: Path
    size: Size
    on_progress: OnProgress

    @property
    def database(self) -> Path:
        """With a first model live in it; copy it, so that measurements do not see each other."""
        return self.folder / "first.db"

    @property
    def logs(self) -> Path:
        """They outlive the run: a failure sends people there."""
        return KEPT / "logs"


@contextmanager
def open_scene(folder: Path, size: Size, on_progress: OnProgress) -> Iterator[Scene]:
    """Warm: the encoder is converted, the dialogue trained, and a first intent model lives in the database."""
    project = copy_project(folder / "project")
    scene = Scene(project, folder, size, on_progress)
    on_progress("Preparing: encoder, dialogue, first intent model", 0.0)
    run_command(["setup", "--project", str(project.root)])
    run_command(["retrain", "--project", str(project.root)], DATABASE_URL=sqlite(scene.database))
    yield scene


def copy_project(root: Path) -> Project:
    """Without the code of the services, which must leave no trace in the project that they were copied from."""
    root.mkdir(parents=True)
    shutil.copy(REPOSITORY / "config.yml", root)
    for name in ("data", "actions"):
        shutil.copytree(REPOSITORY / "bot" / name, root / "bot" / name)
    for file in (*(REPOSITORY / "bot").glob("*.yml"), *(REPOSITORY / "bot").glob("*.csv")):
        shutil.copy(file, root / "bot")
    return find_project(root)


def run_command(command: list[str], **environment: str) -> float:
    """One `handraise` command to its end; seconds. Raises ServiceFailed."""
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "bot.cli", *command],
        cwd=REPOSITORY,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
    )
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        raise ServiceFailed(f"handraise {command[0]} ended with {done.returncode}: {last}")
    return time.perf_counter() - start


def sqlite(file: Path) -> str:
    return f"sqlite:///{file}"


@dataclass(frozen=True)
class Services:
    """All four, running; in the order in which they were started."""

    running: Mapping[str, Service]
    bot: str
    labeling: str
    practice: str
    database: Database


@contextmanager
def services(scene: Scene, name: str, url: str | None = None) -> Iterator[Services]:
    """Started on a copy of the scene's database, or on an empty one; stopped at the end, whatever happens."""
    home = scene.folder / name
    home.mkdir()
    if url is None:
        shutil.copy(scene.database, home / "handraise.db")
    ports = {service: free_port(0) for service in ("bot", "labeling", "practice")}
    environment = {**demo_environment(home, ports["practice"]), **({"DATABASE_URL": url} if url else {})}
    running: dict[str, Service] = {}
    with ExitStack() as stack:
        for service, command in commands(scene.project, ports).items():
            scene.on_progress(f"Starting the {service}", 0.0)
            running[service] = Service(command, scene.logs / f"{name}-{service}.log", environment)
            stack.callback(running[service].stop)
            running[service].wait_until_ready()
        database = Database(environment["DATABASE_URL"])
        stack.callback(database.close)
        urls = {service: f"http://127.0.0.1:{port}" for service, port in ports.items()}
        yield Services(running, **urls, database=database)


def commands(project: Project, ports: Mapping[str, int]) -> dict[str, tuple[str, ...]]:
    """In an order in which each finds what it needs."""
    here = ("--project", str(project.root))
    return {
        "practice": ("practice", "--port", str(ports["practice"]), "--no-rate-limit"),
        "bot": ("bot", *here, "--port", str(ports["bot"])),
        "desk": ("desk", *here),
        "labeling": ("labeling", *here, "--port", str(ports["labeling"])),
    }
