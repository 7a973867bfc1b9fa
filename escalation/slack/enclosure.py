"""Files on their way out with an agent's words: which of them can pass, and how the message names them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlmodel import Session

from escalation.file_limits import FileLimits
from escalation.slack.attachments import Attached
from escalation.store.file import StoredFile, keep_file
from escalation.store.message import Message

WEB_CHAT = "webchat"
"""The channel whose customers can reach our own addresses."""


def files_pass(channel: str, limits: FileLimits) -> bool:
    """Beyond the web chat a file is an address, and there must be one that customers can reach."""
    return bool(limits.kinds) and (channel == WEB_CHAT or bool(limits.public_address))


def passing(attached: Attached, channel: str, limits: FileLimits) -> Attached:
    """What cannot pass on this channel is refused."""
    if not attached.files or files_pass(channel, limits):
        return attached
    why = f"cannot be sent on {channel}: desk.yml names no files.public_address."
    return Attached((), (*attached.refusals, *(f"{one.name} {why}" for one in attached.files)))


def kept(session: Session, attached: Attached, message_id: int | None) -> list[StoredFile]:
    """Without a message they wait for one."""
    return [keep_file(session, one.name, one.kind, one.content, message_id) for one in attached.files]


def enclose(message: Message, files: Iterable[StoredFile]) -> None:
    shown = [{"key": one.key, "name": one.name, "kind": one.kind, "size": len(one.content)} for one in files]
    if shown:
        message.payload = {**message.payload, "files": shown}


def files_beside(message: Message) -> dict[str, Any]:
    """What of its payload stays when the words are changed."""
    return {"files": message.payload["files"]} if message.payload.get("files") else {}
