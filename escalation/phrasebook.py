"""The section `phrases` of desk.yml: what customers hear from Handraise itself, by language."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

import yaml

from escalation.phrases import COUNTED, NAMES, PAGE, Phrases, placeholders
from escalation.section import DeskConfigRefused, Section
from labeling.language import is_language, wider

log = logging.getLogger(__name__)

LANGUAGES = Path(__file__).parent / "languages"
FALLBACK = "en"


def _shipped(file: Path) -> Phrases:
    return Phrases(**yaml.safe_load(file.read_text(encoding="utf-8")))


SHIPPED: Mapping[str, Phrases] = {file.stem: _shipped(file) for file in sorted(LANGUAGES.glob("*.yml"))}
ENGLISH = SHIPPED[FALLBACK]
"""What people in Slack read too."""


@dataclass(frozen=True)
class Phrasebook:
    by_language: Mapping[str, Phrases] = field(default_factory=lambda: SHIPPED)
    """By tag, in small letters."""
    main: str = FALLBACK
    """The language of those whose own is not among them."""

    def language_of(self, wanted: str) -> str:
        """The wanted one if we have it, `de` for `de-AT` too; else the main one."""
        return next((tag for tag in wider(wanted) if tag in self.by_language), self.main)

    def of(self, language: str) -> Phrases:
        """What a customer with this language hears; it may be empty."""
        return self.by_language[self.language_of(language)]


def read_phrases(written: object) -> Phrasebook:
    """Some phrases in a language that Handraise comes with, or all of them in another. Raises DeskConfigRefused."""
    if written is not None and not isinstance(written, Mapping):
        raise DeskConfigRefused(f"phrases must hold languages such as {', '.join(SHIPPED)}, and is {written!r}")
    own = {_tag(language): phrases for language, phrases in (written or {}).items()}
    return Phrasebook({**SHIPPED, **{language: _phrases(language, one) for language, one in own.items()}})


def speaking(book: Phrasebook, language: str) -> Phrasebook:
    """With this main language, the project's; English where it has no phrases in it, and then the log says so."""
    found = next((tag for tag in wider(language) if tag in book.by_language), None)
    if found is None:
        log.warning("desk.yml has no phrases in %s, config.yml's language: customers hear English", language)
    return Phrasebook(book.by_language, found or FALLBACK)


def _tag(language: object) -> str:
    if not isinstance(language, str) or not is_language(language):
        raise DeskConfigRefused(f"phrases knows no language {language}; write its tag, such as de or pt-BR")
    return wider(language)[0]


def _phrases(language: str, written: object) -> Phrases:
    like = next((SHIPPED[tag] for tag in wider(language) if tag in SHIPPED), None)
    whole = Section(f"phrases.{language}", written, (*NAMES, PAGE))
    page = _texts(whole.inner(PAGE, tuple(ENGLISH.page)), ENGLISH.page, like.page if like else {})
    texts = _texts(whole, {name: getattr(ENGLISH, name) for name in NAMES}, asdict(like) if like else {})
    return Phrases(**texts, page=page)


def _texts(section: Section, english: Mapping[str, str], like: Mapping[str, str]) -> dict[str, str]:
    """One for each name in English: as written, or as in the language that it is like."""
    texts = {name: section.text(name, like.get(name, "")) for name in english}
    missing = [name for name, text in texts.items() if not text]
    if missing:
        more = f" and {len(missing) - 1} more" if missing[1:] else ""
        raise DeskConfigRefused(f"{section.name} lacks {missing[0]}{more}; escalation/languages/en.yml has them all")
    for name, text in texts.items():
        _check(f"{section.name}.{name}", text, english[name], COUNTED.get(name))
    return texts


def _check(knob: str, text: str, english: str, count: int | None) -> None:
    try:
        found = placeholders(text)
    except ValueError as broken:
        raise DeskConfigRefused(f"{knob} has a brace too many or too few: {text!r}") from broken
    if not found <= placeholders(english):
        known = ", ".join(f"{{{place}}}" for place in sorted(placeholders(english))) or "none"
        raise DeskConfigRefused(f"{knob} may hold these placeholders: {known}, and is {text!r}")
    if count is not None and len(text.split(", ")) != count:
        raise DeskConfigRefused(f"{knob} must be {count} words with commas between them, and is {text!r}")
