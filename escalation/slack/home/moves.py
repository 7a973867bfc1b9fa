"""What people do in App Home, and that they look at it."""

from __future__ import annotations

from collections.abc import Callable

from sqlmodel import Session

from escalation import handover
from escalation.handover import CaseClosed, CaseTaken, Person
from escalation.slack.event import HomeOpened
from escalation.slack.press import Do, Press
from escalation.store.agent import Agent, agent_of
from escalation.store.case import case_by_id, case_of_turn
from escalation.store.outbox import Errand, enqueue
from labeling.clock import now
from labeling.store.correction import Correction, CorrectionKind, corrections_of, standing
from labeling.store.turn import Turn, ranking_of


def take_home_opened(session: Session, event: HomeOpened) -> None:
    agent = agent_of(session, event.person_id)
    agent.home_opened_at, agent.home_page = now(), 0
    _show_anew(agent)


def take_home_press(session: Session, press: Press, person: Person) -> None:
    """The home is drawn anew at once; what went wrong stands on top of it."""
    agent = agent_of(session, person.id)
    agent.home_notice, agent.home_opened_at = "", now()
    _show_anew(agent)
    if press.action == Do.HOME_CLAIM.value:
        _move(session, agent, int(press.value), handover.claim, person)
    elif press.action == Do.HOME_RELEASE.value:
        _move(session, agent, int(press.value), handover.release, person)
    elif press.action == Do.HOME_UNDO.value:
        undo(session, int(press.value), person)
    elif press.action in (Do.HOME_AWAY.value, Do.HOME_BACK.value):
        go_away(session, person.id, press.action == Do.HOME_AWAY.value)
    elif press.action.startswith(Do.HOME_PAGE.value):
        agent.home_page = int(press.value)


def go_away(session: Session, person_id: str, away: bool) -> None:
    """Away people are neither called nor nudged; what they have stays theirs. The same again changes nothing."""
    agent = agent_of(session, person_id)
    agent.away_since = (agent.away_since or now()) if away else None
    _show_anew(agent)


def undo(session: Session, turn_id: int, person: Person) -> None:
    """Takes the person's word on the turn back, if one stands."""
    said = corrections_of(session, turn_id)
    turn = session.get(Turn, turn_id)
    if turn is None or not any(one.person_id == person.id for one in standing(said)):
        return
    session.add(
        Correction(
            turn_id=turn_id,
            kind=CorrectionKind.WITHDRAWN.value,
            person_id=person.id,
            person_name=person.name,
            source="slack",
            suggestion_visible=bool(ranking_of(turn).guesses),
        )
    )
    case_id = case_of_turn(session, turn)
    if case_id is not None:
        enqueue(session, case_id, Errand.UPDATE_CARD)


def _move(
    session: Session, agent: Agent, case_id: int, move: Callable[[Session, int, Person], object], person: Person
) -> None:
    try:
        move(session, case_id, person)
    except CaseTaken as taken:
        agent.home_notice = f"Case {case_id}: {taken}"
    except CaseClosed:
        by = case_by_id(session, case_id).closed_by or "Somebody"
        agent.home_notice = f"Case {case_id}: {by} has closed it already."


def _show_anew(agent: Agent) -> None:
    agent.home_shown, agent.home_published_at = f"not {now().isoformat()}", None  # a round in progress sees that
