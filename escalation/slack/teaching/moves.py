"""What becomes of what somebody says of a turn: one more row, and the card drawn anew. Nothing waits for it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timezone
from typing import Any

from sqlmodel import Session

from escalation.handover import Person
from escalation.slack.intents import Intents
from escalation.slack.press import Do, Press
from escalation.slack.teaching.lesson import Lesson
from escalation.slack.thread_moves import tell
from escalation.store.outbox import Errand, enqueue
from labeling.store.cause import Cause, GivenCause
from labeling.store.correction import Correction, CorrectionKind, corrections_of, standing
from labeling.store.turn import Turn, ranking_of

CLOCKS_APART = 5.0
"""Seconds by which Slack's clock may be behind ours."""
LONGEST_LOOK = 600.0
"""Seconds from opening to the click; beyond it nobody was looking all the time, so no time is stored."""
_PLAIN = {
    Do.NOT_A_REQUEST.value: CorrectionKind.NOT_A_REQUEST,
    Do.CANNOT_TELL.value: CorrectionKind.CANNOT_TELL,
    Do.WITHDRAW.value: CorrectionKind.WITHDRAWN,
}


def teach(session: Session, press: Press, case_id: int, person: Person, intents: Intents) -> None:
    """A press on the card or in a window: a correction, or the cause of one."""
    turn = session.get(Turn, press.turn_id)
    if turn is None or turn.id is None:
        return
    if press.action.startswith(f"{Do.CAUSE.value}_"):
        _give_cause(session, press, turn.id, case_id, person)
        return
    spoken = spoken_of(press, intents.known() | {guess.intent for guess in ranking_of(turn).guesses})
    if spoken is None:
        tell(session, case_id, person.id, "That intent is not there any more. Please choose another one.")
        return
    kind, intent = spoken
    if kind is CorrectionKind.WITHDRAWN and _standing_of(session, turn.id, person) is None:
        tell(session, case_id, person.id, "You have not said anything about this message yet.")
        return
    seconds = active_seconds(press.opened_at, _seconds(press.at))
    visible = bool(ranking_of(turn).guesses)
    _correct(session, case_id, person, kind, turn.id, visible, seconds, intent=intent)


def take_lesson(session: Session, lesson: Lesson, person: Person) -> None:
    """A window sent off is a correction like any other; trainers decide about it."""
    _correct(
        session,
        lesson.case_id,
        person,
        CorrectionKind(lesson.kind),
        lesson.turn_id,
        lesson.suggestion_visible,
        active_seconds(lesson.opened_at, lesson.sent_at),
        intent=lesson.intent,
        second_intent=lesson.second_intent,
        definition=lesson.definition,
        examples=list(lesson.examples),
    )


def spoken_of(press: Press, known: Collection[str]) -> tuple[CorrectionKind, str | None] | None:
    """What the press says of the turn; None for nothing that can be said."""
    if press.action in _PLAIN:
        return _PLAIN[press.action], None
    names_an_intent = press.action == Do.CHOOSE.value or press.action.startswith(f"{Do.GUESS.value}_")
    return (CorrectionKind.INTENT, press.value) if names_an_intent and press.value in known else None


def active_seconds(opened_at: float | None, pressed_at: float) -> float | None:
    """How long the person looked, where that can be told: from opening the menu or window to the click."""
    if opened_at is None:
        return None
    seconds = pressed_at - opened_at
    return round(max(0.0, seconds), 1) if -CLOCKS_APART <= seconds <= LONGEST_LOOK else None


def _correct(
    session: Session,
    case_id: int,
    person: Person,
    kind: CorrectionKind,
    turn_id: int,
    visible: bool,
    seconds: float | None,
    **more: Any,
) -> None:
    correction = Correction(
        turn_id=turn_id,
        kind=kind.value,
        person_id=person.id,
        person_name=person.name,
        source="slack",
        suggestion_visible=visible,
        active_seconds=seconds,
        **more,
    )
    session.add(correction)
    enqueue(session, case_id, Errand.UPDATE_CARD)


def _give_cause(session: Session, press: Press, turn_id: int, case_id: int, person: Person) -> None:
    mine = _standing_of(session, turn_id, person)
    if mine is None or mine.id is None:
        tell(session, case_id, person.id, "First say what the customer wanted, and then why it was hard.")
        return
    session.add(GivenCause(correction_id=mine.id, cause=Cause(press.value).value))
    enqueue(session, case_id, Errand.UPDATE_CARD)


def _standing_of(session: Session, turn_id: int, person: Person) -> Correction | None:
    said = standing(corrections_of(session, turn_id))
    return next((one for one in said if one.person_id == person.id), None)


def _seconds(at: str) -> float:
    return float(at) if at.replace(".", "", 1).isdecimal() else datetime.now(timezone.utc).timestamp()
