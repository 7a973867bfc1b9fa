"""A bot put together and running: agent, gate, courier, streams and HTTP server, and how they stop again."""

from __future__ import annotations

import asyncio
import logging
import socket
import uuid
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import urljoin

from rasa.core.agent import Agent
from rasa.core.brokers.broker import EventBroker
from rasa.core.channels.channel import InputChannel
from rasa.core.lock_store import LockStore
from rasa.core.tracker_store import SQLTrackerStore, TrackerStore
from rasa.core.utils import AvailableEndpoints
from rasa.utils.endpoints import EndpointConfig
from sanic import Sanic
from sanic.exceptions import SanicException
from sanic.request import Request
from sanic.response import HTTPResponse, json
from sqlalchemy import event
from sqlalchemy.exc import SQLAlchemyError

from bot.action_endpoint import InProcessActions, actions_of
from bot.channels import beside_domain, read_channels
from bot.courier import Courier
from bot.dialogue import Dialogue
from bot.gate import Gate
from bot.intent_classifier import Registry, serve_from
from bot.locks import ConversationLocks
from bot.router import Limits
from bot.settings import Settings
from bot.verdict import Closed
from bot.webchat.api import streams_blueprint
from bot.webchat.door import Refused, refusal
from bot.webchat.house import House
from bot.webchat.site import site_blueprint
from bot.webchat.watch import Watch
from escalation.desk_config import read_desk_config
from labeling.database import Bell, Database, sqlite_engine
from labeling.guidelines import Guidelines, read_guidelines
from labeling.policy import Policy
from labeling.project import Project
from labeling.refusal import Refusal
from labeling.retraining import read_project_policy
from labeling.routing import why_closed
from labeling.titles import Titles, read_translated

log = logging.getLogger(__name__)

FINISH_SECONDS = 10.0
"""How long running turns may still take when the bot stops."""
HANG_UP_SECONDS = 2.0
"""How long responses on their way may take after that."""
LARGEST_REQUEST = 1_000_000
SLOWEST_RESPONSE_SECONDS = 150.0
"""Longer than a message may wait for those before it."""


class ModelUnusable(Refusal):
    """Rasa cannot load its model. Delete the file; the next start trains it anew."""


class Running:
    """Everything that must be stopped, in order."""

    def __init__(
        self, house: House, registry: Registry, locks: ConversationLocks, bell: Bell, agent: Agent, app: Sanic
    ) -> None:
        self._house = house
        self._registry = registry
        self._locks = locks
        self._bell = bell
        self._agent = agent
        self._app = app
        self._server: Any = None
        self._work: list[asyncio.Task[Any]] = []

    async def start(self, listening: socket.socket, courier: Courier) -> None:
        courier.connect()
        self._server = await self._app.create_server(
            sock=listening, return_asyncio_server=True, access_log=False, backlog=256
        )
        await self._server.startup()
        await self._server.before_start()
        await self._server.after_start()
        await self._server.start_serving()
        self._bell.listen(courier.ring)
        self._bell.listen(self._house.watch.ring)
        self._bell.start()
        endless = (self._house.watch.run, courier.run, self._house.gate.sweep)
        self._work = [asyncio.create_task(_without_end(work)) for work in endless]

    async def stop(self) -> None:
        self._house.watch.close()
        if self._server is not None:
            self._server.close()
            await self._server.before_stop()
        await self._house.gate.finish(FINISH_SECONDS)
        await _end(self._work)
        if self._server is not None:
            await self._hang_up()
            await self._server.after_stop()
        await asyncio.to_thread(self._bell.stop)
        await asyncio.to_thread(self._registry.close)
        serve_from(None)
        self._locks.close()
        if self._agent.tracker_store.event_broker:
            await self._agent.tracker_store.event_broker.close()

    async def _hang_up(self) -> None:
        """Responses on their way are let through."""
        deadline = asyncio.get_running_loop().time() + HANG_UP_SECONDS
        connections = self._server.connections
        while connections and asyncio.get_running_loop().time() < deadline:
            for connection in list(connections):
                connection.close_if_idle()
            await asyncio.sleep(0.02)
        for connection in list(connections):
            connection.abort()


async def _without_end(work: Callable[[], Awaitable[None]]) -> None:
    while True:
        try:
            await work()
        except Exception:
            log.exception("a part of the bot failed; it begins again")
            await asyncio.sleep(1.0)


async def _end(works: list[asyncio.Task[Any]]) -> None:
    """Asks again: Python 3.10's `wait_for` loses a cancellation that comes together with what it waits for."""
    while left := [work for work in works if not work.done()]:
        for work in left:
            work.cancel()
        await asyncio.wait(left, timeout=0.1)


async def open_bot(settings: Settings, listening: socket.socket) -> Running:
    """Raises Refusals where the project's parts cannot be used."""
    project, database = settings.project, settings.database
    channels = read_channels(project)
    registry = Registry(database, project.home)
    serve_from(registry)
    file = beside_domain(project, "endpoints.yml")
    endpoints = AvailableEndpoints.read_endpoints(str(file)) if file else AvailableEndpoints()
    actions = actions_of(project, endpoints.action)
    agent = await _agent(endpoints, actions, database, str(settings.model))
    locks = ConversationLocks(database)
    config = read_desk_config(project.desk, language=project.language)
    courier = Courier(database, channels, locks, config.files.public_address, config.phrases)
    watch = Watch(database)
    dialogue, policy = Dialogue(agent, _titles(project, database)), read_project_policy(project)
    closed = _closed(policy, registry)
    gate = Gate(database, dialogue, locks, courier, watch.changed, policy, closed, config.phrases)
    actions.on_stray_handoff = gate.call_late
    house = House(database, gate, watch, courier, config.files, config.phrases)
    running = Running(house, registry, locks, Bell(database), agent, _app(settings, house, registry, channels))
    await running.start(listening, courier)
    return running


def _titles(project: Project, database: Database) -> Titles:
    """As trainers have worded them; before there is a word of theirs, as the project's file has it."""
    guidelines = (Guidelines(database), read_guidelines(project.guidelines))
    return Titles(project.language, guidelines, read_translated(project.guidelines))


def _closed(policy: Policy, registry: Registry) -> Closed:
    """By the model that answers now and the alarms that stand now, as the router has it for what is typed."""
    limits = Limits(policy)

    def closed(intent: str) -> str | None:
        tier, live = policy.tier_of(intent), registry.live
        if live is None:
            return why_closed(tier, {})
        least, _ = limits.of(live.current())
        return why_closed(tier, least, live.stopped_tiers)

    return closed


async def _agent(endpoints: AvailableEndpoints, actions: InProcessActions, database: Database, model: str) -> Agent:
    broker = await EventBroker.create(endpoints.event_broker, loop=asyncio.get_running_loop())
    agent = Agent(
        generator=endpoints.nlg,
        tracker_store=_trackers(endpoints, database, broker),
        lock_store=LockStore.create(endpoints.lock_store),
        action_endpoint=actions,
    )
    try:
        agent.load_model(model)
    except Exception as error:
        reason = " ".join(str(error.__cause__ or error).split())  # Rasa's graph wraps what a component raised
        raise ModelUnusable(f"{model} cannot be loaded: {reason}; delete it and start again") from error
    return agent


def _trackers(endpoints: AvailableEndpoints, database: Database, broker: EventBroker | None) -> TrackerStore:
    """Unless the project names a store of its own, Rasa's trackers live in the same database, in their own table."""
    if endpoints.tracker_store:
        return TrackerStore.create(endpoints.tracker_store, event_broker=broker)
    url = database.url if database.is_postgresql else database.url.update_query_dict({"timeout": "30"})
    address = url.render_as_string(hide_password=False)
    trackers = TrackerStore.create(EndpointConfig(url=address, type="sql"), event_broker=broker)
    if isinstance(trackers, SQLTrackerStore):
        trackers.engine.dispose()
        trackers.engine = _tracker_engine(trackers.engine, database, address)
        trackers.sessionmaker.configure(bind=trackers.engine)
    return trackers


def _tracker_engine(engine: Any, database: Database, address: str) -> Any:
    """Does not wait for the disk: the turn is settled right after, and that commit takes the tracker's along."""
    if not database.is_postgresql:
        return sqlite_engine(address)
    event.listen(engine, "connect", _do_not_wait_for_the_disk)
    return engine


def _do_not_wait_for_the_disk(connection: Any, _: Any) -> None:
    connection.cursor().execute("SET synchronous_commit TO off")
    connection.commit()  # or the next rollback takes it back


def _app(settings: Settings, house: House, registry: Registry, channels: Mapping[str, InputChannel]) -> Sanic:
    app = Sanic(f"handraise-{uuid.uuid4().hex}", configure_logging=False)
    app.config.REQUEST_MAX_SIZE = LARGEST_REQUEST
    app.config.RESPONSE_TIMEOUT = SLOWEST_RESPONSE_SECONDS
    app.config.FALLBACK_ERROR_FORMAT = "json"
    app.ctx.house = house
    for name, channel in channels.items():
        app.blueprint(
            channel.blueprint(house.gate.door(name)), url_prefix=urljoin("/webhooks/", channel.url_prefix())
        )
    app.blueprint(streams_blueprint())
    app.blueprint(site_blueprint(settings.stage, settings.project.front, house.phrases))

    @app.get("/ready")
    async def ready(_: Request) -> HTTPResponse:
        await asyncio.to_thread(house.database.check)
        live = registry.live
        return json({"model": live.status.version if live else None})

    app.error_handler.add(Exception, _trouble)
    return app


def _trouble(_: Request, error: Exception) -> HTTPResponse:
    """Every error is one sentence of JSON."""
    if isinstance(error, Refused):
        return refusal(error)
    if isinstance(error, SanicException):
        return json({"error": str(error) or "This cannot be done."}, status=error.status_code)
    log.error("a request failed: %s", type(error).__name__, exc_info=error)
    if isinstance(error, SQLAlchemyError):
        return json({"error": "The database cannot be reached just now. Please try again."}, status=503)
    return json({"error": "Something went wrong on our side. Please try again."}, status=500)
