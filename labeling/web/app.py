"""Puts the trainers' page together."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from fastapi.staticfiles import StaticFiles
from sqlalchemy.exc import OperationalError

from labeling.database import Database, DatabaseUnreachable
from labeling.project import Project
from labeling.refusal import Refusal
from labeling.registry import NoSuchModel
from labeling.retraining import retrain
from labeling.reviewing import NoSuchTurn
from labeling.spoken import CaseRecord, Transcript, no_transcript
from labeling.traffic import Lookout
from labeling.web import agents_pages, api, audit_pages, door, guideline_pages, pages, production_pages
from labeling.web.desk import Answers, Desk
from labeling.web.guard import Guard
from labeling.web.settings import Settings
from labeling.web.views import show_refusal
from labeling.worker import Worker

STATIC = Path(__file__).parent / "static"


def create_app(
    project: Project,
    database: Database,
    settings: Settings | None = None,
    answers: Answers = lambda session: (),
    transcript: Transcript = no_transcript,
    case_record: CaseRecord | None = None,
) -> FastAPI:
    """The page, its JSON API, and the worker that retrains behind them. `transcript` and `case_record` read the
    conversations."""
    settings = settings or Settings()
    worker = Worker(lambda progress: retrain(project, database, progress))
    lookout = Lookout(project, database)
    desk = Desk(project, database, worker, settings, answers, transcript, case_record)

    @asynccontextmanager
    async def life(_: FastAPI) -> AsyncIterator[None]:
        worker.start()
        lookout.start()
        desk.catch_up()
        yield
        worker.stop()
        lookout.stop()

    app = FastAPI(title="Handraise: labeling", lifespan=life, docs_url=None, redoc_url=None, openapi_url=None)
    app.state.desk = desk
    app.add_middleware(Guard, settings=settings)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    for part in (api, door, pages, guideline_pages, agents_pages, audit_pages, production_pages):
        app.include_router(part.router)
    app.add_exception_handler(Refusal, _refused)
    app.add_exception_handler(RequestValidationError, _misread)
    app.add_exception_handler(OperationalError, _unreachable)
    app.add_exception_handler(DatabaseUnreachable, _unreachable)
    return app


def _refused(request: Request, error: Exception) -> Response:
    return _say(request, 404 if isinstance(error, (NoSuchTurn, NoSuchModel)) else 409, str(error))


def _misread(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"][1:]) or "the request"
    return _say(request, 422, f"{where}: {first['msg']}.")


def _unreachable(request: Request, error: Exception) -> Response:
    return _say(request, 503, "The database cannot be reached just now. Nothing was changed; try again in a moment.")


def _say(request: Request, status: int, sentence: str) -> Response:
    if request.url.path.startswith("/api/"):
        return JSONResponse({"error": sentence}, status)
    return show_refusal(request, status, sentence)
