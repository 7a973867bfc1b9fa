"""The JSON API: what the page's script, `handraise replay` and tests speak.

GET  /api/queue?tier=&intent=&words=&order=value|oldest|newest&page=1&size=25   → turns that wait
GET  /api/reviewed?…                                                              → turns that are decided
GET  /api/turns/{id}                                                              → one turn
POST /api/turns/{id}/review {"decision": "accept|change|reject|undo", "intent"?, "second"?, "new"?, "trainer"?}
     change: to this intent, null for "not a request", `new` where it is no intent yet;
     with a `second` intent: it holds two requests; accept: with an intent, only if that is still what people say
POST /api/accept_all {"trainer"?}         → {"accepted": n}: all that people agree on
POST /api/retrain {"trainer"?}            → 202, the run; it goes on in the background
GET  /api/retrain                         → the run: state, what, share, number, outcome, objections
POST /api/rollback {"version"?, "trainer"?}
GET  /api/pulse                           → what a page that stays open watches: to_review, to_audit, live, run
GET  /api/status                          → what is live, how good, what waits
GET  /api/intents                         → every intent with its title and definition

Errors are {"error": "one sentence"}.
"""

from __future__ import annotations

from typing import Any, Literal

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field
from sqlmodel import Session

from labeling import registry, reviewing
from labeling.labels import Answer
from labeling.review_queue import Order, Page, Wanted, decided, item, waiting, waiting_states
from labeling.reviewing import NoSuchTurn, UnknownIntent
from labeling.status import status
from labeling.store.audit import count_waiting
from labeling.store.model import live_version
from labeling.store.review import Review
from labeling.web.desk import AtDesk, Desk
from labeling.web.door import trainer_of
from labeling.web.shapes import item_json, run_json, status_json

router = APIRouter(prefix="/api")


class Said(BaseModel):
    """Who decides; a browser's cookie says it otherwise."""

    trainer: str | None = Field(default=None, max_length=80)


class Decided(Said):
    """One decision about one turn."""

    decision: Literal["accept", "change", "reject", "undo"]
    intent: str | None = Field(default=None, max_length=200)
    second: str | None = Field(default=None, max_length=200)
    new: bool = False


class Back(Said):
    """The version to go back to; without one, the last that was live."""

    version: str | None = None


@router.get("/queue")
def queue(
    desk: AtDesk,
    tier: str = "",
    intent: str = "",
    words: str = "",
    order: Order = Order.VALUE,
    page: int = Query(1, ge=1),
    size: int = Query(25, ge=1, le=200),
) -> dict[str, Any]:
    with desk.database.reading() as session:
        return _page_json(desk, waiting(session, Wanted(tier, intent, words, order), page, size))


@router.get("/reviewed")
def reviewed(
    desk: AtDesk,
    tier: str = "",
    intent: str = "",
    words: str = "",
    page: int = Query(1, ge=1),
    size: int = Query(25, ge=1, le=200),
) -> dict[str, Any]:
    with desk.database.reading() as session:
        return _page_json(desk, decided(session, Wanted(tier, intent, words), page, size))


def _page_json(desk: Desk, page: Page) -> dict[str, Any]:
    turns = [item_json(desk, one) for one in page.items]
    return {"turns": turns, "total": page.total, "page": page.number, "pages": page.pages}


@router.get("/turns/{turn_id}")
def turn(desk: AtDesk, turn_id: int) -> dict[str, Any]:
    with desk.database.reading() as session:
        found = item(session, turn_id)
    if found is None:
        raise NoSuchTurn(f"There is no turn {turn_id}.")
    return item_json(desk, found)


@router.post("/turns/{turn_id}/review")
def review(desk: AtDesk, request: Request, turn_id: int, decided: Decided) -> dict[str, Any]:
    trainer = decided.trainer or trainer_of(request)
    desk.decide(lambda session: [decide(desk, session, turn_id, decided, trainer).turn_id])
    return turn(desk, turn_id)


def decide(desk: Desk, session: Session, turn_id: int, decided: Decided, trainer: str) -> Review:
    """Raises ReviewRefused."""
    if decided.decision == "accept":
        seen = (
            Answer(decided.intent or None, second=decided.second or None)
            if "intent" in decided.__fields_set__
            else None
        )
        return reviewing.accept(session, turn_id, trainer, seen)
    if decided.decision == "reject":
        return reviewing.reject(session, turn_id, trainer)
    if decided.decision == "undo":
        return reviewing.undo(session, turn_id, trainer)
    if decided.intent == "":
        raise UnknownIntent("Choose an intent, or say that it is not a request.")
    known, second = desk.intents(session), decided.second or None
    return reviewing.change(session, turn_id, trainer, decided.intent, known, decided.new, second)


@router.post("/accept_all")
def accept_all(desk: AtDesk, request: Request, said: Said) -> dict[str, Any]:
    trainer = said.trainer or trainer_of(request)
    return {"accepted": accept_everything(desk, trainer)}


def accept_everything(desk: Desk, trainer: str) -> int:
    return desk.decide(lambda session: [review.turn_id for review in reviewing.accept_all(session, trainer)])


@router.post("/retrain", status_code=202)
def retrain(desk: AtDesk) -> dict[str, Any]:
    desk.worker.ask()
    return run_json(desk.worker.run)


@router.get("/retrain")
def run(desk: AtDesk) -> dict[str, Any]:
    return run_json(desk.worker.run)


@router.post("/rollback")
def rollback(desk: AtDesk, request: Request, back: Back) -> dict[str, Any]:
    trainer = back.trainer or trainer_of(request)
    with desk.database.transaction() as session:
        return {"version": registry.roll_back(session, trainer, back.version).version}


@router.get("/pulse")
def pulse(desk: AtDesk) -> dict[str, Any]:
    with desk.database.reading() as session:
        to_review, to_audit = len(waiting_states(session)), count_waiting(session)
        live = live_version(session)
    return {"to_review": to_review, "to_audit": to_audit, "live": live, "run": run_json(desk.worker.run)}


@router.get("/status")
def state(desk: AtDesk) -> dict[str, Any]:
    return status_json(status(desk.project, desk.database))


@router.get("/intents")
def intents(desk: AtDesk) -> list[dict[str, str]]:
    with desk.database.reading() as session:
        known = [desk.guideline(intent) for intent in desk.intents(session)]
    return [{"intent": one.intent, "title": one.title, "definition": one.definition} for one in known]
