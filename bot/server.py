"""The bot service: Rasa's agent behind the gate, its channels, the web chat and the pages around it."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bot.training import train_dialogue
from labeling.database import Database
from labeling.project import Project
from labeling.refusal import Refusal

if TYPE_CHECKING:
    from bot.running import Running

__all__ = ["BotRefused", "Settings", "run", "serve", "train_dialogue"]

BACKLOG = 256


class BotRefused(Refusal):
    """The bot cannot start; the message says what to change."""


@dataclass(frozen=True)
class Settings:
    """What one bot process runs on."""

    project: Project
    database: Database
    model: Path
    host: str
    port: int
    stage: Path | None = None
    """The demo's stage configuration; without one the stage is off."""


def serve(
    project: Project,
    database: Database,
    *,
    host: str,
    port: int,
    model: Path | None = None,
    stage: Path | None = None,
    on_ready: Callable[[str], None] | None = None,
) -> None:
    """Runs until SIGTERM or SIGINT, then lets running turns end. Raises BotRefused and other Refusals."""
    from bot.logs import quiet_logs

    with claim(host, port) as listening:
        settings = Settings(project, database, model or train_dialogue(project), host, port, stage)
        quiet_logs()
        asyncio.run(run(settings, listening, on_ready or (lambda url: None)))


def claim(host: str, port: int) -> socket.socket:
    """Takes the port before anything slow is done. Raises BotRefused."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as error:
        listening.close()
        raise BotRefused(f"cannot listen on {host}:{port}: {error.strerror}; choose another with --port") from error
    listening.listen(BACKLOG)
    return listening


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
        port = listening.getsockname()[1]
        shown = "127.0.0.1" if settings.host in ("0.0.0.0", "::") else settings.host  # noqa: S104
        on_ready(f"http://{f'[{shown}]' if ':' in shown else shown}:{port}/")
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
