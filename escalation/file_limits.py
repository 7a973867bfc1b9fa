"""The section `files` of desk.yml: which files pass between customers and agents."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from escalation.section import DeskConfigRefused, Section

KINDS = ("png", "jpg", "gif", "webp", "pdf", "txt")
"""Kinds that can be told by their content. None of them can run anything in a customer's browser."""
MEGABYTE = 1_000_000
MOST_FILES = 10
"""So many of the largest files may a customer send in one conversation, or as much in smaller ones."""


@dataclass(frozen=True)
class FileLimits:
    largest_mb: float = 10.0
    """Megabytes (10^6 bytes) of one file."""
    kinds: tuple[str, ...] = KINDS
    """Those that pass; an empty list lets none through."""
    public_address: str = ""
    """Where customers reach the bot, such as https://bot.example.com; without it files pass in the web chat alone."""

    @property
    def largest(self) -> int:
        """In bytes."""
        return int(self.largest_mb * MEGABYTE)

    @property
    def most(self) -> int:
        """In bytes: what one conversation holds of its customer's files."""
        return MOST_FILES * self.largest


def read_file_limits(written: object) -> FileLimits:
    """Raises DeskConfigRefused."""
    section = Section("files", written, ("largest_mb", "kinds", "public_address"))
    kinds = section.texts("kinds", FileLimits.kinds)
    for kind in kinds:
        if kind not in KINDS:
            raise DeskConfigRefused(f"files.kinds knows no {kind}; there are {', '.join(KINDS)}")
    return FileLimits(
        largest_mb=section.number("largest_mb", FileLimits.largest_mb, 0.001, 20),
        kinds=kinds,
        public_address=_address(section.text("public_address", FileLimits.public_address)),
    )


def _address(written: str) -> str:
    parts = urlsplit(written)
    if written and (parts.scheme not in ("http", "https") or not parts.netloc):
        raise DeskConfigRefused(
            f"files.public_address must be an address such as https://bot.example.com, and is {written!r}"
        )
    return written.rstrip("/")
