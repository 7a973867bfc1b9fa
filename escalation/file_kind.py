"""What a file is, told by its content: a name or a sender's word for it proves nothing. Pure."""

from __future__ import annotations

import re

from escalation.file_limits import MEGABYTE, FileLimits
from escalation.phrasebook import ENGLISH
from escalation.phrases import Phrases

MEDIA_TYPES = {
    "png": "image/png",
    "jpg": "image/jpeg",
    "gif": "image/gif",
    "webp": "image/webp",
    "pdf": "application/pdf",
    "txt": "text/plain; charset=utf-8",
}
PICTURES = ("png", "jpg", "gif", "webp")
"""Kinds that a page may draw. Everything else is offered for saving."""
LONGEST_NAME = 100
_BEGINNINGS = {
    "png": re.compile(rb"\x89PNG\r\n\x1a\n"),
    "jpg": re.compile(rb"\xff\xd8\xff"),
    "gif": re.compile(rb"GIF8[79]a"),
    "webp": re.compile(rb"RIFF....WEBP", re.DOTALL),
    "pdf": re.compile(rb"%PDF-\d"),
}
_NOT_TEXT = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")
_NOT_IN_NAMES = re.compile(r"[\x00-\x1f\x7f/\\:*?\"<>|\u200b-\u200f\u202a-\u202e\u2066-\u2069]")


def kind_of(content: bytes) -> str | None:
    """None where it is nothing that we can tell."""
    for kind, beginning in _BEGINNINGS.items():
        if beginning.match(content):
            return kind
    return "txt" if _is_text(content) else None


def file_name(name: str, kind: str) -> str:
    """The sender's name for it without anything that means something to a disk, ending as its kind does."""
    cleaned = _NOT_IN_NAMES.sub("_", name).strip(" .")[-LONGEST_NAME:] or "file"
    endings = ("jpg", "jpeg") if kind == "jpg" else (kind,)
    fits = kind == "txt" or cleaned.lower().endswith(tuple(f".{ending}" for ending in endings))
    return cleaned if fits else f"{cleaned}.{kind}"


def too_large(name: str, size: int, limits: FileLimits, phrases: Phrases = ENGLISH) -> str | None:
    """A sentence for whoever sent it; `size` in bytes."""
    if size <= limits.largest:
        return None
    megabytes = f"{size / MEGABYTE:.1f}"
    return phrases.file_too_large.format(name=name, size=megabytes, most=f"{limits.largest_mb:g}")


def wrong_kind(name: str, kind: str | None, limits: FileLimits, phrases: Phrases = ENGLISH) -> str | None:
    """A sentence for whoever sent it."""
    if kind in limits.kinds:
        return None
    if not limits.kinds:
        return phrases.no_files.format(name=name)
    return phrases.file_of_wrong_kind.format(name=name, kinds=", ".join(limits.kinds))


def _is_text(content: bytes) -> bool:
    try:
        return bool(content) and not _NOT_TEXT.search(content.decode("utf-8"))
    except UnicodeDecodeError:
        return False
