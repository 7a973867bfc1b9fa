"""Answers that were drawn for audits, as the bot stores them."""

from __future__ import annotations

from datetime import timedelta

from labeling.auditing import say
from labeling.clock import now
from labeling.database import Database
from labeling.ranking import Guess, Ranking
from labeling.store.correction import CorrectionKind
from labeling.store.turn import Turn

KNOWN = ("store_hours", "rent_gear", "gift_card_balance")


def answered(
    database: Database,
    text: str = "when do you open",
    guess: str = "store_hours",
    rate: float = 1.0,
    drawn: bool = True,
    days_ago: float = 0.0,
    tier: str = "routine",
    chosen: str | None = None,
    promise: float = 0.9,
) -> int:
    """A turn that the bot answered; `chosen`: once the customer had said what they meant."""
    ranking = Ranking((Guess(guess, 0.9), Guess("rent_gear", 0.1)), 0.97, "m1")
    with database.transaction() as session:
        number = session.query(Turn).count() + 1
        row = Turn(
            conversation_id=number,
            message_id=number,
            text=text,
            ranking=ranking.to_json(),
            confidence=0.97,
            model_version="m1",
            route="clarify" if chosen else "answer",
            reason="97 % sure.",
            tier=tier,
            audit=drawn,
            audit_rate=rate,
            promise=None if chosen else promise,
            chosen=chosen,
            created_at=now() - timedelta(days=days_ago),
        )
        session.add(row)
        session.flush()
        assert row.id is not None
        return row.id


def look(database: Database, turn_id: int, intent: str | None = "store_hours", trainer: str = "Noor") -> None:
    """No intent: nothing covers it."""
    kind = CorrectionKind.INTENT if intent else CorrectionKind.OUT_OF_SCOPE
    with database.transaction() as session:
        say(session, turn_id, trainer, kind, intent, KNOWN)
