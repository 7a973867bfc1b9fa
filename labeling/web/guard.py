"""The page's door: who is let in, from where a change may come, and what a browser may run."""

from __future__ import annotations

import hashlib
import hmac

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from labeling.origin import SAFE, is_our_own, is_sent_home
from labeling.web.settings import Settings

COOKIE = "handraise_key"
OPEN_PATHS = ("/login", "/static/", "/health")


def key_of(token: str) -> str:
    """What the browser keeps instead of the token itself."""
    return hmac.new(token.encode(), b"handraise trainers' page", hashlib.sha256).hexdigest()


class Guard:
    """Refuses foreign hosts, foreign origins and strangers, and adds the security headers."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._settings = settings
        self._headers = _headers(settings)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            await send(message)

        refusal = self._refusal(HTTPConnection(scope), scope["method"])
        await (refusal or self._app)(scope, receive, send_guarded)

    def _refusal(self, connection: HTTPConnection, method: str) -> Response | None:
        headers, path = connection.headers, connection.url.path
        if self._settings.token is None and not is_sent_home(headers):
            return _no(403, "This page answers on this machine only; open it at 127.0.0.1.")
        if method not in SAFE and not is_our_own(headers):
            return _no(403, "This change came from another site's page, and was not made.")
        if self._is_stranger(connection) and not path.startswith(OPEN_PATHS):
            if path.startswith("/api/"):
                return _no(401, "Send the trainers' token: Authorization: Bearer …")
            return RedirectResponse("/login", 303)
        return None

    def _is_stranger(self, connection: HTTPConnection) -> bool:
        token = self._settings.token
        if token is None:
            return False
        said = connection.headers.get("authorization", "")
        bearer = said[7:] if said.startswith("Bearer ") else ""
        cookie = connection.cookies.get(COOKIE, "")
        return not (_same(bearer, token) or _same(cookie, key_of(token)))


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode("utf-8", "surrogateescape"), other.encode())


def _no(status: int, sentence: str) -> Response:
    return JSONResponse({"error": sentence}, status)


def _headers(settings: Settings) -> dict[str, str]:
    # The demo shows the page in a frame of the bot's page, which has another port.
    local = "http://127.0.0.1:* http://localhost:*" if settings.token is None else ""
    return {
        "Content-Security-Policy": (
            "default-src 'none'; script-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'; "
            "img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; "
            f"frame-ancestors 'self' {local} {settings.embedders}".rstrip()
        ),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Cache-Control": "no-store",
    }
