"""What a customer reads on a button: an intent's title, in their language where the project has it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from labeling.guidelines import Guideline, GuidelinesRefused
from labeling.language import is_language, wider


@dataclass(frozen=True)
class Titles:
    """`translated` holds, by intent, the titles in other languages than the project's own. The first of the
    guidelines in which an intent stands counts.
    """

    language: str
    guidelines: Sequence[Mapping[str, Guideline]]
    translated: Mapping[str, Mapping[str, str]]

    def language_for(self, wanted: str, intents: Sequence[str]) -> str:
        """The customer's language if all these intents have a title in it, or else the project's: a question in two
        languages is worse than one in the wrong one.
        """
        for language in wider(wanted):
            if all(language in self.translated.get(intent, {}) for intent in intents):
                return language
            if language == wider(self.language)[-1]:
                break
        return self.language

    def title(self, intent: str, language: str) -> str:
        other = self.translated.get(intent, {}).get(language)
        written = (some[intent] for some in self.guidelines if intent in some)
        return other or next(written, Guideline.unwritten(intent)).title


def read_translated(path: Path) -> Mapping[str, Mapping[str, str]]:
    """The `titles:` of a guidelines file, each a language's tag and the title in it. Raises GuidelinesRefused."""
    written = yaml.safe_load(path.read_text(encoding="utf-8")) if path.exists() else None
    return {
        str(intent): _titles(path, str(intent), entry["titles"])
        for intent, entry in (written or {}).items()
        if entry.get("titles")
    }


def _titles(path: Path, intent: str, written: object) -> Mapping[str, str]:
    if not isinstance(written, dict):
        raise GuidelinesRefused(f"{path}: the titles of {intent} must map a language to a title, as in de: Umtausch")
    for language in written:
        if not is_language(str(language)):
            known = f"the titles of {intent} know no language {language}; write its tag, such as de"
            raise GuidelinesRefused(f"{path}: {known}")
    return {wider(str(language))[0]: str(title) for language, title in written.items()}
