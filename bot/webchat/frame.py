"""The chat page as it is drawn in each language: its words are written into it, so that it needs nothing to begin."""

from __future__ import annotations

from pathlib import Path

from jinja2 import Environment, StrictUndefined

from escalation.phrasebook import Phrasebook

_PAGES = Environment(autoescape=True, undefined=StrictUndefined)


def draw_frames(template: Path, phrases: Phrasebook) -> dict[str, bytes]:
    """By language."""
    frame = _PAGES.from_string(template.read_text(encoding="utf-8"))
    return {
        language: frame.render(language=language, page=dict(ours.page)).encode()
        for language, ours in phrases.by_language.items()
    }
