"""Correction to new answer: a person says it once, a trainer accepts, and the bot knows."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

import httpx
from sqlmodel import col, select

from bot.customer import Customer
from bot.scripted_agent import ScriptedAgent
from escalation.practice.player import Play
from labeling.database import Database
from labeling.refusal import Refusal
from labeling.retraining import Outcome, retrain
from labeling.store.turn import Turn, ranking_of
from tests.bench.figure import Figure, Sheet
from tests.bench.lessons import LESSONS, Lesson
from tests.bench.peak import peak_megabytes
from tests.bench.scene import Scene, Services, services, sqlite

Seen = TypeVar("Seen")
POLL_SECONDS = 0.05
PATIENCE_SECONDS = 180.0


class NothingLearned(Refusal):
    """No lesson could be measured: the bot knew them all, or nothing was promoted."""


@dataclass(frozen=True)
class Taught:
    """One round: seconds from the trainer's accept, and what came of it."""

    lesson: Lesson
    verdict: float
    swapped: float | None
    answered: float | None
    """None where the candidate was refused, or the bot still asks: the customer or a person."""
    objections: tuple[str, ...]


def measure(scene: Scene) -> Sheet:
    """Rounds until enough lessons were new to the bot. Raises NothingLearned."""
    with services(scene, "loop") as running, httpx.Client(timeout=60.0, trust_env=False) as http:
        taught = _lessons(scene, _School(running, http))
        peak = peak_megabytes(running.running["labeling"].pid)
    return _sheet(scene, taught, peak)


def _lessons(scene: Scene, school: _School) -> list[Taught]:
    taught: list[Taught] = []
    for lesson in LESSONS:
        scene.on_progress(f"Teaching it {lesson.intent}", len(taught) / scene.size.rounds)
        if round_ := school.teach(lesson):
            taught.append(round_)
        if len(taught) == scene.size.rounds:
            break
    return taught


def _sheet(scene: Scene, taught: list[Taught], peak: float) -> Sheet:
    learned = [one for one in taught if one.answered is not None]
    if not learned:
        why = " ".join(objection for one in taught for objection in one.objections)
        raise NothingLearned(f"none of {len(taught)} lessons led to an answer; see {scene.logs}. {why}")
    figures = (
        Figure("accept → the bot answers", "s", _seconds(one.answered for one in learned), "the paraphrase, read"),
        Figure(
            "of it: accept → verdict", "s", _seconds(one.verdict for one in taught), "with 1 s of waiting for more"
        ),
        Figure("of it: accept → bots swapped", "s", _seconds(one.swapped for one in learned)),
        Figure("retrain alone", "s", _retrains(scene), "snapshot, training, both judged, promotion"),
        Figure("lessons that stuck", "%", (100 * len(learned) / len(taught),), f"{len(learned)} of {len(taught)}"),
        Figure("labeling's peak memory", "MB", (peak,), "with its retrainings"),
    )
    refused = [f"{one.lesson.intent}: refused, {' '.join(one.objections)}" for one in taught if one.objections]
    return Sheet("Correction to answer", figures, (_HOW, *refused))


_HOW = (
    "A customer writes words that are new to the bot; an agent claims the card in the practice workspace, replies "
    "and clicks the intent; a trainer accepts over HTTP (the clock starts); a customer asks in other words."
)


def _seconds(samples: Iterable[float | None]) -> tuple[float, ...]:
    return tuple(sample for sample in samples if sample is not None)


def _retrains(scene: Scene) -> tuple[float, ...]:
    database = Database(sqlite(scene.database))
    seconds = []
    for number in range(scene.size.retrains):
        scene.on_progress("Retraining, by itself", number / scene.size.retrains)
        start = time.perf_counter()
        retrain(scene.project, database, force=True)
        seconds.append(time.perf_counter() - start)
    database.close()
    return tuple(seconds)


class _School:
    """Customer, agent and trainer of one round after another."""

    def __init__(self, running: Services, http: httpx.Client) -> None:
        self._running = running
        self._http = http

    def teach(self, lesson: Lesson) -> Taught | None:
        """None where the bot knows either wording already."""
        if self._answered(lesson.asked_anew) is not None:
            return None
        customer = Customer(self._http, self._running.bot)
        if customer.ask(lesson.asked).person is None:
            return None
        with Play(self._running.practice) as person:
            ScriptedAgent(self._running.database, person).work_off(customer.conversation, lesson.intent)
        return self._accept(lesson)

    def _accept(self, lesson: Lesson) -> Taught:
        turn, version, runs = self._waiting(lesson.asked), self._version(), self._run()["number"]
        start = time.perf_counter()
        self._call("POST", f"{self._running.labeling}/api/turns/{turn}/review", {"decision": "accept"})
        run = _until(self._run, lambda run: run["number"] > runs)
        verdict = time.perf_counter() - start
        if run["outcome"] != Outcome.PROMOTED.value:
            return Taught(lesson, verdict, None, None, tuple(run["objections"]))
        _until(self._version, lambda now: now != version)
        swapped = time.perf_counter() - start
        knows = self._answered(lesson.asked_anew) == lesson.intent
        return Taught(lesson, verdict, swapped, time.perf_counter() - start if knows else None, ())

    def _answered(self, text: str) -> str | None:
        """The intent that a customer with these words is answered about; None where they are asked what they meant,
        or a person is called."""
        Customer(self._http, self._running.bot).ask(text)
        with self._running.database.reading() as session:
            turn = session.exec(select(Turn).where(Turn.text == text).order_by(col(Turn.id).desc())).first()
            return ranking_of(turn).best if turn and turn.route == "answer" else None

    def _waiting(self, text: str) -> int:
        turns = self._call("GET", f"{self._running.labeling}/api/queue?size=200")["turns"]
        return next(int(turn["id"]) for turn in turns if turn["text"] == text)

    def _version(self) -> str:
        return str(self._call("GET", f"{self._running.bot}/ready")["model"])

    def _run(self) -> dict[str, Any]:
        return self._call("GET", f"{self._running.labeling}/api/retrain")

    def _call(self, method: str, url: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        return dict(self._http.request(method, url, json=body).raise_for_status().json())


def _until(look: Callable[[], Seen], enough: Callable[[Seen], bool]) -> Seen:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not enough(seen := look()):
        if time.monotonic() > deadline:
            raise NothingLearned(f"no retraining came to an end within {PATIENCE_SECONDS:.0f} s")
        time.sleep(POLL_SECONDS)
    return seen
