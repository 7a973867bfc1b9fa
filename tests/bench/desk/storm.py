"""Events come in as fast as promised, over HTTP and signed; what was acknowledged must reach the customers."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass

import httpx
from sqlmodel import select

from bot import schema
from bot.cli.demo import demo_environment
from bot.cli.processes import Service, free_port
from escalation.practice.http_delivery import sign
from escalation.practice.workspace import SIGNING_SECRET
from escalation.slack.web import PATH
from escalation.store.message import Message, Speaker
from labeling.database import Database
from tests.bench.desk.crowd import cards, gather, until_sent
from tests.bench.scene import Scene

RATE = 50
"""Events a second."""
HANDS = 32
"""So many events may be on their way at once."""
CASES = 25
REPEATED = 10
"""Every tenth event is an earlier one, sent again."""
SLACK_WAITS_SECONDS = 3.0
CATCH_UP_SECONDS = 60.0
AGENT = "U0MINAOKAFO"


@dataclass(frozen=True)
class Drop:
    """One event. Seconds from when it was due until it was sent, and until it was acknowledged as Slack asks."""

    late: float
    taken: float | None


@dataclass(frozen=True)
class Storm:
    """Seconds by event that was acknowledged, and what became of the words."""

    rate: int
    late: tuple[float, ...]
    """Seconds from when each event was due until it was sent: the measurement's own share."""
    acknowledged: tuple[float, ...]
    unanswered: int
    sent: int
    lost: int
    doubled: int
    behind: float
    """Seconds from the last event until every reply was said."""


def storm(scene: Scene, kind: str, url: str) -> Storm:
    """A desk alone on its database, with a practice workspace to post its cards to."""
    database = Database(url)
    schema.upgrade(database)
    ports = {name: free_port(0) for name in ("practice", "desk")}
    home = scene.folder / f"storm-{kind}"
    home.mkdir()
    environment = {
        **demo_environment(home, ports["practice"]),
        "DATABASE_URL": url,
        "SLACK_SIGNING_SECRET": SIGNING_SECRET,
    }
    commands = (
        ("practice", "--port", str(ports["practice"]), "--no-rate-limit"),
        ("desk", "--project", str(scene.project.root), "--port", str(ports["desk"])),
    )
    with ExitStack() as stack:
        stack.callback(database.close)
        for command in commands:
            scene.on_progress(f"Starting the {command[0]}", 0.0)
            service = Service(command, scene.logs / f"storm-{kind}-{command[0]}.log", environment)
            stack.callback(service.stop)
            service.wait_until_ready()
        cases = gather(database, CASES)
        until_sent(database)
        with database.reading() as session:
            threads = cards(session, cases)
        scene.on_progress(f"Storm on {kind}: {scene.size.events} events", 0.5)
        bodies = _events(threads, scene.size.events)
        address = f"http://127.0.0.1:{ports['desk']}{PATH}"
        _rain(address, _events(threads, RATE, "warm-up"))
        return _judge(database, bodies, _rain(address, bodies))


def _events(threads: Sequence[tuple[str, str]], count: int, what: str = "reply") -> list[bytes]:
    """Each a reply in one of the threads; a repetition has an `event_id` of its own, as Slack's may."""
    start, bodies = time.time(), []
    for place in range(count):
        number = place - REPEATED // 2 if place % REPEATED == REPEATED - 1 else place
        channel, ts = threads[number % len(threads)]
        event = {
            "type": "message",
            "channel": channel,
            "user": AGENT,
            "ts": f"{start + number / 1_000:.6f}",
            "thread_ts": ts,
            "text": f"{what} {number}",
        }
        payload = {"type": "event_callback", "team_id": "T0LARKFELL", "event_id": f"Ev{what}{place}", "event": event}
        bodies.append(json.dumps(payload).encode())
    return bodies


def _rain(address: str, bodies: Sequence[bytes]) -> list[Drop]:
    with httpx.Client(timeout=SLACK_WAITS_SECONDS, trust_env=False) as http, ThreadPoolExecutor(HANDS) as hands:
        start = time.perf_counter()
        dues = [start + place / RATE for place in range(len(bodies))]
        return list(hands.map(lambda body, due: _drop(http, address, body, due), bodies, dues))


def _drop(http: httpx.Client, address: str, body: bytes, due: float) -> Drop:
    time.sleep(max(0.0, due - time.perf_counter()))
    stamp, late = str(int(time.time())), time.perf_counter() - due
    headers = {
        "x-slack-signature": sign(SIGNING_SECRET, stamp, body),
        "x-slack-request-timestamp": stamp,
        "content-type": "application/json",
    }
    try:
        answer = http.post(address, content=body, headers=headers)
    except httpx.HTTPError:
        return Drop(late, None)
    return Drop(late, time.perf_counter() - due if answer.status_code == 200 else None)


def _judge(database: Database, bodies: Sequence[bytes], drops: Sequence[Drop]) -> Storm:
    wanted = {str(json.loads(body)["event"]["text"]) for body in bodies}
    start = time.perf_counter()
    while (said := _said(database, wanted)).keys() != wanted and time.perf_counter() - start < CATCH_UP_SECONDS:
        time.sleep(0.05)
    return Storm(
        rate=RATE,
        late=tuple(drop.late for drop in drops),
        acknowledged=tuple(drop.taken for drop in drops if drop.taken is not None),
        unanswered=sum(drop.taken is None for drop in drops),
        sent=len(wanted),
        lost=len(wanted - said.keys()),
        doubled=sum(times > 1 for times in said.values()),
        behind=time.perf_counter() - start,
    )


def _said(database: Database, wanted: set[str]) -> Counter[str]:
    with database.reading() as session:
        rows = session.exec(select(Message.text).where(Message.speaker == Speaker.AGENT.value))
        return Counter(text for text in rows if text in wanted)
