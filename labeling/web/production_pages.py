"""Production: whether promises are kept, alarms, and what has changed in the traffic."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from labeling import alarms
from labeling.clock import now
from labeling.promise_watch import production
from labeling.store.look import newest_look
from labeling.traffic import drift_of, look
from labeling.web import charts
from labeling.web.desk import AtDesk
from labeling.web.door import trainer_of
from labeling.web.pages import around
from labeling.web.views import show

router = APIRouter()


@router.get("/production")
def production_page(desk: AtDesk, request: Request) -> Response:
    with desk.database.reading() as session:
        seen = production(session, desk.policy, now())
        found = newest_look(session)
        context = around(desk, request, session)
    drawings = {kept.tier.name: charts.over_weeks(kept.weeks, kept.tier.promise or 1.0) for kept in seen.tiers}
    drift = drift_of(found) if found is not None else None
    return show(request, "production.html", seen=seen, charts=drawings, found=found, drift=drift, **context)


@router.post("/production/look")
def look_now(desk: AtDesk) -> Response:
    look(desk.project, desk.database)
    return RedirectResponse("/production#traffic", 303)


@router.post("/production/answer_again")
def answer_again(desk: AtDesk, request: Request, tier: Annotated[str, Form()]) -> Response:
    with desk.database.transaction() as session:
        alarms.end(session, tier, trainer_of(request))
    return RedirectResponse("/production", 303)
