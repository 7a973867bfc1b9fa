"""The README's walk through the web chat's HTTP API, run word for word against a real bot."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.cli.processes import Service, free_port

REPOSITORY = Path(__file__).parents[2]
# The streams never end by themselves; we leave one when it says that the bot has nothing left to answer.
END = "=== end of a command ==="
BOUNDED = f"""curl() {{ sed '/"typing": false/q' < <(env curl "$@" 2>/dev/null); echo '{END}' >&2; }}\n"""


@pytest.fixture(scope="module")
def bot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The repository's own bot, on a database of its own."""
    home = tmp_path_factory.mktemp("home")
    port = free_port(0)
    environment = {"DATABASE_URL": f"sqlite:///{home / 'handraise.db'}", "HANDRAISE_HOME": str(home)}
    service = Service(("bot", "--project", str(REPOSITORY), "--port", str(port)), home / "bot.log", environment)
    try:
        service.wait_until_ready()
        yield f"http://127.0.0.1:{port}"
    finally:
        service.stop()


def walk() -> str:
    """The block of the README that talks to the web chat."""
    blocks = re.findall(r"```sh\n(.*?)```", (REPOSITORY / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    (block,) = [block for block in blocks if "/chat/conversations" in block]
    return str(block)


def test_the_walk_through_the_web_chats_api_works_as_it_is_written(bot: str) -> None:
    written = "bot=http://127.0.0.1:8080\n"
    assert walk().startswith(written)
    script = BOUNDED + walk().replace(written, f"bot={bot}\n") + 'echo "$id"'
    shell = subprocess.run(
        ["bash", "-c", script], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=180
    )
    opened, sent, looked, streamed, resumed, *more, conversation = map(str.strip, shell.stdout.split(END))
    assert opened == ""  # what it printed is in $id
    assert re.fullmatch(r"[\w-]{20,}", conversation)
    assert json.loads(sent)["number"] == 1
    assert json.loads(looked)["messages"][0]["text"] == "do you ship to Norway?"
    assert "Norway" in streamed
    assert numbers(streamed) == [1, 2]  # the bot's answer is the second
    assert numbers(resumed) == []
    assert "event: state" in resumed
    limits, uploaded, added, edited, deleted, seen = more
    assert json.loads(limits)["largest"] > 0
    assert [json.loads(one).get("number") for one in (uploaded, added, edited, deleted)] == [3, 5, 5, 1]
    assert seen == ""


def numbers(events: str) -> list[int]:
    """The numbered messages among server-sent events."""
    return [int(number) for number in re.findall(r"^id: (\d+)$", events, re.MULTILINE)]
