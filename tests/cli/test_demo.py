"""`handraise demo` as a process: one in a home, and it says which of its services has stopped."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.cli.processes import Service
from tests.cli.conftest import handraise
from tests.until import until


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def demo(project: Path, home: Path, tmp_path: Path) -> Iterator[Service]:
    command = ("demo", "--project", str(project), "--port", "0")
    running = Service(command, tmp_path / "demo.log", {"HANDRAISE_HOME": str(home)})
    yield running
    running.stop()


def test_a_second_demo_in_the_same_home_is_refused(demo: Service, project: Path, home: Path) -> None:
    until((home / "demo" / "stage.json").exists)
    refusal = handraise("demo", "--project", project, HANDRAISE_HOME=str(home)).refusal
    assert "a demo runs in" in refusal
    assert "HANDRAISE_HOME" in refusal
    assert not demo.has_ended


def test_a_practice_workspace_that_stops_is_named(demo: Service) -> None:
    until(lambda: "Open http" in demo.log.read_text() or demo.has_ended, 240)
    children = Path(f"/proc/{demo.pid}/task/{demo.pid}/children").read_text().split()
    (practice,) = [pid for pid in children if b"\0practice\0" in Path(f"/proc/{pid}/cmdline").read_bytes()]
    os.kill(int(practice), signal.SIGKILL)
    until(lambda: demo.has_ended)
    assert "the practice stopped" in demo.log.read_text()
