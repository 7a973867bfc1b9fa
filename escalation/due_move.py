"""What time alone makes due in a case. Pure: a case, a moment and the rules in, moves out; nobody sleeps for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum

from escalation.hours import Hours
from escalation.phrasebook import Phrasebook
from escalation.store.case import CaseState
from escalation.waiting import Waiting


class Move(str, Enum):
    """Each is made once for every wait, or for every silence."""

    SAY_CLOSED = "say_closed"
    """The customer hears when somebody is there again."""
    SAY_BUSY = "say_busy"
    """The customer hears that they are not forgotten."""
    SAY_NOBODY = "say_nobody"
    """The customer hears that nobody came."""
    CONFIRM_CONTACT = "confirm_contact"
    """The customer, who was asked how they can be reached, hears that it was noted, each time they leave one."""
    NUDGE = "nudge"
    """The owner, or everybody where there is none, is reminded in the thread."""
    CALL_LEAD = "call_lead"
    """The lead is called, in the thread and in the channel."""
    ASK_INACTIVE = "ask_inactive"
    """The customer is asked whether they are still there."""
    CLOSE_INACTIVE = "close_inactive"
    """The case closes itself."""


STRONGER = {Move.SAY_BUSY: Move.SAY_NOBODY, Move.NUDGE: Move.CALL_LEAD}
"""What makes a move pointless: after a pause of the desk nobody is told the same thing twice in one breath."""
ASK_FOR_CONTACT = {Move.SAY_CLOSED, Move.SAY_BUSY, Move.SAY_NOBODY}
IN_OPEN_HOURS = {Move.SAY_BUSY, Move.SAY_NOBODY, Move.NUDGE, Move.CALL_LEAD, Move.ASK_INACTIVE}
"""Said only while somebody is there; they wait for the next opening otherwise."""


@dataclass(frozen=True)
class Rules:
    hours: Hours
    waiting: Waiting
    phrases: Phrasebook = field(default_factory=Phrasebook)


@dataclass(frozen=True)
class DueMove:
    """A move, and what it is about: the moment at which the wait, or the silence, began."""

    move: Move
    since: datetime


@dataclass(frozen=True)
class WatchedCase:
    """As much of a case as time has to do with. Moments are UTC."""

    state: CaseState
    tier: str | None
    asked_at: datetime | None
    """When the customer last began to wait for a person, or asked for one anew; None: it is their turn."""
    active_at: datetime
    """When customer or agent last said something; of no interest while the customer waits."""
    answered: bool
    """A person has spoken to the customer."""
    bot_answers: bool
    """The bot has the conversation while the case waits."""
    contact_at: datetime | None
    """When the customer last said how they can be reached."""
    made: Mapping[DueMove, datetime]
    """What was done already, and when."""


def due_moves(case: WatchedCase, now: datetime, rules: Rules) -> tuple[DueMove, ...]:
    """What is to be done now, in order."""
    is_open = rules.hours.is_open(now)
    due = [
        move
        for move, at in _schedule(case, rules).items()
        if at <= now and move not in case.made and (is_open or move.move not in IN_OPEN_HOURS)
    ]
    if is_open:
        due = [one for one in due if one.move is not Move.SAY_CLOSED]
    return tuple(one for one in due if not _is_pointless(one, due, case))


def look_again(case: WatchedCase, now: datetime, rules: Rules) -> datetime | None:
    """When the next move may fall due; None where nothing will by time alone.

    That may be now: a move that was made may have made another due.
    """
    if due_moves(case, now, rules):
        return now
    waits = [at for move, at in _schedule(case, rules).items() if move not in case.made]
    opens, closes = rules.hours.opens(now), rules.hours.closes(now)
    soonest = [at for at in (*waits, opens if waits else None, closes if waits else None) if at and at > now]
    return min(soonest, default=None)


def _is_pointless(one: DueMove, due: list[DueMove], case: WatchedCase) -> bool:
    stronger = STRONGER.get(one.move)
    if stronger is None:
        return False
    instead = DueMove(stronger, one.since)
    return instead in due or instead in case.made


def _schedule(case: WatchedCase, rules: Rules) -> dict[DueMove, datetime]:
    """When each move is due, as far as that can be told."""
    if case.state is CaseState.CLOSED:
        return {}
    planned = _silence(case, rules.waiting) if case.asked_at is None else _wait(case, case.asked_at, rules)
    return {move: at for move, at in planned.items() if at is not None}


def _wait(case: WatchedCase, asked_at: datetime, rules: Rules) -> dict[DueMove, datetime | None]:
    hours, waiting = rules.hours, rules.waiting
    target = waiting.target_of(case.tier, case.answered)
    lead = target + timedelta(minutes=waiting.lead_minutes)
    planned = {
        Move.NUDGE: hours.after(asked_at, target),
        Move.CALL_LEAD: hours.after(asked_at, lead),
    }
    if case.bot_answers:
        pass  # the customer knows already, and is not stuck
    elif case.state is CaseState.CLAIMED:
        planned[Move.SAY_CLOSED] = hours.closes(asked_at + target)  # the owner may work late
    else:
        planned[Move.SAY_CLOSED] = hours.closes(asked_at)
        planned[Move.SAY_BUSY] = _open_minutes(hours, asked_at, waiting.busy_minutes)
        planned[Move.SAY_NOBODY] = _open_minutes(hours, asked_at, waiting.nobody_minutes)
    return {**_contact(case), **{DueMove(move, asked_at): at for move, at in planned.items()}}


def _contact(case: WatchedCase) -> dict[DueMove, datetime | None]:
    asked_for_it = [at for due, at in case.made.items() if due.move in ASK_FOR_CONTACT]
    if case.contact_at is None or not asked_for_it:
        return {}
    return {DueMove(Move.CONFIRM_CONTACT, case.contact_at): max(case.contact_at, min(asked_for_it))}


def _silence(case: WatchedCase, waiting: Waiting) -> dict[DueMove, datetime | None]:
    if not waiting.inactive_hours:
        return {}
    ask, close = DueMove(Move.ASK_INACTIVE, case.active_at), DueMove(Move.CLOSE_INACTIVE, case.active_at)
    asked = case.made.get(ask)
    return {
        ask: case.active_at + timedelta(hours=waiting.inactive_hours),
        close: asked + timedelta(hours=waiting.close_hours) if asked else None,
    }


def _open_minutes(hours: Hours, since: datetime, minutes: float) -> datetime | None:
    return hours.after(since, timedelta(minutes=minutes)) if minutes else None
