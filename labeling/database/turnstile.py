"""Who writes next: one thread at a time, in the order in which they came."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager


class Turnstile:
    """SQLite lets whoever asks at the right moment write, and who has waited longest asks least often; a plain lock
    favours the thread that has just let go of it. With either, somebody waits for a second and more."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._inside = False
        self._queue: deque[threading.Event] = deque()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Waits for one's turn, and hands it on in the end."""
        self._enter()
        try:
            yield
        finally:
            self._hand_on()

    def _enter(self) -> None:
        with self._lock:
            if not self._inside:
                self._inside = True
                return
            called = threading.Event()
            self._queue.append(called)
        try:
            called.wait()
        except BaseException:  # Ctrl-C: nobody must wait for one who has gone
            self._leave_queue(called)
            raise

    def _hand_on(self) -> None:
        with self._lock:
            if self._queue:
                self._queue.popleft().set()
            else:
                self._inside = False

    def _leave_queue(self, called: threading.Event) -> None:
        with self._lock:
            if called in self._queue:
                self._queue.remove(called)
                return
        self._hand_on()
