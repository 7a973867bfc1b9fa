"""What a press does: a move of the case, or a correction. A move that fails is explained to whoever pressed."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime, timezone
from functools import partial

from sqlmodel import Session

from escalation import handover
from escalation.handover import CaseClosed, CaseTaken, Outcome, Person
from escalation.slack.intents import Intents
from escalation.slack.press import ABOUT_HELD, Do, NewIntent, Press
from escalation.slack.thread_moves import NameOf, keep_held, send_as_self, send_held, tell
from escalation.store.case import case_by_id
from escalation.store.outbox import Errand, enqueue
from escalation.store.posted_card import PostedCard, card_at
from escalation.store.remark import Fate, remark_at
from labeling.store.correction import Correction, CorrectionKind, corrections_of, standing
from labeling.store.turn import Turn, ranking_of

CLOCKS_APART = 5.0
"""Seconds by which Slack's clock may be behind ours."""
LONGEST_LOOK = 600.0
"""Seconds from the card to the click; beyond it nobody was looking all the time, so no time is stored."""

Move = Callable[[Session, int, Person], object]
MOVES: dict[str, Move] = {
    Do.CLAIM.value: handover.claim,
    Do.RELEASE.value: handover.release,
    Do.TAKE_OVER.value: handover.take_over,
    Do.CLOSE.value: lambda session, case_id, person: handover.close(session, case_id, person, Outcome.ANSWERED),
    Do.HAND_BACK.value: lambda session, case_id, person: handover.close(
        session, case_id, person, Outcome.HANDED_BACK
    ),
}


def take_press(session: Session, press: Press, person: Person, intents: Intents, name_of: NameOf) -> None:
    """Everything that can be pressed comes through here; what is unknown is answered too."""
    if press.action in ABOUT_HELD:
        _settle_held(session, press, person, name_of)
        return
    card = card_at(session, press.channel, press.message_ts)
    if card is None:
        return
    if press.action in MOVES:
        _move(session, card.case_id, MOVES[press.action], person)
    elif press.turn_id is not None:
        _correct(session, press, card, person, intents)
    else:
        tell(session, card.case_id, person.id, "This button is no longer in use. The card has just been drawn anew.")
        enqueue(session, card.case_id, Errand.UPDATE_CARD)


def take_handing(session: Session, press: Press, person: Person, colleague: Person | None) -> None:
    """The menu "Hand to…": the case is the colleague's, unless what was chosen can own none."""
    card = card_at(session, press.channel, press.message_ts)
    if card is None:
        return
    if colleague is None:
        tell(session, card.case_id, person.id, "That is nobody who can take a case. Please choose a colleague.")
        return
    hand = partial(handover.hand_to, colleague=colleague)
    _move(session, card.case_id, hand, person)


def take_new_intent(session: Session, proposed: NewIntent, person: Person) -> None:
    """A proposed intent is a correction like any other; trainers decide about it."""
    correction = Correction(
        turn_id=proposed.turn_id,
        kind=CorrectionKind.NEW_INTENT.value,
        intent=proposed.intent,
        definition=proposed.definition,
        person_id=person.id,
        person_name=person.name,
        source="slack",
        suggestion_visible=proposed.suggestion_visible,
        active_seconds=active_seconds(proposed.opened_at, proposed.sent_at),
    )
    session.add(correction)
    enqueue(session, proposed.case_id, Errand.UPDATE_CARD)


def active_seconds(shown_at: float, pressed_at: float) -> float | None:
    """How long the person looked, where that can be told."""
    seconds = pressed_at - shown_at
    return round(max(0.0, seconds), 1) if -CLOCKS_APART <= seconds <= LONGEST_LOOK else None


def _move(session: Session, case_id: int, move: Move, person: Person) -> None:
    try:
        move(session, case_id, person)
    except CaseTaken as taken:
        tell(session, case_id, person.id, str(taken))
    except CaseClosed:
        by = case_by_id(session, case_id).closed_by or "somebody"
        tell(session, case_id, person.id, f"{by} has closed this case already.")


def _settle_held(session: Session, press: Press, person: Person, name_of: NameOf) -> None:
    remark = remark_at(session, press.channel, press.value)
    if remark is None or remark.fate != Fate.HELD.value or remark.person_id != person.id:
        return
    if press.action == Do.KEEP_HELD.value:
        keep_held(session, remark)
        return
    send = send_held if press.action == Do.SEND_HELD.value else send_as_self
    try:
        send(session, remark, person, name_of)
    except CaseClosed:
        keep_held(session, remark)
        tell(session, remark.case_id, person.id, "The case has been closed meanwhile, so your reply was not sent.")


def _correct(session: Session, press: Press, card: PostedCard, person: Person, intents: Intents) -> None:
    turn = session.get(Turn, press.turn_id)
    if turn is None or turn.id is None:
        return
    spoken = _spoken(press, intents.known() | {guess.intent for guess in ranking_of(turn).guesses})
    if spoken is None:
        tell(session, card.case_id, person.id, "That intent is not there any more. Please choose another one.")
        return
    kind, intent = spoken
    if kind is CorrectionKind.WITHDRAWN and not _stands(session, turn.id, person):
        tell(session, card.case_id, person.id, "You have not said anything about this message yet.")
        return
    shown = card.shown_at.replace(tzinfo=timezone.utc).timestamp()
    session.add(
        Correction(
            turn_id=turn.id,
            kind=kind.value,
            intent=intent,
            person_id=person.id,
            person_name=person.name,
            source="slack",
            suggestion_visible=bool(ranking_of(turn).guesses),
            active_seconds=active_seconds(shown, _seconds(press.at)),
        )
    )
    enqueue(session, card.case_id, Errand.UPDATE_CARD)


def _spoken(press: Press, known: Collection[str]) -> tuple[CorrectionKind, str | None] | None:
    """What the press says of the turn; None for nothing that can be said."""
    if press.action == Do.NOT_A_REQUEST.value:
        return CorrectionKind.NOT_A_REQUEST, None
    if press.action == Do.WITHDRAW.value:
        return CorrectionKind.WITHDRAWN, None
    names_an_intent = press.action == Do.CHOOSE.value or press.action.startswith(f"{Do.GUESS.value}_")
    return (CorrectionKind.INTENT, press.value) if names_an_intent and press.value in known else None


def _stands(session: Session, turn_id: int, person: Person) -> bool:
    return any(one.person_id == person.id for one in standing(corrections_of(session, turn_id)))


def _seconds(at: str) -> float:
    return float(at) if at.replace(".", "", 1).isdecimal() else datetime.now(timezone.utc).timestamp()
