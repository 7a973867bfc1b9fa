"""The audit: one drawn answer at a time, blind; then what the bot had thought."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response
from sqlmodel import Session

from labeling import auditing
from labeling.store.audit import next_waiting
from labeling.store.correction import CorrectionKind
from labeling.web.desk import AtDesk
from labeling.web.door import trainer_of
from labeling.web.pages import around
from labeling.web.views import show

router = APIRouter()


@router.get("/audit")
def audit(desk: AtDesk, request: Request, after: int = 0, done: int = 0) -> Response:
    """The oldest that waits, or the next one after turn `after`; `done` was looked at just now."""
    with desk.database.reading() as session:
        turn = next_waiting(session, after) or next_waiting(session, 0)
        last = auditing.revealed(session, done) if done else None
        said = desk.transcript(session, turn.message_id).before if turn else ()
        answered = desk.transcript(session, last.turn.message_id).answer if last else ()
        context = around(desk, request, session)
    return show(request, "audit.html", turn=turn, said=said, last=last, answered=answered, **context)


@router.post("/audit/{turn_id}")
def say(
    desk: AtDesk,
    request: Request,
    turn_id: int,
    kind: Annotated[CorrectionKind, Form()] = CorrectionKind.INTENT,
    intent: Annotated[str, Form()] = "",
    new: Annotated[bool, Form()] = False,
) -> Response:
    trainer = trainer_of(request)

    def move(session: Session) -> list[int]:
        auditing.say(session, turn_id, trainer, kind, intent.strip(), desk.intents(session), new)
        return [turn_id]

    desk.decide(move)
    return RedirectResponse(f"/audit?done={turn_id}", 303)
