"""What becomes of a canned reply: sent and counted, or kept in new words."""

from __future__ import annotations

from sqlmodel import Session

from escalation import speaking
from escalation.handover import CaseClosed, CaseTaken, CaseUnclaimed, Person
from escalation.slack.canned.item import CannedKeep, CannedSend
from escalation.slack.thread_moves import tell
from labeling.clock import now
from labeling.store.canned_reply import CannedReply, CannedUse


def take_send(session: Session, item: CannedSend, person: Person, claims: bool) -> None:
    """The customer gets it as the agent's own words, and the thread shows it."""
    try:
        message = speaking.speak(session, item.case_id, person, item.text, item.key, claims)
    except CaseTaken as taken:
        tell(session, item.case_id, person.id, f"{taken} Your canned reply was not sent.")
        return
    except CaseUnclaimed:
        tell(session, item.case_id, person.id, "Nobody has this case yet: claim it, and send your reply again.")
        return
    except CaseClosed:
        tell(session, item.case_id, person.id, "The case has been closed meanwhile, so your reply was not sent.")
        return
    assert message.id is not None
    use = CannedUse(canned_id=item.canned_id, message_id=message.id, person_id=person.id, was_edited=item.was_edited)
    session.add(use)


def take_keep(session: Session, item: CannedKeep, person: Person) -> None:
    """A new one, another wording, or, without a text, the end of it."""
    one = session.get(CannedReply, item.canned_id) if item.canned_id else None
    if one is None:
        session.add(CannedReply(title=item.title, text=item.text, intent=item.intent, author=person.name))
        return
    if not item.text:
        one.retired_at = now()
        return
    one.title, one.text, one.intent = item.title, item.text, item.intent
    one.author, one.edited_at = person.name, now()
