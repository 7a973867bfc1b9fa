"""Files as they are: the chat page, the script tag, the page around them, and the demo's stage."""

from __future__ import annotations

import asyncio
import mimetypes
import re
from collections.abc import Mapping
from pathlib import Path

from sanic import Blueprint
from sanic.exceptions import NotFound
from sanic.request import Request
from sanic.response import HTTPResponse, json, raw, redirect

import labeling
from bot.stage.progress import steps_done
from bot.webchat.frame import draw_frames
from escalation.phrasebook import Phrasebook
from labeling.language import accepted, wider

HERE = Path(__file__).parent / "static"
STAGE = Path(__file__).parent.parent / "stage"
STYLESHEET = Path(labeling.__file__).parent / "web" / "static" / "handraise.css"

PICTURES = (".png", ".jpg", ".webp", ".svg")
TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
}
# Any site may embed the chat; nothing but this server's own script may run in it.
CHAT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data: https: http:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors *"
)
# The front page and the stage show others in frames.
PAGE_POLICY = (
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-src *; "
    "base-uri 'none'; object-src 'none'; frame-ancestors *"
)

BY_LANGUAGE = {"Vary": "Accept-Language"}
NOTHING_MORE: Mapping[str, str] = {}


def site_blueprint(stage: Path | None, front: Path, phrases: Phrasebook) -> Blueprint:
    """`stage` is the demo's configuration, served beside its page; without one there is no stage.

    `front` is the project's folder for a page around the chat; where it is missing, a plain page stands in. It may
    hold the same page in other languages than the project's, as `index.de.html`.
    """
    site = Blueprint("site")
    shown = _files(HERE) | {STYLESHEET.name: STYLESHEET}
    frames = draw_frames(shown.pop("frame.html"), phrases)
    own = _files(front) if front.is_dir() else {}
    pages = {phrases.main: own.get("index.html")} | _translated(own)

    @site.get("/")
    async def page(request: Request) -> HTTPResponse:
        wanted = [tag for one in _accepted(request) for tag in wider(one)]
        fitting = next((pages[tag] for tag in wanted if tag in pages), own.get("index.html"))
        return _file(fitting or shown.get("plain.html"), PAGE_POLICY, BY_LANGUAGE)

    @site.get("/front/<name:str>")
    async def own_part(_: Request, name: str) -> HTTPResponse:
        return _file(own.get(name), PAGE_POLICY)

    @site.get("/chat/frame")
    async def frame(request: Request) -> HTTPResponse:
        drawn = frames[phrases.language_of(_spoken(request))]
        return _raw(drawn, TYPES[".html"], CHAT_POLICY, BY_LANGUAGE)

    @site.get("/chat/<name:str>")
    async def part(_: Request, name: str) -> HTTPResponse:
        return _file(shown.get(name), CHAT_POLICY)

    if stage is not None:
        _add_stage(site, stage)
    return site


def _add_stage(site: Blueprint, configuration: Path) -> None:
    shown = _files(STAGE) | {"config.json": configuration}

    @site.get("/stage", strict_slashes=True)
    async def without_slash(_: Request) -> HTTPResponse:
        return redirect("/stage/")

    @site.get("/stage/", strict_slashes=True)
    async def page(_: Request) -> HTTPResponse:
        return _file(shown.get("index.html"), PAGE_POLICY)

    @site.get("/stage/progress.json")
    async def progress(request: Request) -> HTTPResponse:
        return json({"done": await asyncio.to_thread(steps_done, request.app.ctx.house.database)})

    @site.get("/stage/<name:str>")
    async def part(_: Request, name: str) -> HTTPResponse:
        return _file(shown.get(name), PAGE_POLICY)


def _files(folder: Path) -> dict[str, Path]:
    """By name; only what a page is made of."""
    return {file.name: file for file in folder.iterdir() if file.suffix in TYPES or file.suffix in PICTURES}


def _translated(own: Mapping[str, Path]) -> dict[str, Path]:
    found = {name: re.fullmatch(r"index\.([\w-]+)\.html", name) for name in own}
    return {wider(match[1])[0]: own[name] for name, match in found.items() if match}


def _spoken(request: Request) -> str:
    """The customer's language as the chat will tell it: that of the page around it, or else the browser's first. A
    later one of the browser's would make a page in one language whose messages are in another.
    """
    return str(request.args.get("language") or next(iter(_accepted(request)), ""))


def _accepted(request: Request) -> tuple[str, ...]:
    return accepted(request.headers.get("accept-language", ""))


def _file(file: Path | None, policy: str, more: Mapping[str, str] = NOTHING_MORE) -> HTTPResponse:
    if file is None or not file.is_file():
        raise NotFound("There is no such page.")
    kind = TYPES.get(file.suffix) or mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    return _raw(file.read_bytes(), kind, policy, more)


def _raw(content: bytes, kind: str, policy: str, more: Mapping[str, str]) -> HTTPResponse:
    headers = {"Content-Security-Policy": policy, "X-Content-Type-Options": "nosniff", "Cache-Control": "no-cache"}
    return raw(content, content_type=kind, headers={**headers, **more})
