"""The demo's guide ticks what has happened, and nothing else."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlmodel import SQLModel

from bot.stage.progress import steps_done
from escalation import handover
from escalation.handover import Person
from escalation.store.conversation import conversation_of
from labeling.clock import now
from labeling.database import Database
from labeling.store.correction import Correction, CorrectionKind
from labeling.store.model import Model
from labeling.store.review import Decision, Review
from labeling.store.turn import Turn

MINA = Person("U1", "Mina")
START = now() - timedelta(hours=1)


def add(database: Database, *rows: SQLModel) -> None:
    with database.transaction() as session:
        session.add_all(rows)


def turn(number: int, route: str, minute: int) -> Turn:
    about: dict[str, Any] = {"conversation_id": 1, "message_id": number, "text": "…", "ranking": {}}
    at = START + timedelta(minutes=minute)
    return Turn(**about, confidence=0.5, model_version="m1", route=route, reason="…", created_at=at)


def model(version: str, minute: int) -> Model:
    at = START + timedelta(minutes=minute)
    made: dict[str, Any] = {
        "snapshot": "s",
        "encoder": "e",
        "examples": 1,
        "report": {},
        "archive": b"",
        "sha256": "",
    }
    return Model(version=version, promoted_at=at, **made)


def test_the_guide_ticks_each_step_when_it_has_happened(either_database: Database) -> None:
    database = either_database
    add(database, model("m1", 0))
    assert steps_done(database) == []
    add(database, turn(1, "answer", 1))
    assert steps_done(database) == [1]
    with database.transaction() as session:
        case = handover.open_case(session, conversation_of(session, "webchat", "a"), "unsure")
        handover.claim(session, case.id or 0, MINA)
    assert steps_done(database) == [1, 2]
    with database.transaction() as session:
        handover.reply(session, case.id or 0, MINA, "Hello", "1.1")
    assert steps_done(database) == [1, 2, 3]
    said = Correction(
        turn_id=1, kind=CorrectionKind.INTENT.value, intent="i", person_id="U1", person_name="Mina", source="slack"
    )
    add(database, said)
    assert steps_done(database) == [1, 2, 3, 4]


def test_a_label_is_learned_only_when_a_model_goes_live_after_it(either_database: Database) -> None:
    database = either_database
    add(database, model("m1", 0), turn(1, "answer", 1))
    review = Review(
        turn_id=1, decision=Decision.ACCEPTED.value, intent="i", trainer="t", created_at=START + timedelta(minutes=2)
    )
    add(database, review)
    assert 5 not in steps_done(database)
    add(database, model("m2", 3))
    assert 5 in steps_done(database)
    assert 6 not in steps_done(database)
    add(database, turn(2, "answer", 4))
    assert 6 in steps_done(database)


def test_a_rejected_label_ticks_nothing(database: Database) -> None:
    rejected = Review(turn_id=1, decision=Decision.REJECTED.value, trainer="t", created_at=START)
    add(database, turn(1, "escalate", 0))
    add(database, rejected, model("m2", 3))
    assert steps_done(database) == []
