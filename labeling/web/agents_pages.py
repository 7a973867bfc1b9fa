"""The page about what agents tell us: why messages are hard, and what they keep answering."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from labeling.cause_counts import count_causes
from labeling.repeated_answers import repeated_answers
from labeling.reviewing import ReviewRefused
from labeling.store.canned_reply import CannedReply, offered, uses
from labeling.web.desk import AtDesk
from labeling.web.door import trainer_of
from labeling.web.pages import around
from labeling.web.views import show

router = APIRouter()
LONGEST_TITLE, LONGEST_TEXT = 60, 3_000


class CannedUnusable(ReviewRefused):
    """A canned reply needs a title and words. Go back and mend it."""


@router.get("/agents")
def agents(desk: AtDesk, request: Request) -> Response:
    with desk.database.reading() as session:
        context = around(desk, request, session)
        causes = count_causes(session)
        repeated = repeated_answers(session, desk.answers(session))
        canned, times = offered(session), uses(session)
    never = {one.intent for one in repeated if desk.policy.never_answers(one.intent)}
    return show(
        request, "agents.html", causes=causes, repeated=repeated, canned=canned, times=times, never=never, **context
    )


@router.post("/agents/canned")
def accept(
    desk: AtDesk,
    request: Request,
    title: Annotated[str, Form(max_length=LONGEST_TEXT)] = "",
    text: Annotated[str, Form(max_length=LONGEST_TEXT)] = "",
    intent: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """An answer that agents keep sending becomes a canned reply. Raises CannedUnusable."""
    title = " ".join(title.split())
    if not (0 < len(title) <= LONGEST_TITLE and text.strip()):
        raise CannedUnusable(f"A canned reply needs words, and a title of 1 to {LONGEST_TITLE} characters.")
    with desk.database.transaction() as session:
        if not any(one.text == text.strip() and one.intent == intent for one in offered(session)):  # a second click
            reply = CannedReply(title=title, text=text.strip(), intent=intent or None, author=trainer_of(request))
            session.add(reply)
    return RedirectResponse("/agents", 303)
