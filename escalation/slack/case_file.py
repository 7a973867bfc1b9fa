"""Everything about a case that its card shows, read in one go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlmodel import Session, col, select

from escalation.case_summary import Summary, summarize
from escalation.store.case import Case, CaseState, case_by_id
from escalation.store.conversation import Conversation, conversation_by_id
from escalation.store.message import Message
from escalation.store.rating import rating_of
from labeling.labels import state_of
from labeling.ranking import Ranking
from labeling.store.cause import Cause, causes_of
from labeling.store.correction import Correction, corrections_of, standing
from labeling.store.review import reviews_of
from labeling.store.turn import Turn, ranking_of

ASKS_FOR_A_PERSON = "talk_to_person"
WITHOUT_A_WISH = {ASKS_FOR_A_PERSON, "greet", "goodbye", "thank", "affirm", "deny", "bot_challenge", "capabilities"}
"""Best guesses that say nothing of what the customer came for."""
_EARLIER_TURNS = 5
_MESSAGES = 200


@dataclass(frozen=True)
class CaseFile:
    """Rows in, for the card to be drawn from."""

    case: Case
    conversation: Conversation
    messages: tuple[Message, ...]
    """What was said up to the hand-over, in order; the thread shows the rest."""
    turn: Turn | None
    """The turn whose intent agents are asked about."""
    corrections: tuple[Correction, ...]
    """Each person's last word on that turn."""
    causes: Mapping[int, Cause] = field(default_factory=dict)
    """By correction, why it was needed, where somebody said so."""
    summary: Summary | None = None
    """Of a closed case."""
    earlier_cases: tuple[Case, ...] = ()
    """Those in which this customer needed people before, in order."""

    @property
    def ranking(self) -> Ranking | None:
        return ranking_of(self.turn) if self.turn else None


def read_case_file(session: Session, case_id: int) -> CaseFile:
    """Raises KeyError where there is no such case."""
    case = case_by_id(session, case_id)
    turn = _turn(session, case)
    said = _corrections(session, turn)
    closed = case.state == CaseState.CLOSED.value
    return CaseFile(
        case=case,
        conversation=conversation_by_id(session, case.conversation_id),
        messages=_messages(session, case),
        turn=turn,
        corrections=tuple(said),
        causes=causes_of(session, said),
        summary=_summary(session, case, turn) if closed else None,
        earlier_cases=_earlier_cases(session, case),
    )


def turn_to_correct(raising: Turn | None, later: Sequence[Turn], earlier: Sequence[Turn]) -> Turn | None:
    """The turn that says what the customer came for; `later` and `earlier` in order of time.

    Usually the one that raised the hand. Where that only asked for a person, the newest one with a wish since then,
    or else the newest before: the answer that did not help.
    """
    if raising is not None and _has_a_wish(raising):
        return raising
    for turn in (*reversed(later), *reversed(earlier)):
        if _has_a_wish(turn):
            return turn
    return raising


def _has_a_wish(turn: Turn) -> bool:
    return ranking_of(turn).best not in WITHOUT_A_WISH


def _turn(session: Session, case: Case) -> Turn | None:
    raising = session.get(Turn, case.turn_id) if case.turn_id else None
    if raising is not None and _has_a_wish(raising):
        return raising
    during = session.exec(
        select(Turn).where(col(Turn.message_id).in_(select(Message.id).where(Message.case_id == case.id)))
    )
    later = sorted((turn for turn in during if turn is not raising), key=lambda turn: turn.id or 0)
    return turn_to_correct(raising, later, _earlier(session, case, raising))


def _earlier(session: Session, case: Case, raising: Turn | None) -> list[Turn]:
    rows = select(Turn).where(Turn.conversation_id == case.conversation_id, Turn.created_at <= case.opened_at)
    newest = session.exec(rows.order_by(col(Turn.id).desc()).limit(_EARLIER_TURNS))
    return sorted((turn for turn in newest if turn is not raising), key=lambda turn: turn.id or 0)


def _earlier_cases(session: Session, case: Case) -> tuple[Case, ...]:
    rows = select(Case).where(Case.conversation_id == case.conversation_id, col(Case.id) < case.id)
    return tuple(session.exec(rows.order_by(col(Case.id))))


def _corrections(session: Session, turn: Turn | None) -> list[Correction]:
    return standing(corrections_of(session, turn.id)) if turn is not None and turn.id is not None else []


def _summary(session: Session, case: Case, turn: Turn | None) -> Summary:
    rows = select(Message).where(Message.case_id == case.id).order_by(col(Message.number))
    turn_id = turn.id if turn else None
    state = state_of(corrections_of(session, turn_id), reviews_of(session, turn_id)) if turn_id else None
    return summarize(case, turn, state, list(session.exec(rows)), rating_of(session, case.id or 0))


def _messages(session: Session, case: Case) -> tuple[Message, ...]:
    rows = select(Message).where(
        Message.conversation_id == case.conversation_id, Message.created_at <= case.opened_at
    )
    newest = list(session.exec(rows.order_by(col(Message.number).desc()).limit(_MESSAGES)))
    return tuple(reversed(newest))
