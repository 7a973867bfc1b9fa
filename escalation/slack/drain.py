"""Works off a queue of rows on a thread of its own, whatever goes wrong with one of them."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

log = logging.getLogger(__name__)

IDLE_SECONDS = 0.5
"""How often postponed work is looked for; what is new rings."""


class Drain:
    """Calls `work` until it returns False, and then sleeps until it is woken."""

    def __init__(self, name: str, work: Callable[[], bool], patience: float) -> None:
        self._name = name
        self._work = work
        self._patience = patience
        """Seconds that `stop` waits for the piece of work in hand."""
        self._wake = threading.Event()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    @property
    def is_stopping(self) -> bool:
        return self._stopped.is_set()

    def start(self) -> None:
        self._thread.start()

    def wake(self) -> None:
        self._wake.set()

    def stop(self) -> None:
        """Finishes the piece in hand; the rest stays in its queue."""
        self._stopped.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(timeout=self._patience)

    def _run(self) -> None:
        while not self._stopped.is_set():
            self._wake.clear()
            try:
                worked = self._work()
            except Exception as error:  # noqa: BLE001 - the service's outermost edge
                log.error("the %s cannot be worked on (%s); trying again", self._name, type(error).__name__)
                worked = False
            if not worked:
                self._wake.wait(IDLE_SECONDS)
