"""The workspace's door. What is written here reaches customers, so no other page in the browser may write here."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from labeling.origin import SAFE, is_loopback, is_our_own, is_sent_home


class Guard:
    """Refuses other sites' changes; and where only this machine is listened to, every other name than its own."""

    def __init__(self, app: ASGIApp, base_url: str) -> None:
        self._app = app
        self._only_home = is_loopback(urlsplit(base_url).hostname or "")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        refusal = self._refusal(Headers(scope=scope), scope["method"]) if scope["type"] == "http" else None
        await (refusal or self._app)(scope, receive, send)

    def _refusal(self, headers: Headers, method: str) -> Response | None:
        if self._only_home and not is_sent_home(headers):
            return _no("foreign_host", "This workspace answers on this machine only; open it at 127.0.0.1.")
        if method not in SAFE and not is_our_own(headers):
            return _no("foreign_origin", "This came from another site's page, and was not done.")
        return None


def _no(code: str, sentence: str) -> Response:
    return JSONResponse({"error": code, "sentence": sentence}, 403)
