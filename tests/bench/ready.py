"""Seconds from starting a service to its saying that it is ready."""

from __future__ import annotations

import time
from collections import defaultdict
from contextlib import ExitStack
from pathlib import Path

from bot.cli.demo import demo_environment
from bot.cli.processes import Service, free_port
from tests.bench.figure import Figure, Sheet
from tests.bench.scene import Scene, commands

FIRST = "bot, first start"
NOTES = {
    "practice": "the practice workspace",
    FIRST: "fresh database: trains and judges the first intent model",
    "bot": "the model is in the database; TensorFlow, Rasa, dialogue",
    "desk": "Socket Mode to the practice workspace",
    "labeling": "the trainers' page",
}


def measure(scene: Scene) -> Sheet:
    """One service starts at a time, beside those that it needs, with a SQLite database that is new in every round."""
    seconds: dict[str, list[float]] = defaultdict(list)
    for number in range(scene.size.starts):
        scene.on_progress("Starting each service on a fresh database", number / scene.size.starts)
        home = scene.folder / f"ready-{number}"
        home.mkdir()
        for name, took in _start_all(scene, home).items():
            seconds[name].append(took)
    figures = tuple(Figure(name, "s", tuple(seconds[name]), note) for name, note in NOTES.items())
    return Sheet("Time to ready", figures, ("Encoder converted, dialogue trained, embeddings of the examples kept.",))


def _start_all(scene: Scene, home: Path) -> dict[str, float]:
    ports = {service: free_port(0) for service in ("bot", "labeling", "practice")}
    environment = demo_environment(home, ports["practice"])
    wanted = commands(scene.project, ports)
    with ExitStack() as stack:

        def start(name: str) -> tuple[Service, float]:
            begun = time.perf_counter()
            service = Service(wanted[name], scene.logs / f"ready-{name}.log", environment)
            stack.callback(service.stop)
            service.wait_until_ready()
            return service, time.perf_counter() - begun

        seconds = {"practice": start("practice")[1]}
        first, seconds[FIRST] = start("bot")
        first.stop()
        return seconds | {name: start(name)[1] for name in ("bot", "desk", "labeling")}
