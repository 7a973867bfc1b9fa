"""Files: uploaded by the app in Slack's three steps, or by a person on the page."""

from __future__ import annotations

import mimetypes
import secrets
import time
from collections import OrderedDict
from dataclasses import dataclass

from escalation.practice.people import TEAM
from escalation.practice.refusal import JSON, Refused

LARGEST = 20_000_000
KEPT_BYTES = 100_000_000


@dataclass
class StoredFile:
    """`shared` is false between the upload and its completion: nobody sees it yet."""

    id: str
    name: str
    title: str
    user: str
    expected: int
    upload_key: str
    content: bytes | None = None
    shared: bool = False
    created: int = 0

    @property
    def mimetype(self) -> str:
        return mimetypes.guess_type(self.name)[0] or "application/octet-stream"

    def to_slack(self, base_url: str) -> JSON:
        kind = self.name.rpartition(".")[2].lower() if "." in self.name else "binary"
        url = f"{base_url}/files-pri/{TEAM}-{self.id}/{self.name}"
        return {
            "id": self.id,
            "created": self.created,
            "timestamp": self.created,
            "name": self.name,
            "title": self.title,
            "mimetype": self.mimetype,
            "filetype": kind,
            "pretty_type": kind.upper(),
            "user": self.user,
            "user_team": TEAM,
            "editable": False,
            "size": len(self.content or b""),
            "mode": "hosted",
            "is_external": False,
            "external_type": "",
            "is_public": True,
            "public_url_shared": False,
            "display_as_bot": False,
            "username": "",
            "url_private": url,
            "url_private_download": f"{url}?download=1",
            "permalink": url,
            "has_rich_preview": False,
            "file_access": "visible",
        }


class Files:
    """Keeps the newest files up to 100 MB."""

    def __init__(self) -> None:
        self._files: OrderedDict[str, StoredFile] = OrderedDict()

    def announce(self, name: str, length: int, user: str) -> StoredFile:
        if length <= 0 or length > LARGEST:
            raise Refused("file_upload_size_restricted" if length > 0 else "invalid_arguments")
        made = StoredFile(_file_id(), name, name, user, length, secrets.token_urlsafe(24))
        made.created = int(time.time())
        self._files[made.id] = made
        return made

    def receive(self, upload_key: str, content: bytes) -> StoredFile:
        for stored in self._files.values():
            if stored.upload_key == upload_key and stored.content is None:
                if len(content) != stored.expected:
                    raise Refused("invalid_arguments", ["length does not match the announced length"])
                stored.content = content
                self._shrink()
                return stored
        raise Refused("file_not_found")

    def complete(self, file_id: str, title: str) -> StoredFile:
        stored = self.find(file_id)
        if stored.content is None:
            raise Refused("file_not_found")
        stored.title, stored.shared = title or stored.name, True
        return stored

    def keep(self, name: str, content: bytes, user: str) -> StoredFile:
        """A person's upload, in one step."""
        stored = self.announce(name, len(content), user)
        self.receive(stored.upload_key, content)
        return self.complete(stored.id, "")

    def find(self, file_id: str) -> StoredFile:
        stored = self._files.get(file_id)
        if stored is None:
            raise Refused("file_not_found")
        return stored

    def _shrink(self) -> None:
        while sum(len(f.content or b"") for f in self._files.values()) > KEPT_BYTES:
            self._files.popitem(last=False)


def _file_id() -> str:
    return f"F{secrets.token_hex(5).upper()}"
