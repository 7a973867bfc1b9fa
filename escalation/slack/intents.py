"""The intents that an agent can choose from: the written guidelines, what the live model knows, what was proposed."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from sqlmodel import Session, col, select

from labeling.database import Database
from labeling.guidelines import Guideline
from labeling.store.correction import Correction, CorrectionKind
from labeling.store.turn import NO_MODEL, Turn, ranking_of

OPTIONS = 100
"""As many as Slack lists at a time."""
_VALUE_LIMIT = 150
_KEPT_SECONDS = 5.0


class Intents:
    """Titles, definitions and search over all intents. Labels without a guideline are asked for now and then."""

    def __init__(self, guidelines: Mapping[str, Guideline], labels: Callable[[], set[str]]) -> None:
        self._guidelines = guidelines
        self._labels = labels
        self._known: tuple[float, frozenset[str]] = (float("-inf"), frozenset())

    def guideline(self, intent: str) -> Guideline:
        return self._guidelines.get(intent) or Guideline.unwritten(intent)

    def title(self, intent: str) -> str:
        return self.guideline(intent).title

    def known(self) -> frozenset[str]:
        """Every intent there is, as of a few seconds ago at most."""
        asked_at, known = self._known
        if time.monotonic() - asked_at > _KEPT_SECONDS:
            known = frozenset(self._guidelines) | self._labels()
            self._known = (time.monotonic(), known)
        return known

    def search(self, query: str) -> list[Guideline]:
        """Those in which every word of the query begins a word; by title first, then by definition."""
        words = query.casefold().split()
        found = []
        for guideline in map(self.guideline, self.known()):
            rank = _rank(guideline, words)
            if rank is not None and len(guideline.intent) <= _VALUE_LIMIT:
                found.append((rank, guideline.title.casefold(), guideline))
        return [guideline for _, _, guideline in sorted(found, key=lambda one: one[:2])][:OPTIONS]


def _rank(guideline: Guideline, words: list[str]) -> int | None:
    titled = f"{guideline.title} {guideline.intent.replace('_', ' ')}".casefold().split()
    explained = f"{guideline.definition} {guideline.example}".casefold().split()
    for rank, among in enumerate((titled, titled + explained)):
        if all(any(one.startswith(word) for one in among) for word in words):
            return rank
    return None


def labels_in_use(database: Database) -> set[str]:
    """What the newest turn's model can tell apart, and what agents have proposed."""
    with database.reading() as session:
        return _ranked(session) | _proposed(session)


def _ranked(session: Session) -> set[str]:
    by_a_model = select(Turn).where(Turn.model_version != NO_MODEL)
    newest = session.exec(by_a_model.order_by(col(Turn.id).desc()).limit(1)).first()
    return {guess.intent for guess in ranking_of(newest).guesses} if newest else set()


def _proposed(session: Session) -> set[str]:
    rows = select(Correction.intent).where(Correction.kind == CorrectionKind.NEW_INTENT.value).distinct()
    return {intent for intent in session.exec(rows) if intent}
