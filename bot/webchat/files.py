"""Files in the web chat: what a customer sends, and what they are shown."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse, json, raw

from bot.uploads import NoRoom, Upload, take_file
from bot.webchat.door import Refused, heard_in, house_of, known
from bot.words import clean
from escalation.file_kind import MEDIA_TYPES, PICTURES, file_name, kind_of, too_large, wrong_kind
from escalation.file_limits import MEGABYTE, FileLimits
from escalation.phrases import Phrases
from escalation.store.file import StoredFile
from labeling.database import Database

MOST_READ = 100 * MEGABYTE
"""Bytes after which nobody listens any longer; up to then a refusal is still heard by the one who sends."""
NO_FILE = "There is no such file."
POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"


def add_files(chat: Blueprint, channel: str) -> None:
    """The body of an upload is the file itself; its name and the client's own id stand in the address."""

    @chat.get("/files")
    async def limits(request: Request) -> HTTPResponse:
        allowed = house_of(request).files
        return json({"largest": allowed.largest, "kinds": list(allowed.kinds)})

    @chat.post("/conversations/<sender_id:str>/files", stream=True)
    async def send(request: Request, sender_id: str) -> HTTPResponse:
        house = house_of(request)
        conversation_id = await known(house, channel, sender_id)
        name = " ".join(clean(str(request.args.get("name") or "file")).split()) or "file"
        phrases = await heard_in(house, conversation_id)
        upload = _accepted(name, *await _read(request, house.files), house.files, phrases)
        about = (upload, request.args.get("id"), house.phrases, house.files.most)
        try:
            heard = await asyncio.to_thread(take_file, house.database, conversation_id, *about)
        except NoRoom as refused:
            raise Refused(413, phrases.no_files.format(name=upload.name)) from refused
        house.watch.changed(conversation_id)
        return json({"number": heard.number, "duplicate": heard.duplicate}, status=202)

    @chat.get("/files/<key:str>")
    async def show(request: Request, key: str) -> HTTPResponse:
        stored = await asyncio.to_thread(_find, house_of(request).database, key)
        return raw(stored.content, content_type=MEDIA_TYPES[stored.kind], headers=_headers(stored))


async def _read(request: Request, limits: FileLimits) -> tuple[bytes, int]:
    """What is kept of the body, and its whole length in bytes."""
    request.stream.request_max_size = MOST_READ
    content, length = b"", 0
    while (piece := await request.stream.read()) is not None:
        length += len(piece)
        content = content + piece if length <= limits.largest else b""
    return content, length


def _accepted(name: str, content: bytes, length: int, limits: FileLimits, phrases: Phrases) -> Upload:
    if not length:
        raise Refused(400, phrases.file_empty)
    large = too_large(name, length, limits, phrases)
    if large:
        raise Refused(413, large)
    kind = kind_of(content)
    strange = wrong_kind(name, kind, limits, phrases)
    if strange or kind is None:
        raise Refused(415, strange or NO_FILE)
    return Upload(file_name(name, kind), kind, content)


def _find(database: Database, key: str) -> StoredFile:
    with database.reading() as session:
        stored = session.get(StoredFile, key)
    if stored is None:
        raise Refused(404, NO_FILE)
    return stored


def _headers(stored: StoredFile) -> Mapping[str, Any]:
    """Pictures may be drawn; everything else is saved. Nothing can run, whatever a browser takes it for."""
    how = "inline" if stored.kind in PICTURES else "attachment"
    return {
        "Content-Disposition": f"{how}; filename*=UTF-8''{quote(stored.name)}",
        "Content-Security-Policy": POLICY,
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Resource-Policy": "same-site",
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "private, max-age=3600",
    }
