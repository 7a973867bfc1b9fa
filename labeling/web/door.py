"""Signing in: the token where one is needed, and the trainer's name, asked once."""

from __future__ import annotations

import hmac
from typing import Annotated
from urllib.parse import quote, unquote, urlsplit

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from labeling.web.desk import AtDesk
from labeling.web.guard import COOKIE, key_of
from labeling.web.views import show

router = APIRouter()
NAME = "handraise_trainer"
NOBODY = "a trainer"
YEAR = 365 * 24 * 3600


def trainer_of(request: Request) -> str:
    """The name that this browser gave, or that nobody gave one."""
    return named(request) or NOBODY


def named(request: Request) -> str:
    return " ".join(unquote(request.cookies.get(NAME, "")).split())[:80]


def remember(request: Request, response: Response, name: str, value: str) -> None:
    secure = request.url.scheme == "https" or request.headers.get("x-forwarded-proto") == "https"
    response.set_cookie(name, value, max_age=YEAR, httponly=True, samesite="lax", secure=secure)


def way_back(target: str) -> str:
    """Never to another site."""
    parts = urlsplit(target)
    inside = target.startswith("/") and not target.startswith(("//", "/\\")) and not parts.netloc
    return target if inside else "/"


@router.get("/login")
def login(request: Request) -> Response:
    return show(request, "login.html", error="")


@router.post("/login")
def log_in(desk: AtDesk, request: Request, token: Annotated[str, Form()] = "") -> Response:
    expected = desk.settings.token
    if expected is None or not hmac.compare_digest(token.encode(), expected.encode()):
        return show(request, "login.html", status=403, error="That is not the token. Ask whoever runs this service.")
    response = RedirectResponse("/", 303)
    remember(request, response, COOKIE, key_of(expected))
    return response


@router.get("/name")
def ask_name(request: Request, back: str = "/") -> Response:
    return show(request, "name.html", back=way_back(back), name=named(request))


@router.post("/name")
def give_name(request: Request, name: Annotated[str, Form()] = "", back: Annotated[str, Form()] = "/") -> Response:
    response = RedirectResponse(way_back(back), 303)
    remember(request, response, NAME, quote(" ".join(name.split())[:80] or NOBODY))
    return response
