"""The practice workspace as a process on a free port, for any test that needs Slack."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from slack_sdk import WebClient

from escalation.practice.player import Play
from escalation.practice.workspace import APP_TOKEN, BOT_TOKEN, CHANNEL, SIGNING_SECRET

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class PracticeServer:
    """`url` is the page; `api_url` is what SLACK_API_URL takes."""

    url: str
    bot_token: str = BOT_TOKEN
    app_token: str = APP_TOKEN
    signing_secret: str = SIGNING_SECRET
    channel: str = CHANNEL

    @property
    def api_url(self) -> str:
        return f"{self.url}/api/"

    def play(self, who: str = "mina") -> Play:
        return Play(self.url, who)

    def client(self) -> WebClient:
        return WebClient(token=self.bot_token, base_url=self.api_url)


@contextmanager
def practice_server(*options: str) -> Iterator[PracticeServer]:
    """`options` as on the command line, for example `--no-rate-limit`."""
    command = [sys.executable, "-m", "escalation.practice", "--port", "0", *options]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line.startswith("Practice workspace: "), f"it did not start: {line!r}"
        yield PracticeServer(line.split()[-1].rstrip("/"))
    finally:
        process.terminate()
        process.wait(timeout=10)
