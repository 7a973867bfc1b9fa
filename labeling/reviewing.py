"""A trainer's moves: accept, change, reject, undo. Each appends one review in the caller's transaction."""

from __future__ import annotations

from collections.abc import Collection

from sqlmodel import Session, select

from labeling.labels import Answer, TurnState, intent_name, state_of
from labeling.refusal import Refusal
from labeling.review_queue import waiting_states
from labeling.store.correction import corrections_of
from labeling.store.review import Decision, Review, reviews_of
from labeling.store.turn import Turn


class ReviewRefused(Refusal):
    """The move cannot be made; the message says what can be done instead."""


class NoSuchTurn(ReviewRefused):
    """There is no turn by this number. Load the page again."""


class NothingCorrected(ReviewRefused):
    """Nobody has said what this turn wanted, or they took it back. Choose an intent with change."""


class PeopleDisagree(ReviewRefused):
    """People said different things about the turn. Choose one of them with change."""


class ChangedMeanwhile(ReviewRefused):
    """Somebody has said something else since the page was drawn. Look again before accepting."""


class UnknownIntent(ReviewRefused):
    """No intent has this name. Choose one of the list, or say that it is new."""


class NothingToUndo(ReviewRefused):
    """No decision of this turn counts. It waits in the queue."""


def accept(session: Session, turn_id: int, trainer: str, seen: Answer | None = None) -> Review:
    """The label becomes what people said; with `seen`, only if that is still what they say.

    Raises NothingCorrected, PeopleDisagree, ChangedMeanwhile, NoSuchTurn.
    """
    found = state_of_turn(session, turn_id)
    if found.people_disagree:
        raise PeopleDisagree(f"People disagree about turn {turn_id}: choose one of their answers.")
    if found.agreed is None:
        raise NothingCorrected(f"Nobody has said what turn {turn_id} wanted: choose an intent instead.")
    if seen is not None and seen.wishes != found.agreed.wishes:
        raise ChangedMeanwhile(f"Somebody has just said something else about turn {turn_id}: look again.")
    return _decide(session, turn_id, trainer, Decision.ACCEPTED, found.agreed, found)


def change(
    session: Session,
    turn_id: int,
    trainer: str,
    intent: str | None,
    known: Collection[str],
    is_new: bool = False,
    second: str | None = None,
) -> Review:
    """The label becomes `intent`, whatever people said; None means: not a request. `second`: it holds two requests.

    Raises UnknownIntent for a name that is not `known`, unless it `is_new`; NoSuchTurn.
    """
    found = state_of_turn(session, turn_id)
    given = Answer(_named(intent, known, is_new), second=_named(second, known, is_new=False))
    return _decide(session, turn_id, trainer, Decision.CHANGED, given, found)


def _named(intent: str | None, known: Collection[str], is_new: bool) -> str | None:
    if intent is None or intent in known:
        return intent
    named = intent_name(intent)
    if not named or not (is_new or named in known):
        raise UnknownIntent(f"There is no intent {intent!r}: choose one of the list, or say that it is new.")
    return named


def reject(session: Session, turn_id: int, trainer: str) -> Review:
    """Nothing is learned from this turn. Raises NoSuchTurn."""
    return _decide(session, turn_id, trainer, Decision.REJECTED, Answer(None), state_of_turn(session, turn_id))


def undo(session: Session, turn_id: int, trainer: str) -> Review:
    """What counted before the last decision counts again. Raises NothingToUndo, NoSuchTurn."""
    if state_of_turn(session, turn_id).review is None:
        raise NothingToUndo(f"Turn {turn_id} has no decision to undo; it waits in the queue.")
    return _append(session, Review(turn_id=turn_id, decision=Decision.UNDONE.value, trainer=trainer))


def accept_all(session: Session, trainer: str) -> list[Review]:
    """Accepts every waiting turn that people agree on, and leaves the others for a trainer's eye.

    What only a customer said is left too: it would teach the model the very guesses that it put into their mouth.
    """
    accepted = []
    for turn_id, found in waiting_states(session).items():
        if found.agreed is not None and not found.customers_word_alone:
            accepted.append(_decide(session, turn_id, trainer, Decision.ACCEPTED, found.agreed, found))
    return accepted


def state_of_turn(session: Session, turn_id: int) -> TurnState:
    """Raises NoSuchTurn. On PostgreSQL the turn is locked until the transaction ends: one decision at a time."""
    if session.exec(select(Turn.id).where(Turn.id == turn_id).with_for_update()).first() is None:
        raise NoSuchTurn(f"There is no turn {turn_id}: load the page again.")
    return state_of(corrections_of(session, turn_id), reviews_of(session, turn_id))


def _decide(
    session: Session, turn_id: int, trainer: str, decision: Decision, given: Answer, found: TurnState
) -> Review:
    review = Review(
        turn_id=turn_id, decision=decision.value, intent=given.intent, second_intent=given.second, trainer=trainer
    )
    counts = found.review
    if counts is not None and not found.reopened and _same(counts, review):
        return counts  # a second click, or a colleague who was as quick
    return _append(session, review)


def _same(one: Review, other: Review) -> bool:
    return (one.decision, one.intent, one.second_intent) == (other.decision, other.intent, other.second_intent)


def _append(session: Session, review: Review) -> Review:
    session.add(review)
    session.flush()
    return review
