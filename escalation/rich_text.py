"""Formatted words, in pieces of one look each, so that every channel can show them in its own way. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from html import escape
from typing import Any

STYLES = ("bold", "italic", "strike", "code")
MARKS = {"bold": "*", "italic": "_", "strike": "~", "code": "`"}
"""As WhatsApp and Slack mark them."""
_TAGS = {"bold": "b", "italic": "i", "strike": "s"}


@dataclass(frozen=True)
class Run:
    """A piece of text that looks the same throughout."""

    text: str
    bold: bool = False
    italic: bool = False
    strike: bool = False
    code: bool = False
    href: str = ""

    @property
    def styles(self) -> tuple[str, ...]:
        return tuple(style for style in STYLES if getattr(self, style))

    def to_json(self) -> dict[str, Any]:
        """Only what it has."""
        shown: dict[str, Any] = {"text": self.text, **dict.fromkeys(self.styles, True)}
        return {**shown, "href": self.href} if self.href else shown

    @classmethod
    def from_json(cls, written: dict[str, Any]) -> Run:
        return cls(**written)


def trimmed(runs: Iterable[Run]) -> tuple[Run, ...]:
    """Without blanks around the whole, and without empty pieces."""
    left = [run for run in runs if run.text]
    while left and not left[0].text.strip():
        left.pop(0)
    while left and not left[-1].text.strip():
        left.pop()
    if left:
        left[0] = replace(left[0], text=left[0].text.lstrip())
        left[-1] = replace(left[-1], text=left[-1].text.rstrip())
    return tuple(left)


def is_formatted(runs: Iterable[Run]) -> bool:
    return any(run.styles or run.href for run in runs)


def plain(runs: Iterable[Run]) -> str:
    """For channels that show text alone: no marks, links spelt out."""
    return "".join(_spelt(run) for run in runs)


def marked(runs: Iterable[Run]) -> str:
    """For channels that draw marks."""
    return "".join(_marked(run) for run in runs)


def html(runs: Iterable[Run]) -> str:
    """For channels that draw the few elements which Telegram knows; everything else is escaped."""
    return "".join(_element(run) for run in runs)


def _element(run: Run) -> str:
    """Code holds no other element there, and only web addresses are links."""
    if run.code:
        tag = "pre" if "\n" in run.text else "code"
        return f"<{tag}>{escape(_spelt(run))}</{tag}>"
    is_link = run.href.startswith(("http://", "https://"))
    shown = escape(run.text if is_link else _spelt(run))
    for style in run.styles:
        shown = f"<{_TAGS[style]}>{shown}</{_TAGS[style]}>"
    return f'<a href="{escape(run.href)}">{shown}</a>' if is_link else shown


def _spelt(run: Run) -> str:
    address = run.href.removeprefix("mailto:").removeprefix("tel:")
    if not address or _bare(address) == _bare(run.text):
        return address or run.text
    return f"{run.text} ({address})"


def _marked(run: Run) -> str:
    """Marks cling to words: blanks and line ends stay outside, or the mark would be shown as typed."""
    words = _spelt(run)
    core = words.strip()
    if not core or not run.styles:
        return words
    if run.code:
        fence = "```" if "\n" in core else "`"
        marks = (fence, fence)
    else:
        signs = "".join(MARKS[style] for style in run.styles)
        marks = (signs, signs[::-1])
    before, after = words[: len(words) - len(words.lstrip())], words[len(words.rstrip()) :]
    return before + "\n".join(f"{marks[0]}{line}{marks[1]}" if line else line for line in _lines(core, run)) + after


def _lines(core: str, run: Run) -> list[str]:
    return [core] if run.code else core.split("\n")


def _bare(address: str) -> str:
    return address.removeprefix("https://").removeprefix("http://").rstrip("/")
