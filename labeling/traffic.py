"""Looks at the traffic: the newest turns against those before them, as the live model sees both now."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import func
from sqlmodel import Session, col, select

from labeling.database import Database
from labeling.drift import Cause, Drift, Taught, Traffic, compare
from labeling.examples import Example
from labeling.judging import material
from labeling.labels import labels
from labeling.live_model import LiveModel
from labeling.project import Project
from labeling.refusal import Refusal
from labeling.snapshot import take
from labeling.store.look import Look, newest_look
from labeling.store.model import live_version
from labeling.store.turn import OURS, Turn

if TYPE_CHECKING:
    from labeling.intent_model import IntentModel

log = logging.getLogger(__name__)

RECENT, BEFORE = 400, 800
"""Turns compared at most: the newest, with those before them."""
LEAST = 300
"""With fewer turns in all nothing is said; a third of them are the recent ones."""
MOST_EXAMPLES = 5_000
AGAIN = 50
"""So many new turns make another look worth while."""
EVERY_SECONDS = 600.0


class TooFewTurns(Refusal):
    """There is nothing to compare yet; the message says how many turns are missing."""


def look(project: Project, database: Database) -> Look:
    """Compares, and keeps what was found; takes some seconds. Raises TooFewTurns, NoLiveModel, Refusal."""
    with database.reading() as session:
        turns = _newest(session)
        given = labels(session)
    if len(turns) < LEAST:
        raise TooFewTurns(f"{LEAST - len(turns)} more turns are needed before traffic can be compared")
    live = LiveModel(database, project.home)
    live.refresh()
    drift = compare_texts(live.current(), take(material(project).seeds, given).examples, [text for _, text in turns])
    found = Look(model_version=live.current().version, last_turn=turns[-1][0], findings=asdict(drift))
    with database.transaction() as session:
        session.add(found)
        session.flush()
        session.expunge(found)
    if drift.has_changed:
        log.warning(
            "the traffic has changed: %s", ", ".join(cause.kind for cause in drift.causes) or "no likely cause"
        )
    return found


def compare_texts(model: IntentModel, examples: Sequence[Example], texts: Sequence[str]) -> Drift:
    """`texts` come oldest first: the newest third, RECENT at most, is compared with the rest."""
    recent = min(RECENT, len(texts) // 3)
    return compare(_traffic(model, texts[:-recent]), _traffic(model, texts[-recent:]), _taught(model, examples))


def _traffic(model: IntentModel, texts: Sequence[str]) -> Traffic:
    from labeling.intent_model.embeddings import shared_embeddings

    vectors = shared_embeddings(model.encoder).embed(texts)
    opinion = model.opinion(texts, vectors)
    guesses = [model.intents[number] for number in opinion.probabilities.argmax(axis=1)]
    return Traffic(texts, vectors, guesses, opinion.confidence)


def _taught(model: IntentModel, examples: Sequence[Example]) -> Taught:
    from labeling.intent_model.embeddings import shared_embeddings

    kept = examples[:: -(-len(examples) // MOST_EXAMPLES)]  # they come intent by intent: each gives its share
    vectors = shared_embeddings(model.encoder).embed([example.text for example in kept])
    return Taught([example.text for example in kept], vectors, [example.intent for example in kept])


def _newest(session: Session) -> list[tuple[int, str]]:
    rows = select(Turn.id, Turn.text).where(*OURS).order_by(col(Turn.id).desc()).limit(RECENT + BEFORE)
    return [(number or 0, text) for number, text in session.exec(rows)][::-1]


def is_due(session: Session) -> bool:
    """Whether enough has happened since the newest look, or another model answers now."""
    if _count(session) < LEAST:
        return False
    last = newest_look(session)
    if last is None or live_version(session) != last.model_version:
        return True
    return _count(session, last.last_turn) >= AGAIN


def _count(session: Session, after: int = 0) -> int:
    return int(session.exec(select(func.count(col(Turn.id))).where(col(Turn.id) > after, *OURS)).one())  # type: ignore[call-overload]  # sqlmodel: no aggregates


def drift_of(found: Look) -> Drift:
    """As it was found."""
    stored: dict[str, Any] = found.findings
    causes = [Cause(**{**cause, "texts": tuple(cause["texts"])}) for cause in stored["causes"]]
    return Drift(stored["chance"], tuple(causes))


def sentence_of(found: Look | None) -> str:
    """The newest look in one line."""
    if found is None:
        return f"Traffic: not compared yet; that takes {LEAST} turns."
    drift = drift_of(found)
    cause = f" {drift.causes[0].sentence}" if drift.causes else ""
    if not drift.has_changed:
        return f"Traffic: no sign of change ({_day(found.created_at)}).{cause}"
    return f"Traffic: it has changed ({_day(found.created_at)}).{cause or ' No likely cause was found.'}"


def _day(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"


class Lookout:
    """Looks again in the background, as often as it is due."""

    def __init__(self, project: Project, database: Database) -> None:
        self._project = project
        self._database = database
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._work, name="lookout", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()

    def _work(self) -> None:
        while not self._stopped.wait(EVERY_SECONDS):
            try:
                with self._database.reading() as session:
                    due = is_due(session)
                if due:
                    look(self._project, self._database)
            except Exception as error:  # noqa: BLE001 - the thread's outermost edge: there is always another look
                log.warning("the traffic could not be compared (%s); trying again", type(error).__name__)
