"""The pages that trainers see. They work without scripts; `trainers.js` makes them quicker."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from sqlmodel import Session

from labeling import registry
from labeling.review_queue import Item, Order, Wanted, decided, item, waiting, waiting_states
from labeling.reviewing import NoSuchTurn
from labeling.status import status
from labeling.store.audit import count_waiting
from labeling.store.model import Model, Standing
from labeling.web import api, charts
from labeling.web.desk import AtDesk, Desk
from labeling.web.door import NAME, named, remember, trainer_of, way_back
from labeling.web.views import show

router = APIRouter()

SHOWN_GUESSES = 3
IN_A_CASE = ("escalate", "hint")
"""Routes by which a turn belongs to a case for certain."""


@router.get("/")
def queue(
    desk: AtDesk,
    request: Request,
    tier: str = "",
    words: str = "",
    order: Order = Order.VALUE,
    page: int = Query(1, ge=1),
    done: int = 0,
    as_: Annotated[str, Query(alias="as", max_length=80)] = "",
) -> Response:
    if as_:
        response: Response = RedirectResponse("/", 303)
        if desk.settings.token is None and not named(request):  # else any site's link could rename a trainer
            remember(request, response, NAME, quote(as_))
        return response
    with desk.database.reading() as session:
        shown = waiting(session, Wanted(tier=tier, words=words, order=order), page)
        last = item(session, done) if done else None
        context = around(desk, request, session)
    asked = {"tier": tier, "words": words, "order": order.value}
    return show(request, "queue.html", shown=shown, asked=asked, last=last, link=_links(asked), **context)


@router.get("/reviewed")
def reviewed(
    desk: AtDesk, request: Request, tier: str = "", words: str = "", page: int = Query(1, ge=1), done: int = 0
) -> Response:
    with desk.database.reading() as session:
        shown = decided(session, Wanted(tier=tier, words=words), page)
        last = item(session, done) if done else None
        context = around(desk, request, session)
    asked = {"tier": tier, "words": words}
    return show(request, "reviewed.html", shown=shown, asked=asked, last=last, link=_links(asked), **context)


@router.get("/turns/{turn_id}")
def turn(desk: AtDesk, request: Request, turn_id: int, bare: bool = False) -> Response:
    """One turn; `bare` without the page around it, for the script."""
    with desk.database.reading() as session:
        found = item(session, turn_id)
        if found is None:
            raise NoSuchTurn(f"There is no turn {turn_id}; it may be from another database.")
        context = around(desk, request, session)
    return show(request, "turn_alone.html" if bare else "turn.html", one=found, **context)


@router.get("/turns/{turn_id}/case.json")
def case(desk: AtDesk, turn_id: int) -> Response:
    """The case in which it was said, to be kept as a file."""
    with desk.database.reading() as session:
        record = desk.case_record(session, turn_id) if desk.case_record else None
    if record is None:
        raise NoSuchTurn(f"There is no case to turn {turn_id}: the bot answered it, or it is from another database.")
    headers = {"Content-Disposition": f'attachment; filename="case-{record["case"]["id"]}.json"'}
    return JSONResponse(record, headers=headers)


@router.post("/turns/{turn_id}/{decision}")
def decide(
    desk: AtDesk,
    request: Request,
    turn_id: int,
    decision: Literal["accept", "change", "reject", "undo"],
    intent: Annotated[str, Form()] = "",
    new: Annotated[bool, Form()] = False,
    second: Annotated[str, Form()] = "",
    nothing: Annotated[bool, Form()] = False,
    seen: Annotated[bool, Form()] = False,
    back: Annotated[str, Form()] = "/",
) -> Response:
    """`nothing`: it is not a request. `seen`: the intent is what the page showed as people's word."""
    wishes = {"intent": None if nothing else intent.strip(), "second": second or None}
    said = {} if decision == "accept" and not seen else wishes
    move = api.Decided(decision=decision, new=new, **said)
    trainer = trainer_of(request)
    desk.decide(lambda session: [api.decide(desk, session, turn_id, move, trainer).turn_id])
    target = way_back(back)
    return RedirectResponse(f"{target}{'&' if '?' in target else '?'}done={turn_id}", 303)


@router.post("/accept_all")
def accept_all(desk: AtDesk, request: Request) -> Response:
    api.accept_everything(desk, trainer_of(request))
    return RedirectResponse("/", 303)


@router.get("/model")
def model(desk: AtDesk, request: Request) -> Response:
    now = status(desk.project, desk.database)
    with desk.database.reading() as session:
        models, again = registry.history(session), registry.can_go_live_again(session)
        context = around(desk, request, session, to_review=now.to_review)
    return show(
        request,
        "model.html",
        now=now,
        models=models,
        again=again,
        chart=_chart(models),
        tiers=desk.policy.tiers,
        **context,
    )


@router.post("/model/retrain")
def retrain(desk: AtDesk) -> Response:
    desk.worker.ask()
    return RedirectResponse("/model", 303)


@router.post("/model/rollback")
def rollback(desk: AtDesk, request: Request, version: Annotated[str, Form()]) -> Response:
    with desk.database.transaction() as session:
        registry.roll_back(session, trainer_of(request), version)
    return RedirectResponse("/model", 303)


@router.get("/health")
def health(desk: AtDesk) -> Response:
    desk.database.check()
    return JSONResponse({"ready": True})


def around(desk: Desk, request: Request, session: Session, to_review: int | None = None) -> dict[str, Any]:
    """What every page shows."""
    waits = len(waiting_states(session)) if to_review is None else to_review
    return {
        "trainer": named(request),
        "to_review": waits,
        "to_audit": count_waiting(session),
        "run": desk.worker.run,
        "intents": [desk.guideline(intent) for intent in desk.intents(session)],
        "title_of": lambda intent: desk.guideline(intent).title,
        "meaning_of": lambda intent: desk.guideline(intent).definition,
        "here": request.url.path + (f"?{request.url.query}" if request.url.query else ""),
        "choices": choices,
        "in_a_case": lambda one: desk.case_record is not None and one.route in IN_A_CASE,
    }


def choices(one: Item) -> list[str]:
    """Intents that one more click can give: people's answers and the best guesses, but for those shown already."""
    shown = one.answers if one.state.waits else (one.state.label,)
    guessed = [guess.intent for guess in one.ranking.guesses[:SHOWN_GUESSES]]
    return [intent for intent in dict.fromkeys([*one.answers, *guessed]) if intent and intent not in shown]


def _links(asked: dict[str, str]) -> Any:
    return lambda page: "?" + urlencode({**{key: value for key, value in asked.items() if value}, "page": page})


def _chart(models: list[Model]) -> charts.Chart | None:
    measured = [
        charts.Measured(
            one.version,
            one.report["accuracy"],
            is_live=one.standing == Standing.LIVE,
            was_refused=one.promoted_at is None,
        )
        for one in reversed(models[:20])
        if one.report.get("accuracy") is not None
    ]
    return charts.over_versions(measured)
