"""Slack from the package `emulate`, which nobody here wrote, as a process of its own.

Where it differs from Slack: events come over HTTP alone and once, and a call returns only when they have been
delivered; nothing can be pressed, and App Home cannot be opened; what an app posts lacks its `bot_id`, and a reply
the name of who began the thread; limits on rates, blocks and lengths are not held; `oldest` is not heeded where
messages are listed; and anybody may post in a public channel. What Slack would refuse is therefore tested against the
practice workspace.
"""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import yaml
from slack_sdk import WebClient

import escalation
from bot.cli.processes import free_port

HERE = Path(__file__).parent
INSTALLED = HERE / "node_modules" / ".ready"
"""Written by make when all of it is there."""
NODE = HERE / "node_modules" / ".bin" / "node"
MANIFEST = Path(escalation.__file__).parent / "manifest.yml"
BOT_TOKEN = "xoxb-of-the-desk"
BOT_USER = "U0HANDRAISE"
CHANNEL = "support"
AGENTS = {"mina": "Mina Okafor", "jonas": "Jonas Weber"}


@dataclass(frozen=True)
class Emulator:
    """A workspace with two agents, a channel for cards, and the app with the scopes of its manifest."""

    url: str

    @property
    def api_url(self) -> str:
        return f"{self.url}/api/"

    def agent(self, name: str) -> WebClient:
        return WebClient(token=f"xoxp-{name}", base_url=self.api_url)

    def channel(self) -> str:
        channels = self.agent("mina").conversations_list()["channels"]
        return next(str(channel["id"]) for channel in channels if channel["name"] == CHANNEL)

    def page(self, tab: str) -> str:
        """What it shows of itself in a browser."""
        return httpx.get(f"{self.url}/", params={"tab": tab}, trust_env=False).text

    def answers(self, event: str) -> set[str]:
        """What its deliveries of this event were answered, from its page about them."""
        table = self.page("events").split("Event Deliveries")[1].split("Last Errors")[0]
        rows = [re.sub(r"<[^>]+>", "\n", row).split() for row in re.findall(r"<tr>(<td>.*?)</tr>", table)]
        return {row[4] for row in rows if row[1] == event}


@contextmanager
def emulator(signing_secret: str, request_url: str, log: Path) -> Iterator[Emulator]:
    """It signs its events with `signing_secret` and sends them to `request_url`."""
    port = free_port(0)
    told = json.dumps({"port": port, "seed": _seed(signing_secret), "requestUrl": request_url})
    with log.open("wb") as errors:
        process = subprocess.Popen([NODE, HERE / "slack.mjs", told], stdout=subprocess.PIPE, stderr=errors, text=True)
    assert process.stdout is not None
    try:
        ready = process.stdout.readline()
        assert ready, f"the emulator did not start: {log.read_text(encoding='utf-8')}"
        running = Emulator(f"http://127.0.0.1:{port}")
        running.agent("mina").conversations_invite(channel=running.channel(), users=BOT_USER)
        yield running
    finally:
        process.terminate()
        process.wait(timeout=15)
        process.stdout.close()


def _seed(signing_secret: str) -> dict[str, Any]:
    scopes = yaml.safe_load(MANIFEST.read_text(encoding="utf-8"))["oauth_config"]["scopes"]["bot"]
    app = {
        "app_id": "A0HANDRAISE",
        "client_id": "1.1",
        "client_secret": "unused",
        "name": "Handraise",
        "redirect_uris": [],
        "scopes": scopes,
        "bot_id": "B0HANDRAISE",
        "bot_user_id": BOT_USER,
        "bot_name": "handraise",
    }
    return {
        "users": [{"name": name, "profile": {"display_name": shown}} for name, shown in AGENTS.items()],
        "channels": [{"name": CHANNEL}],
        "oauth_apps": [app],
        "tokens": [
            {"token": BOT_TOKEN, "type": "bot", "user_id": BOT_USER, "scopes": scopes},
            *({"token": f"xoxp-{name}", "type": "user", "user": name} for name in AGENTS),
        ],
        "signing_secret": signing_secret,
        "strict_scopes": True,
    }
