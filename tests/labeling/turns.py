"""Turns and corrections for tests, as the bot and the desk write them."""

from __future__ import annotations

from sqlmodel import Session

from labeling.database import Database
from labeling.ranking import Guess, Ranking
from labeling.store.correction import Correction, CorrectionKind
from labeling.store.turn import Turn


def turn(
    database: Database, text: str, guess: str = "store_hours", confidence: float = 0.4, route: str = "escalate"
) -> int:
    ranking = Ranking((Guess(guess, 0.6), Guess("rent_gear", 0.3)), confidence, "m1")
    with database.transaction() as session:
        row = Turn(
            conversation_id=1,
            message_id=_next(session),
            text=text,
            ranking=ranking.to_json(),
            confidence=confidence,
            model_version="m1",
            route=route,
            reason="Only 40 % sure.",
            tier="routine",
        )
        session.add(row)
        session.flush()
        assert row.id is not None
        return row.id


def _next(session: Session) -> int:
    return session.query(Turn).count() + 1


def correct(
    database: Database,
    turn_id: int,
    intent: str | None = "rent_gear",
    person: str = "Mina",
    kind: CorrectionKind = CorrectionKind.INTENT,
    second: str | None = None,
    source: str = "slack",
) -> None:
    with database.transaction() as session:
        session.add(
            Correction(
                turn_id=turn_id,
                kind=kind.value,
                intent=intent,
                second_intent=second,
                person_id=person,
                person_name=person,
                source=source,
            )
        )


def corrected(database: Database, text: str, intent: str | None = "rent_gear", person: str = "Mina") -> int:
    turn_id = turn(database, text)
    correct(database, turn_id, intent, person)
    return turn_id
