"""The bot service: Rasa's agent behind the gate, its channels, the web chat and the pages around it."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from bot.settings import Settings
from bot.training import train_dialogue
from labeling.database import Database
from labeling.port import address, listen
from labeling.project import Project

if TYPE_CHECKING:
    from bot.running import Running


def serve(
    project: Project,
    database: Database,
    *,
    host: str,
    port: int,
    prepare: Callable[[], Path] | None = None,
    stage: Path | None = None,
    on_ready: Callable[[str], None] | None = None,
) -> None:
    """Runs until SIGTERM or SIGINT, then lets running turns end. Raises PortTaken and other Refusals.

    `prepare` returns Rasa's model; it may take minutes, so it is called when the port is ours.
    """
    from bot.logs import quiet_logs

    with listen(host, port) as listening:
        model = prepare() if prepare else train_dialogue(project)
        settings = Settings(project, database, model, host, port, stage)
        quiet_logs()
        asyncio.run(run(settings, listening, on_ready or (lambda url: None)))


async def run(
    settings: Settings,
    listening: socket.socket,
    on_ready: Callable[[str], None],
    stop: asyncio.Event | None = None,
) -> None:
    """The service on a loop of the caller's; ends when `stop` is set, or on a signal in the main thread."""
    _prepare(settings.project)
    stop = stop or asyncio.Event()
    if threading.current_thread() is threading.main_thread():
        for wanted in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(wanted, stop.set)
    running = await _start(settings, listening)
    try:
        on_ready(address(listening, settings.host))
        await stop.wait()
    finally:
        await running.stop()


async def _start(settings: Settings, listening: socket.socket) -> Running:
    from bot.running import open_bot

    return await open_bot(settings, listening)


def _prepare(project: Project) -> None:
    """Before Rasa is imported."""
    os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("SQLALCHEMY_SILENCE_UBER_WARNING", "1")
    if str(project.root) not in sys.path:
        sys.path.insert(0, str(project.root))  # a project's own actions and components live there
