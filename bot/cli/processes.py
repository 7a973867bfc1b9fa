"""Services as child processes: started, waited for, and stopped together."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections import deque
from collections.abc import Mapping, Sequence
from pathlib import Path

from labeling.refusal import Refusal

PATIENCE_SECONDS = 180.0
"""How long a service may take to say that it is ready, on a slow machine with a cold cache."""
READY = " is ready: "


class ServiceFailed(Refusal):
    """A service ended before it was ready. Its last words are in the message, everything in its log."""


class Service:
    """One `handraise` command as a child process, with its output in a log file."""

    def __init__(self, command: Sequence[str], log: Path, environment: Mapping[str, str]) -> None:
        self.name = command[0]
        self.command = tuple(command)
        self.log = log
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("wb") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "bot.cli", *command],
                stdout=output,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                env={**os.environ, **environment, "PYTHONUNBUFFERED": "1"},
                start_new_session=True,  # Ctrl-C reaches us alone; we stop the services in order
            )

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def is_ready(self) -> bool:
        return READY in self.log.read_text(encoding="utf-8", errors="replace")

    @property
    def has_ended(self) -> bool:
        return self._process.poll() is not None

    def last_words(self) -> str:
        lines = deque(self.log.read_text(encoding="utf-8", errors="replace").splitlines(), maxlen=1)
        return lines[0].removeprefix("handraise: ") if lines else "it said nothing"

    def wait_until_ready(self) -> None:
        """Raises ServiceFailed."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not self.is_ready:
            if self.has_ended or time.monotonic() > deadline:
                raise ServiceFailed(f"the {self.name} did not start: {self.last_words()} (all of it: {self.log})")
            time.sleep(0.1)

    def stop(self) -> None:
        if not self.has_ended:
            self._process.terminate()
        try:
            self._process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def kill(self) -> None:
        """As a power cut would: nothing is said, nothing is flushed."""
        self._process.kill()
        self._process.wait()


def free_port(wanted: int) -> int:
    """The wanted port, or where somebody has it, any free one."""
    for port in (wanted, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise Refusal("no free port on this machine")
