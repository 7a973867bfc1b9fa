"""Draws the pages. Everything is escaped unless a template says otherwise, and none does for people's words."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from labeling.clock import now
from labeling.routing import readable

_pages = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def show(request: Request, template: str, status: int = 200, **context: Any) -> HTMLResponse:
    html = _pages.get_template(template).render(path=request.url.path, **context)
    return HTMLResponse(html, status)


def show_refusal(request: Request, status: int, sentence: str) -> HTMLResponse:
    return show(request, "refusal.html", status=status, sentence=sentence)


def percent(share: float | None, digits: int = 0) -> str:
    """Cut, not rounded: what is shown as 100 % is all of it."""
    if share is None:
        return "–"
    scale = 10**digits
    return f"{int(share * 100 * scale + 1e-9) / scale:.{digits}f} %"


def ago(moment: datetime | None) -> str:
    if moment is None:
        return "never"
    seconds = max(0, int((now() - moment).total_seconds()))
    for size, word in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= size:
            count = seconds // size
            return f"{count} {word}{'' if count == 1 else 's'} ago"
    return "just now"


_pages.filters.update(percent=percent, ago=ago, readable=readable)
