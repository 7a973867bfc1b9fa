"""Files that agents attach to their words: fetched from Slack before anything is decided, or refused out loud."""

from __future__ import annotations

import http.client
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from escalation.file_kind import file_name, kind_of, too_large, wrong_kind
from escalation.file_limits import FileLimits

SECONDS = 10.0
"""How long Slack may be silent while a file is fetched."""
WHOLE_SECONDS = 60.0
"""How long one file may take, however steadily it comes."""
PIECE = 65_536
"""Bytes."""
MOST = 10
"""Files in one message."""


@dataclass(frozen=True)
class Attachment:
    """A file that may pass."""

    name: str
    kind: str
    content: bytes


@dataclass(frozen=True)
class Attached:
    """What came of a message's files."""

    files: tuple[Attachment, ...] = ()
    refusals: tuple[str, ...] = ()
    """A sentence a file, for whoever sent it."""


class Attachments:
    """Fetches with the bot's token, which goes to Slack and to nobody else."""

    def __init__(self, token: str, api_url: str, limits: FileLimits) -> None:
        self._token = token
        self._home = urlsplit(api_url)
        self._limits = limits

    def fetch(self, files: Sequence[Mapping[str, Any]]) -> Attached:
        """Raises OSError where Slack cannot be reached; trying again may help."""
        fetched: list[Attachment] = []
        refusals = [f"{file['name']} was left out: {MOST} files can be sent at a time." for file in files[MOST:]]
        for file in files[:MOST]:
            one = self._fetch(file)
            if isinstance(one, Attachment):
                fetched.append(one)
            else:
                refusals.append(one)
        return Attached(tuple(fetched), tuple(refusals))

    def _fetch(self, file: Mapping[str, Any]) -> Attachment | str:
        name = str(file["name"])
        refusal = too_large(name, int(file["size"]), self._limits)
        if refusal:
            return refusal
        if not self._is_slacks(str(file["url"])):
            return f"{name} is kept outside this workspace, so it cannot be sent. Upload it here, or send a link."
        content = self._download(str(file["url"]))
        if content is None:
            return f"{name} cannot be fetched from Slack: does the app have the scope files:read?"
        kind = kind_of(content)
        refusal = too_large(name, len(content), self._limits) or wrong_kind(name, kind, self._limits)
        return refusal or Attachment(file_name(name, kind or ""), kind or "", content)

    def _is_slacks(self, url: str) -> bool:
        parts = urlsplit(url)
        if (parts.scheme, parts.netloc) == (self._home.scheme, self._home.netloc):
            return True
        host = parts.hostname or ""
        return parts.scheme == "https" and (host == "slack.com" or host.endswith(".slack.com"))

    def _download(self, url: str) -> bytes | None:
        """None where Slack does not give it to us: without the scope it leads to a page to sign in."""
        request = urllib.request.Request(url, headers={"Authorization": f"Bearer {self._token}"})  # noqa: S310
        try:
            with _OPENER.open(request, timeout=SECONDS) as response:
                return _read(response, self._limits.largest + 1)
        except urllib.error.HTTPError as error:
            if error.code >= 500 or error.code == 429:
                raise
            return None
        except http.client.HTTPException as error:
            raise OSError("the connection broke") from error


def _read(response: http.client.HTTPResponse, most: int) -> bytes:
    content, end = bytearray(), time.monotonic() + WHOLE_SECONDS
    while len(content) < most and (piece := response.read1(PIECE)):
        content += piece
        if time.monotonic() > end:
            raise TimeoutError
    return bytes(content)


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A redirect would carry the token along."""

    def redirect_request(self, *_: Any) -> None:
        return None


_OPENER = urllib.request.build_opener(_NoRedirects)
