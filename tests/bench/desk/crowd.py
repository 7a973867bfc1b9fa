"""Many customers who wait for people: their rows, as the gate would write them."""

from __future__ import annotations

import time
import uuid
from datetime import timedelta

from sqlalchemy import func
from sqlmodel import Session, col, select

from bot import schema
from escalation import handover
from escalation.desk_config import DeskConfig
from escalation.due_move import Rules
from escalation.store.case import Case
from escalation.store.conversation import conversation_of
from escalation.store.outbox import Outgoing
from escalation.ticker import Ticker
from labeling.clock import now
from labeling.database import Database
from labeling.ranking import Guess, Ranking
from labeling.refusal import Refusal
from labeling.store.turn import Turn

RANKING = Ranking((Guess("refund_status", 0.41), Guess("order_status", 0.33)), 0.38, "bench")
PATIENCE_SECONDS = 180.0
LOOKS = 25


class DeskStuck(Refusal):
    """The desk did not come to the end of its outbox. Its log is under bench/logs."""


def gather(database: Database, count: int) -> list[int]:
    """So many more open cases, each of a customer of its own; returns their ids."""
    return [_raise_hand(database, number) for number in range(count)]


def _raise_hand(database: Database, number: int) -> int:
    with database.transaction() as session:
        conversation = conversation_of(session, "webchat", f"bench-{uuid.uuid4().hex}")
        message, _ = handover.hear(session, conversation, f"where is parcel {number}, i have waited long", None)
        turn = Turn(
            conversation_id=message.conversation_id,
            message_id=message.id or 0,
            text=message.text,
            ranking=RANKING.to_json(),
            confidence=RANKING.confidence,
            model_version=RANKING.model_version,
            route="escalate",
            reason="measured",
            tier="sensitive",
        )
        session.add(turn)
        session.flush()
        case = handover.open_case(session, conversation, "Only 38 % sure.", turn)
        message.case_id, message.handled_at = case.id, now()  # or the bot would take it up once more
    assert case.id is not None
    return case.id


def until_sent(database: Database) -> None:
    """Waits until Slack has been told everything. Raises DeskStuck."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while waiting := _waiting(database):
        if time.monotonic() > deadline:
            raise DeskStuck(f"{waiting} errands still wait after {PATIENCE_SECONDS:.0f} s")
        time.sleep(0.05)


def _waiting(database: Database) -> int:
    with database.reading() as session:
        rows = select(func.count()).select_from(Outgoing).where(col(Outgoing.done_at).is_(None))
        return int(session.exec(rows).one())


def cards(session: Session, cases: list[int]) -> list[tuple[str, str]]:
    """Channel and ts of each case's thread."""
    rows = session.exec(select(Case).where(col(Case.id).in_(cases)).order_by(col(Case.id)))
    return [(case.slack_channel or "", case.slack_ts or "") for case in rows]


def ticks(url: str, count: int) -> tuple[float, ...]:
    """Seconds that each of several looks at `count` open cases took, all of them to be looked at."""
    database = Database(url)
    schema.upgrade(database)
    gather(database, count)
    config = DeskConfig()
    clock = iter(now() + timedelta(seconds=number) for number in range(1_000_000))
    ticker = Ticker(database, Rules(config.hours, config.waiting), config.routing, lambda: next(clock))
    seconds = []
    for _ in range(LOOKS):
        ticker.begin()
        start = time.perf_counter()
        while ticker.tick():
            pass
        seconds.append(time.perf_counter() - start)
    database.close()
    return tuple(seconds)
