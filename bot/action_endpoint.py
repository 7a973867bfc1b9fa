"""Custom actions inside the bot's process. What is not ours goes on to the project's own action server."""

from __future__ import annotations

import asyncio
import importlib
import inspect
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar, copy_context
from dataclasses import dataclass, field
from typing import Any

from rasa.utils.endpoints import ClientResponseError, EndpointConfig
from rasa_sdk import Action, Tracker
from rasa_sdk.events import ActiveLoop, EventType, SlotSet
from rasa_sdk.executor import ActionExecutor, CollectingDispatcher
from rasa_sdk.interfaces import ActionExecutionRejection, ActionNotFoundException

from labeling.project import Project
from labeling.refusal import Refusal

HANDOFF = "action_handoff"
BLOCKING_AT_ONCE = 32
"""Actions without `async` that run together. They have threads of their own, for the database's must stay free: one
that is given up keeps its thread until it ends."""


class ActionsUnusable(Refusal):
    """The project's actions cannot be imported. Mend the error that the message names."""


@dataclass
class Trace:
    """Which custom actions ran in one turn. Rasa itself hides those that failed."""

    ran: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    finished: bool = False


TRACE: ContextVar[Trace | None] = ContextVar("handraise_trace", default=None)
"""Set by whoever wants to know, around one turn. Rasa's reminders inherit it, and so meet a finished one."""


class Handoff(Action):
    """For a project that has no `action_handoff` of its own: says so, and leaves a form that was running."""

    def name(self) -> str:
        return HANDOFF

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        dispatcher.utter_message(response="utter_handoff")
        return [ActiveLoop(None), SlotSet("requested_slot", None)] if tracker.active_loop else []


class InProcessActions(EndpointConfig):
    """Rasa posts to this as to any action endpoint."""

    def __init__(self, actions: dict[str, Callable[..., Any]], elsewhere: EndpointConfig | None) -> None:
        super().__init__(url=elsewhere.url if elsewhere else "in-process:", **(elsewhere.kwargs if elsewhere else {}))
        self._executor = ActionExecutor()
        threads = ThreadPoolExecutor(BLOCKING_AT_ONCE, "action")
        self._executor.actions = {name: _off_the_loop(run, threads) for name, run in actions.items()}
        self._elsewhere = elsewhere
        self.on_stray_handoff: Callable[[str, str | None], None] | None = None
        """Told the sender and, if it is known, the channel of a conversation in which a reminder calls a person."""

    async def request(self, method: str = "post", subpath: str | None = None, **kwargs: Any) -> Any:
        call = kwargs["json"]
        name = call["next_action"]
        trace = TRACE.get() or Trace(finished=True)
        trace.ran.append(name)
        if name == HANDOFF and trace.finished and self.on_stray_handoff:
            self.on_stray_handoff(call["sender_id"], call["tracker"].get("latest_input_channel"))
        try:
            if name in self._executor.actions:
                return await self._executor.run(call)
            return await self._ask_elsewhere(name, method, subpath, **kwargs)
        except ActionExecutionRejection as rejection:
            # As an action server says it; Rasa then lets the dialogue go another way.
            said = json.dumps({"action_name": rejection.action_name, "error": rejection.message})
            raise ClientResponseError(400, "rejected", said) from rejection
        except ClientResponseError as error:
            if error.status != 400:
                trace.failed.append(name)
            raise
        except Exception:
            trace.failed.append(name)
            raise

    async def _ask_elsewhere(self, name: str, method: str, subpath: str | None, **kwargs: Any) -> Any:
        if self._elsewhere is None:
            raise ActionNotFoundException(name)
        return await self._elsewhere.request(method, subpath, **kwargs)


def actions_of(project: Project, elsewhere: EndpointConfig | None) -> InProcessActions:
    """The project's own actions where they can be imported, and ours. Raises ActionsUnusable."""
    executor = ActionExecutor()
    module = _module_of(project)
    if module:
        try:
            importlib.import_module(module)
            executor.register_package(module)
        except Exception as error:
            raise ActionsUnusable(f"{module} cannot be imported: {type(error).__name__}: {error}") from error
    return InProcessActions({HANDOFF: Handoff().run, **executor.actions}, elsewhere)


def _module_of(project: Project) -> str | None:
    home = project.domain.parent
    if not (home / "actions.py").is_file() and not (home / "actions" / "__init__.py").is_file():
        return None
    return "bot.actions" if home == project.root / "bot" else "actions"


def _off_the_loop(run: Callable[..., Any], threads: ThreadPoolExecutor) -> Callable[..., Any]:
    """A blocking action must not keep other customers waiting."""
    if inspect.iscoroutinefunction(run):
        return run

    async def threaded(dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Any:
        loop, within = asyncio.get_running_loop(), copy_context()
        done = await loop.run_in_executor(threads, within.run, run, dispatcher, tracker, domain)
        return await done if inspect.isawaitable(done) else done

    return threaded
