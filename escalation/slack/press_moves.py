"""What a press does: a move of the case, or a correction. A move that fails is explained to whoever pressed."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from sqlmodel import Session

from escalation import handover
from escalation.handover import CaseClosed, CaseTaken, Outcome, Person
from escalation.slack.intents import Intents
from escalation.slack.press import ABOUT_HELD, Do, Press
from escalation.slack.runs import NameOf
from escalation.slack.teaching.moves import teach
from escalation.slack.thread_moves import keep_held, send_as_self, send_held, tell
from escalation.store.agent import away_among
from escalation.store.case import case_by_id
from escalation.store.outbox import Errand, enqueue
from escalation.store.posted_card import card_at
from escalation.store.remark import Fate, remark_at

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
    if press.action == Do.TRANSCRIPT.value and press.case_id is not None:
        enqueue(session, press.case_id, Errand.TRANSCRIPT, person_id=person.id)
        return
    if press.case_id is not None:
        teach(session, press, press.case_id, person, intents)
        return
    card = card_at(session, press.channel, press.message_ts)
    if card is None:
        return
    if press.action in MOVES:
        _move(session, card.case_id, MOVES[press.action], person)
    elif press.turn_id is not None:
        teach(session, press, card.case_id, person, intents)
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
    if away_among(session, [colleague.id]):
        tell(session, card.case_id, person.id, f"{colleague.name} is away. Please choose somebody else.")
        return
    hand = partial(handover.hand_to, colleague=colleague)
    _move(session, card.case_id, hand, person)


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
