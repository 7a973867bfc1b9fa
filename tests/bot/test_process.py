"""The bot as a process of its own, as `handraise bot` runs it; and two of them on one PostgreSQL."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from bot import schema
from bot.customer import Customer
from bot.server import serve
from escalation import handover
from escalation.handover import Person
from labeling.database import Database
from labeling.port import PortTaken
from labeling.project import Project
from tests.bot.conftest import Receiver, story_of
from tests.until import until

SCRIPT = """
import os, sys
from pathlib import Path
from bot.server import serve
from labeling.database import Database
from labeling.project import find_project
root, model, url = sys.argv[1:]
serve(find_project(Path(root)), Database(url), host="127.0.0.1", port=0, prepare=lambda: Path(model),
      on_ready=lambda url: print(url, flush=True))
"""

Start = Callable[[str], tuple["subprocess.Popen[str]", str]]


@pytest.fixture
def start(tiny_project: Project, tiny_model: Path, tmp_path: Path) -> Iterator[Start]:
    processes = []

    def run(url: str) -> tuple[subprocess.Popen[str], str]:
        log = (tmp_path / f"{len(processes)}.log").open("w")
        process = subprocess.Popen(
            [sys.executable, "-c", SCRIPT, str(tiny_project.root), str(tiny_model), url],
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            cwd=Path(__file__).parents[2],
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
        processes.append(process)
        assert process.stdout is not None
        address = process.stdout.readline().strip().rstrip("/")
        assert address, Path(log.name).read_text(encoding="utf-8")
        return process, address

    yield run
    for process in processes:
        process.kill()
        process.wait()


def test_a_killed_bot_loses_nothing_and_a_stopped_one_ends_well_and_no_log_holds_a_customers_words(
    start: Start, tmp_path: Path, http: httpx.Client
) -> None:
    database = Database(f"sqlite:///{tmp_path / 'mine.db'}")
    schema.upgrade(database)
    process, url = start(str(database.url))
    customer = Customer(http, url)
    before = customer.ask("when do you open")
    customer.say("my tent pole snapped near Ullapool")
    process.send_signal(signal.SIGKILL)
    process.wait()
    again, url = start(str(database.url))
    customer._chat = f"{url}/chat/conversations"
    heard = customer.wait(lambda now: now.person == "waiting")
    assert heard.messages[1:2] == before.messages
    assert len(heard.said_by("bot")) == 2
    again.send_signal(signal.SIGTERM)
    assert again.wait(20) == 0
    logs = (tmp_path / "0.log").read_text() + (tmp_path / "1.log").read_text()
    assert "action_broken" in logs
    assert "Ullapool" not in logs
    database.close()


def test_a_port_that_is_in_use_is_refused_in_one_line(tiny_project: Project, database: Database) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(PortTaken, match=f"port {port} on 127.0.0.1 is taken; choose another"):
            serve(tiny_project, database, host="127.0.0.1", port=port)


def test_two_bots_on_one_postgresql_answer_everything_once_and_in_order(
    start: Start, postgresql_url: str, http: httpx.Client, receiver: Receiver
) -> None:
    database = Database(postgresql_url)
    schema.upgrade(database)
    with ThreadPoolExecutor(2) as pool:
        bots = [url for _, url in pool.map(start, [postgresql_url] * 2)]
    customer = Customer(http, bots[0])
    here = f"/chat/conversations/{customer.conversation}/messages"
    with ThreadPoolExecutor(8) as pool:
        sends = [
            pool.submit(http.post, bots[index % 2] + here, json={"text": "when do you open", "id": str(index // 2)})
            for index in range(16)
        ]
        assert {send.result().status_code for send in sends} == {202}
    customer.wait(lambda now: len(now.said_by("bot")) >= 8 and not now.typing)
    story = story_of(database, customer.conversation)
    assert [m.number for m in story.messages] == list(range(1, 17))
    assert len(story.turns) == 8

    body = {"sender": "paul", "message": "human please"}
    http.post(f"{bots[1]}/webhooks/callback/webhook", json=body).raise_for_status()
    (case,) = story_of(database, "paul").cases
    assert case.id is not None
    for index in range(5):
        with database.transaction() as session:
            handover.reply(session, case.id, Person("U1", "Mina"), f"Reply {index}", f"1.{index}")
    until(lambda: all(m.delivered_at for m in story_of(database, "paul").messages))
    assert receiver.texts_for("paul") == [
        "A person comes.",
        "Mina from our team is here.",
        *(f"Mina: Reply {index}" for index in range(5)),
    ]
    database.close()
