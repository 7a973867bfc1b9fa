"""What the window of the message shortcut does: a correction like any other, of a turn that may be new."""

from __future__ import annotations

from sqlmodel import Session

from escalation.finding import keep_found
from escalation.handover import Person
from escalation.slack.label_window import LabelledMessage
from escalation.slack.teaching.moves import active_seconds
from escalation.store.case import case_of_turn
from escalation.store.outbox import Errand, enqueue
from labeling.store.correction import Correction, CorrectionKind


def take_label(session: Session, labelled: LabelledMessage, person: Person) -> None:
    turn = keep_found(session, labelled.channel, labelled.ts, labelled.text)
    assert turn.id is not None
    session.add(
        Correction(
            turn_id=turn.id,
            kind=CorrectionKind.INTENT.value,
            intent=labelled.intent,
            person_id=person.id,
            person_name=person.name,
            source="slack",
            suggestion_visible=False,
            active_seconds=active_seconds(labelled.opened_at, labelled.sent_at),
        )
    )
    case_id = case_of_turn(session, turn)
    if case_id is not None:
        enqueue(session, case_id, Errand.UPDATE_CARD)
