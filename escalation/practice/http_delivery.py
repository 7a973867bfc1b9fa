"""HTTP mode: payloads are posted to the app's request URL, signed."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from urllib.parse import urlencode

import httpx

from escalation.practice.delivery import Attempt, NotAcknowledged
from escalation.practice.refusal import JSON, Refused
from escalation.practice.settings import Settings

FORM = "application/x-www-form-urlencoded"


def sign(secret: str, timestamp: str, body: bytes) -> str:
    """Slack's signature, version 0."""
    base = b"v0:" + timestamp.encode() + b":" + body
    return "v0=" + hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()


class HttpDelivery:
    """Posts to `settings.request_url`."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._client = httpx.AsyncClient(trust_env=False)

    @property
    def open(self) -> bool:
        return bool(self._settings.request_url)

    async def send(self, attempt: Attempt) -> JSON:
        body, content_type = _encoded(attempt)
        headers = {"Content-Type": content_type, "User-Agent": "Practice workspace"}
        if attempt.number:
            headers["X-Slack-Retry-Num"] = str(attempt.number)
            headers["X-Slack-Retry-Reason"] = attempt.reason
        response = await self._post(self._settings.request_url, body, headers)
        if response.status_code != 200:
            raise NotAcknowledged("http_error")
        return _json(response)

    async def verify(self, url: str) -> None:
        """Slack's check of a new request URL. Raises Refused if the app does not answer the challenge."""
        body = json.dumps({"type": "url_verification", "token": "practice", "challenge": "raise-your-hand"})
        try:
            response = await self._post(url, body.encode(), {"Content-Type": "application/json"})
        except NotAcknowledged as problem:
            raise Refused("invalid_request_url", [problem.reason]) from None
        if "raise-your-hand" not in response.text:
            raise Refused("invalid_request_url", ["the challenge was not answered"])

    async def _post(self, url: str, body: bytes, headers: dict[str, str]) -> httpx.Response:
        timestamp = str(int(time.time()))
        signature = sign(self._settings.signing_secret, timestamp, body)
        signed = {**headers, "X-Slack-Request-Timestamp": timestamp, "X-Slack-Signature": signature}
        try:
            return await self._client.post(url, content=body, headers=signed, timeout=self._settings.ack_seconds)
        except httpx.TimeoutException:
            raise NotAcknowledged("http_timeout") from None
        except (httpx.HTTPError, httpx.InvalidURL):
            raise NotAcknowledged("connection_failed") from None


def _encoded(attempt: Attempt) -> tuple[bytes, str]:
    if attempt.kind == "events_api":
        return json.dumps(attempt.payload).encode(), "application/json"
    if attempt.kind == "slash_commands":
        return urlencode(attempt.payload).encode(), FORM
    return urlencode({"payload": json.dumps(attempt.payload)}).encode(), FORM


def _json(response: httpx.Response) -> JSON:
    """The acknowledgement's payload; a slash command may be answered with plain text."""
    if not response.content:
        return {}
    try:
        payload = response.json()
    except ValueError:
        return {"text": response.text}
    return payload if isinstance(payload, dict) else {}
