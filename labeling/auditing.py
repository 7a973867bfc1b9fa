"""An auditor's moves: a blind word on a drawn answer, and what the word reveals."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, col, select

from labeling import reviewing
from labeling.labels import TurnState, in_chunks, intent_name
from labeling.production import Drawn
from labeling.review_queue import states_of
from labeling.reviewing import NoSuchTurn, ReviewRefused, UnknownIntent
from labeling.store.audit import AUDITOR, DrawnRow, blind_words, drawn_rows
from labeling.store.correction import Correction, CorrectionKind
from labeling.store.turn import Turn


class NotDrawn(ReviewRefused):
    """The turn was not drawn for an audit. Review it on its own page."""


@dataclass(frozen=True)
class Revealed:
    """An audited turn, which may be shown whole now."""

    turn: Turn
    state: TurnState

    @property
    def answered(self) -> str | None:
        return self.turn.chosen or _first_guess(self.turn.ranking)

    @property
    def right(self) -> bool | None:
        """Whether the bot had understood it; None where people do not agree yet what it is."""
        return is_right(self.answered, self.state)


def is_right(answered: str | None, state: TurnState) -> bool | None:
    """Right only if the one intent that the label names is the one that was answered: half an answer is none."""
    if not state.is_labelled:
        return None
    return state.label is not None and state.second_label is None and answered == state.label


def _first_guess(ranking: dict[str, Any]) -> str | None:
    guesses = ranking["guesses"]
    return str(guesses[0][0]) if guesses else None


def say(
    session: Session,
    turn_id: int,
    trainer: str,
    kind: CorrectionKind,
    intent: str | None,
    known: Collection[str],
    is_new: bool = False,
) -> Turn:
    """One auditor's word; the label follows where nobody said otherwise, or else the turn waits for review.

    `intent` goes with the kind INTENT only. Raises NotDrawn, NoSuchTurn, UnknownIntent.
    """
    turn = session.get(Turn, turn_id)
    if turn is None:
        raise NoSuchTurn(f"There is no turn {turn_id}: load the page again.")
    if not turn.audit:
        raise NotDrawn(f"Turn {turn_id} was not drawn for an audit; it can be reviewed at /turns/{turn_id}.")
    kind, intent = _named(kind, intent, known, is_new)
    person = f"{AUDITOR}:{trainer}"
    # A second word of the same person comes after the first one revealed what the bot thought.
    has_seen = any(word.person_id == person for word in blind_words(session, turn_id))
    word = Correction(
        turn_id=turn_id,
        kind=kind.value,
        intent=intent,
        person_id=person,
        person_name=trainer,
        source=AUDITOR,
        suggestion_visible=has_seen,
    )
    session.add(word)
    session.flush()
    found = reviewing.state_of_turn(session, turn_id)
    if found.agreed is not None and (found.review is None or has_seen):
        reviewing.accept(session, turn_id, trainer)
    return turn


def _named(
    kind: CorrectionKind, intent: str | None, known: Collection[str], is_new: bool
) -> tuple[CorrectionKind, str | None]:
    if kind is not CorrectionKind.INTENT or intent in known:
        return kind, intent if kind is CorrectionKind.INTENT else None
    named = intent_name(intent or "")
    if named in known:
        return kind, named
    if not named or not is_new:
        raise UnknownIntent(f"There is no intent {intent or ''!r}: choose one of the list, or say that it is new.")
    return CorrectionKind.NEW_INTENT, named


def revealed(session: Session, turn_id: int) -> Revealed | None:
    """None before anybody has said a blind word: until then nothing is shown."""
    turn = session.get(Turn, turn_id)
    if turn is None or not blind_words(session, turn_id):
        return None
    return Revealed(turn, reviewing.state_of_turn(session, turn_id))


def drawn_answers(session: Session, tier: str | None = None) -> list[Drawn]:
    """With what people found, in the order in which they looked; those that a tier's promise is about, or all."""
    rows = drawn_rows(session, tier)
    states = states_of(session, [row.turn_id for row in rows if row.looked_at])
    drawn = [
        Drawn(
            turn_id=row.turn_id,
            tier=row.tier or "",
            rate=row.audit_rate,
            answered_at=row.created_at,
            right=_found(row, states.get(row.turn_id)),
            looked_at=row.looked_at,
            promise=row.promise,
            chosen=row.chosen,
        )
        for row in rows
    ]
    return sorted(drawn, key=lambda one: (one.looked_at or one.answered_at, one.turn_id))


def tiers_of_drawn(session: Session, turn_ids: Sequence[int]) -> set[str]:
    """In which tiers those of the turns are that were drawn."""
    found: set[str] = set()
    for some in in_chunks(turn_ids):
        drawn: Any = select(Turn.tier).where(col(Turn.audit).is_(True), col(Turn.id).in_(some))
        found.update(tier for tier in session.exec(drawn) if tier is not None)
    return found


def _found(row: DrawnRow, state: TurnState | None) -> bool | None:
    return None if state is None else is_right(row.chosen or _first_guess(row.ranking), state)
