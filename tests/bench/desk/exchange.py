"""A customer and an agent talk, each at their own end: what one says is timed until the other has it."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from escalation.practice.player import JSON, Play, buttons
from escalation.slack.press import Do
from tests.bench.desk.crowd import gather, until_sent
from tests.bench.ears import Ears
from tests.bench.scene import Scene, Services, services

CALL = "I want to talk to a human please"
FEW = 5
RAISED, CLAIMED, GREETED = "hand raised → card in Slack", "Claim → the card says so", "Claim → customer reads so"
ASKED, ANSWERED = "customer message → thread", "agent reply → customer"


@dataclass(frozen=True)
class Exchange:
    """Seconds by what was waited for, while so many other cases were open."""

    open_cases: int
    seconds: Mapping[str, tuple[float, ...]]


def exchanges(scene: Scene, kind: str, url: str) -> tuple[Exchange, Exchange]:
    """With few cases open, and then with many."""
    with services(scene, f"desk-{kind}", url) as running, httpx.Client(timeout=60.0, trust_env=False) as http:
        with Play(running.practice) as agent:
            agent.open_home()
            few = _talk(scene, running, http, agent, FEW)
            many = _talk(scene, running, http, agent, scene.size.open_cases)
    return few, many


def _talk(scene: Scene, running: Services, http: httpx.Client, agent: Play, crowd: int) -> Exchange:
    scene.on_progress(f"Opening cases: {crowd}", 0.2)
    gather(running.database, crowd - (FEW if crowd > FEW else 0))
    until_sent(running.database)
    seconds: dict[str, list[float]] = defaultdict(list)
    for number in range(scene.size.customers):
        scene.on_progress(f"Customers and an agent talk, {crowd} cases open", number / scene.size.customers)
        with Ears(http, running.bot) as ears:
            _one_case(agent, ears, seconds, f"{crowd}.{number}", scene.size.exchanges)
    return Exchange(crowd, {name: tuple(taken) for name, taken in seconds.items()})


def _one_case(agent: Play, ears: Ears, seconds: dict[str, list[float]], name: str, count: int) -> None:
    known = {message["ts"] for message in agent.messages()}
    start = time.perf_counter()
    ears.say(CALL)
    card = agent.wait_for_message(lambda message: message["ts"] not in known and _can_claim(message))
    seconds[RAISED].append(time.perf_counter() - start)
    start = time.perf_counter()
    agent.click(card, Do.CLAIM.value)
    agent.wait_for_message(lambda message: message["ts"] == card["ts"] and not _can_claim(message))
    seconds[CLAIMED].append(time.perf_counter() - start)
    seconds[GREETED].append(ears.hear("system", "is here") - start)
    for number in range(count):
        words = f"case {name}, question {number}: where is it now"
        start = time.perf_counter()
        ears.say(words)
        agent.wait_for_message(lambda message, words=words: words in message.get("text", ""))
        seconds[ASKED].append(time.perf_counter() - start)
        words = f"case {name}, answer {number}: on its way"
        start = time.perf_counter()
        agent.post(words, thread_ts=card["ts"], channel=card["channel"])
        seconds[ANSWERED].append(ears.hear("agent", words) - start)
    agent.click(card, Do.HAND_BACK.value)
    ears.hear("system", "bot again")


def _can_claim(message: JSON) -> bool:
    offered: list[dict[str, Any]] = buttons(message)
    return any(button["action_id"] == Do.CLAIM.value for button in offered)
