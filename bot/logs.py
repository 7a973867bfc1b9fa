"""Logs without customers' words: Rasa puts message texts into its events, and exceptions carry them along."""

from __future__ import annotations

import logging
import sys
import traceback
import warnings
from collections.abc import MutableMapping
from types import TracebackType
from typing import Any

import structlog

HARMLESS = frozenset({"event", "level", "event_info", "action_name", "filename", "url", "intent_name"})
"""Fields of Rasa's structured events that never hold what a customer wrote."""


class WithoutWords(logging.Formatter):
    """Where an exception came from and what kind it is; not what it says, for that may quote the customer."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")

    def formatException(  # logging's name
        self, error: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
    ) -> str:
        told = []
        cause = error[1]
        while cause is not None:
            places = "".join(traceback.format_tb(cause.__traceback__)).rstrip()
            told.append(f"{places}\n{type(cause).__name__}")
            cause = cause.__cause__
        return "\ncaused by\n".join(told)


def quiet_logs() -> None:
    """Warnings and worse, on standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(WithoutWords())
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.WARNING)
    for name in ("bot", "escalation", "labeling"):
        logging.getLogger(name).setLevel(logging.INFO)
    for name in ("sanic.root", "sanic.error", "sanic.access", "rasa"):
        logging.getLogger(name).handlers = []
        logging.getLogger(name).propagate = True
        logging.getLogger(name).setLevel(logging.WARNING)
    warnings.simplefilter("ignore")  # Rasa's libraries warn their developers, not whoever runs a bot
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.processors.add_log_level,
            _without_words,
            structlog.processors.KeyValueRenderer(key_order=["event"]),
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )


def _without_words(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    error = sys.exc_info()[0]
    kept = {key: value for key, value in event.items() if key in HARMLESS}
    return {**kept, "error": error.__name__} if error and event.get("exc_info") else kept
