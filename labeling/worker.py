"""Retrains in the background: soon after a label was decided, one run at a time."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.exc import SQLAlchemyError

from labeling.clock import now
from labeling.refusal import Refusal
from labeling.retraining import Progress, Verdict

log = logging.getLogger(__name__)

PAUSE_SECONDS = 1.0
"""Decisions that come faster than this after one another are learned from together."""


@dataclass(frozen=True)
class Run:
    """What the worker does now, and what came of the last run."""

    state: str = "idle"
    """idle, waiting or running."""
    what: str = ""
    share: float = 0.0
    """How much of it is done, 0 to 1."""
    number: int = 0
    """Counts the finished runs, so that a page knows when a new verdict is there."""
    verdict: Verdict | None = None
    error: str | None = None
    ended_at: datetime | None = None


class Worker:
    """`ask` from any thread; every request is followed by a run that began after it."""

    def __init__(self, retrain: Callable[[Progress], Verdict], pause: float = PAUSE_SECONDS) -> None:
        self._retrain = retrain
        self._pause = pause
        self._asked = threading.Event()
        self._stopped = threading.Event()
        self._run = Run()
        self._thread = threading.Thread(target=self._work, name="retraining", daemon=True)

    @property
    def run(self) -> Run:
        return self._run

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        self._asked.set()

    def ask(self) -> None:
        if self._run.state == "idle":
            self._run = replace(self._run, state="waiting", what="Waiting for more decisions", share=0.0)
        self._asked.set()

    def _work(self) -> None:
        while not self._stopped.is_set():
            self._asked.wait()
            self._settle()
            if not self._stopped.is_set():
                self._once()

    def _settle(self) -> None:
        while self._asked.is_set() and not self._stopped.is_set():
            self._asked.clear()
            self._stopped.wait(self._pause)

    def _once(self) -> None:
        self._run = replace(self._run, state="running", what="Starting", share=0.0)
        verdict, error = None, None
        try:
            verdict = self._retrain(self._progress)
        except Refusal as refusal:
            error = str(refusal)
        except SQLAlchemyError:
            error = "The database cannot be reached; the labels are safe, and the next decision tries again."
        except Exception as failure:  # the thread's outermost edge: the page lives on and says so
            log.exception("retraining failed")
            error = f"Retraining failed ({type(failure).__name__}); the service's log says where."
        waits = self._asked.is_set()
        self._run = Run(
            state="waiting" if waits else "idle",
            number=self._run.number + 1,
            verdict=verdict or self._run.verdict,
            error=error,
            ended_at=now(),
        )

    def _progress(self, what: str, share: float) -> None:
        self._run = replace(self._run, what=what, share=share)
