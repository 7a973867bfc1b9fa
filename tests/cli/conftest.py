"""The command as a process of its own, as a person at a terminal runs it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.cli.processes import Service, free_port
from bot.new_project import create_project
from labeling.examples import Example
from labeling.project import ROUTER

TEXTS = {
    "opening_hours": "when do you open|opening times please|are you open on sunday|closing time?|open late|hours?",
    "returns": "how do I return boots|send a jacket back|return label|i want to return this|returning|it goes back",
    "report_fraud": "someone used my card|I did not order this|my account was stolen|fraud|scammed|not my order",
}
EXAMPLES = tuple(Example(text, intent) for intent, texts in TEXTS.items() for text in texts.split("|"))


@dataclass(frozen=True)
class Said:
    """What a command said and how it ended."""

    code: int
    out: str
    err: str

    @property
    def refusal(self) -> str:
        """Its one line. Fails where there was more, or less, or a traceback."""
        assert self.code == 1, (self.out, self.err)
        (line,) = self.err.strip().splitlines()
        assert line.startswith("handraise: ")
        return line.removeprefix("handraise: ")


def handraise(*arguments: str | Path, **environment: str) -> Said:
    """Runs the command; of our variables it sees these, and where encoders are kept."""
    done = subprocess.run(
        [sys.executable, "-m", "bot.cli", *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, "COLUMNS": "200", **environment},
    )
    return Said(done.returncode, done.stdout, done.stderr)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A small project, as `handraise init` writes it."""
    folder = tmp_path / "shop"
    create_project(folder, EXAMPLES)
    return folder


def change(file: Path, old: str, new: str) -> None:
    """Puts other words into a file; fails where the old ones are not in it."""
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def router_knob(project: Path, line: str) -> None:
    change(project / "config.yml", f"  - name: {ROUTER}\n", f"  - name: {ROUTER}\n    {line}\n")


@pytest.fixture(scope="session")
def practice(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of a practice workspace."""
    port = free_port(0)
    service = Service(("practice", "--port", str(port)), tmp_path_factory.mktemp("practice") / "log", {})
    try:
        service.wait_until_ready()
        yield port
    finally:
        service.stop()
