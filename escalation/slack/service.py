"""The desk as a service: Slack's way in, the inbox's worker and the outbox's sender, started and stopped together."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Sequence
from typing import Protocol

from slack_bolt import App

from escalation.desk_config import DeskConfig, read_desk_config
from escalation.due_move import Rules
from escalation.slack.arrival import Place, arrive
from escalation.slack.directory import Directory
from escalation.slack.door import Door
from escalation.slack.drain import Drain
from escalation.slack.errand import Errands
from escalation.slack.home.publisher import Homes
from escalation.slack.inbox import Worker
from escalation.slack.intents import Intents, labels_in_use
from escalation.slack.people import People
from escalation.slack.reconciler import Reconciler
from escalation.slack.sender import Sender
from escalation.slack.settings import Settings
from escalation.slack.socket_mode import SocketMode
from escalation.slack.web import PATH, WebServer
from escalation.ticker import Ticker
from labeling.database import Bell, Database
from labeling.examples import Example
from labeling.guidelines import Guidelines, read_guidelines, sow_guidelines
from labeling.judging import material
from labeling.labels import labels
from labeling.policy import read_policy
from labeling.project import Project
from labeling.snapshot import take


class Listening(Protocol):
    """Socket Mode or HTTP."""

    def start(self) -> None: ...

    def stop(self) -> None: ...


class Desk:
    """One desk; several may work on the same database. Raises SettingsRefused where Slack will not have it."""

    def __init__(
        self,
        database: Database,
        settings: Settings,
        intents: Intents,
        config: DeskConfig | None = None,
        examples: Callable[[], Sequence[Example]] = tuple,
        tiers: Sequence[str] = (),
    ) -> None:
        """`tiers` are in order, the strictest first."""
        self.place = place = arrive(settings)
        self.config = config = Directory(place.slack, place.bot_name).with_ids(config or DeskConfig())
        people = People(place.slack, database, config.relay, config.phrases)
        self._worker = Worker(database, people, intents, place, config)
        self._sender = Sender(database, Errands(database, place.slack, place.channel, intents, people, config))
        self._ticker = Ticker(database, Rules(config.hours, config.waiting, config.phrases), config.routing)
        self._clock = Drain("clock", self._ticker.tick, patience=5)
        self._homes = Homes(database, place.slack, intents, config.hours, tiers, place.team_url)
        wake = self._worker.drain.wake
        self._reconciler = Reconciler(database, place, config, wake)
        door = Door(database, place, intents, self._homes, wake, config, examples, people)
        app = door.app(settings.signing_secret)
        self._listening = _listening(app, settings, on_connected=self._reconciler.stir)
        self._bell = Bell(database)
        self._bell.listen(self._worker.drain.wake)
        self._bell.listen(self._sender.drain.wake)
        self._bell.listen(self._clock.wake)
        self._bell.listen(self._homes.stir)
        self.where = _where(place, self._listening)

    def start(self) -> None:
        """Serves Slack, and catches up with what has waited meanwhile. Raises SettingsRefused."""
        self._listening.start()
        self._worker.drain.start()
        self._sender.drain.start()
        self._ticker.begin()
        self._clock.start()
        self._homes.begin()
        self._homes.drain.start()
        self._reconciler.drain.start()
        self._bell.start()

    def stop(self) -> None:
        """Takes nothing more in, and finishes what is in hand."""
        self._listening.stop()
        self._bell.stop()
        self._reconciler.drain.stop()
        self._homes.drain.stop()
        self._clock.stop()
        self._worker.drain.stop()
        self._sender.drain.stop()


def run(project: Project, database: Database, settings: Settings, on_ready: Callable[[str], None]) -> None:
    """Serves until SIGTERM or SIGINT. Raises a Refusal before it has begun."""
    tiers = strictest_first(project)
    config = read_desk_config(project.desk, tiers, project.language)
    sow_guidelines(database, read_guidelines(project.guidelines))
    intents = Intents(Guidelines(database), lambda: labels_in_use(database))
    desk = Desk(database, settings, intents, config, lambda: labelled_messages(project, database), tiers)
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    desk.start()
    try:
        on_ready(desk.where)
        stopped.wait()
    finally:
        desk.stop()


def labelled_messages(project: Project, database: Database) -> Sequence[Example]:
    """What the next model would learn from: the project's examples, and customers' words with their labels."""
    with database.reading() as session:
        return take(material(project).seeds, labels(session)).examples


def strictest_first(project: Project) -> list[str]:
    """The tiers of config.yml, those that people always answer before those with a promise. Raises PolicyError."""
    if not project.router.get("tiers"):
        return []
    tiers = read_policy(project.router["tiers"]).tiers
    return [tier.name for tier in sorted(tiers, key=lambda tier: -(tier.promise or 1.0))]


def _listening(bolt: App, settings: Settings, on_connected: Callable[[], None]) -> Listening:
    """`on_connected` is called whenever Slack begins to reach us; what it told before that may be lost."""
    if settings.port is None:
        return SocketMode(bolt, settings, on_connected)
    on_connected()
    return WebServer(bolt, settings.host, settings.port)


def _where(place: Place, listening: Listening) -> str:
    how = f"HTTP on port {listening.port}{PATH}" if isinstance(listening, WebServer) else "Socket Mode"
    return f"#{place.channel_name} in {place.team} ({how})"
