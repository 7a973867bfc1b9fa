"""Why messages are hard for the bot, counted: the material of a decision analysis."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from sqlmodel import Session, col, select

from labeling.store.cause import Cause, causes_of
from labeling.store.correction import Correction, standing

MOST_INTENTS = 3


@dataclass(frozen=True)
class CauseCount:
    """One cause: how often it was given, and for which intents most."""

    cause: Cause
    count: int
    intents: tuple[str, ...]


@dataclass(frozen=True)
class CauseCounts:
    """Over everybody's standing word; the most frequent cause first."""

    causes: tuple[CauseCount, ...]
    corrections: int
    """All that stand, with a cause and without."""

    @property
    def given(self) -> int:
        return sum(one.count for one in self.causes)


def count_causes(session: Session) -> CauseCounts:
    of_turn: dict[int, list[Correction]] = {}
    for correction in session.exec(select(Correction).order_by(col(Correction.id))):
        of_turn.setdefault(correction.turn_id, []).append(correction)
    said = [one for every in of_turn.values() for one in standing(every)]
    causes = causes_of(session, said)
    intents: dict[Cause, Counter[str]] = {cause: Counter() for cause in causes.values()}
    for one in said:
        if one.id in causes and one.intent:
            intents[causes[one.id]][one.intent] += 1
    counted = Counter(causes.values()).most_common()
    rows = [CauseCount(cause, count, _names(intents[cause])) for cause, count in counted]
    return CauseCounts(tuple(rows), len(said))


def _names(intents: Counter[str]) -> tuple[str, ...]:
    return tuple(name for name, _ in intents.most_common(MOST_INTENTS))
