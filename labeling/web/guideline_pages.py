"""The pages on which trainers read and write what each intent means."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from labeling.guidelines import Guideline, guideline_of, write_guideline
from labeling.reviewing import ReviewRefused
from labeling.store.guideline import wordings_of
from labeling.web.desk import AtDesk
from labeling.web.door import trainer_of
from labeling.web.pages import around
from labeling.web.views import show

router = APIRouter()
LONGEST_TITLE = 30
"""As much as one of Slack's buttons shows."""
LONGEST = 1_000


class GuidelineUnusable(ReviewRefused):
    """A guideline needs a title that fits a button. Go back and mend it."""


@router.get("/guidelines")
def guidelines(desk: AtDesk, request: Request, words: str = "") -> Response:
    with desk.database.reading() as session:
        context = around(desk, request, session)
    shown = [one for one in context["intents"] if words.casefold() in f"{one.title} {one.definition}".casefold()]
    return show(request, "guidelines.html", shown=shown, words=words, **context)


@router.get("/guidelines/{intent}")
def guideline(desk: AtDesk, request: Request, intent: str) -> Response:
    with desk.database.reading() as session:
        history = wordings_of(session, intent)
        context = around(desk, request, session)
    one = guideline_of(history[0]) if history and history[0].title else Guideline.unwritten(intent)
    return show(request, "guideline.html", one=one, history=history, longest_title=LONGEST_TITLE, **context)


@router.post("/guidelines/{intent}")
def write(
    desk: AtDesk,
    request: Request,
    intent: str,
    title: Annotated[str, Form(max_length=LONGEST)] = "",
    definition: Annotated[str, Form(max_length=LONGEST)] = "",
    example: Annotated[str, Form(max_length=LONGEST)] = "",
    counter_example: Annotated[str, Form(max_length=LONGEST)] = "",
    counter_intent: Annotated[str, Form(max_length=LONGEST)] = "",
) -> Response:
    """Raises GuidelineUnusable. A wording that changes nothing adds nothing."""
    words = [" ".join(one.split()) for one in (title, definition, example, counter_example, counter_intent)]
    given = Guideline(intent, *words)
    if not 1 <= len(given.title) <= LONGEST_TITLE:
        raise GuidelineUnusable(f"Give it a title of 1 to {LONGEST_TITLE} characters: agents see it on a button.")
    with desk.database.transaction() as session:
        standing = wordings_of(session, intent)
        if given.counter_intent and given.counter_intent not in desk.intents(session):
            raise GuidelineUnusable(
                f"There is no intent {given.counter_intent!r} that the counter-example belongs to."
            )
        if not standing or guideline_of(standing[0]) != given:
            write_guideline(session, given, trainer_of(request))
    desk.guidelines.forget()
    return RedirectResponse("/guidelines", 303)
