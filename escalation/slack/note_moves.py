"""Notes that are made other than by a prefix: by a reaction, or in the note window. And replies from their window."""

from __future__ import annotations

from sqlmodel import Session, select

from escalation import handover, speaking
from escalation.desk_config import DeskConfig
from escalation.handover import CaseClosed, CaseTaken, CaseUnclaimed, Person
from escalation.slack.attachments import Attached
from escalation.slack.enclosure import enclose, files_beside, kept, passing
from escalation.slack.event import Reaction
from escalation.slack.mrkdwn import escape
from escalation.slack.press import Press, Written
from escalation.slack.thread_moves import Words, keep_held, sent_message, take_back, tell, words_of
from escalation.store.case import Case, case_by_id
from escalation.store.conversation import conversation_by_id
from escalation.store.message import Message, Speaker
from escalation.store.outbox import Errand, enqueue
from escalation.store.remark import Fate, remark_at


def take_reaction(session: Session, event: Reaction) -> None:
    """Makes the message under which the reaction stands a note, whoever put it there; removing it changes nothing."""
    remark = remark_at(session, event.channel, event.ts)
    if remark is None:
        _take_back_ours(session, event)
    elif remark.fate == Fate.SENT.value:
        message = sent_message(session, remark)
        if message is not None:
            take_back(session, remark, message)
    elif remark.fate == Fate.HELD.value:
        keep_held(session, remark)
    else:
        remark.fate = Fate.NOTE.value


def take_written(
    session: Session, written: Written, person: Person, config: DeskConfig, attached: Attached | None = None
) -> None:
    """What was written in a window. Words that cannot be sent are given back to their author."""
    if written.note:
        enqueue(session, written.case_id, Errand.NOTE, person_id=person.id, note=written.text)
        return
    words = words_of(escape(written.text), lambda user_id: user_id)
    if written.message_id is not None:
        _change(session, written.message_id, words)
        return
    channel = conversation_by_id(session, case_by_id(session, written.case_id).conversation_id).channel
    attached = passing(attached or Attached(), channel, config.files)
    claims = config.owning.claim_on_reply
    sent = bool(words.text or attached.files) and _send(session, written, person, words, claims, attached)
    if attached.refusals:
        rest = "The rest of your message was sent." if sent else "Nothing was sent."
        tell(session, written.case_id, person.id, " ".join((*attached.refusals, rest)))


def _send(session: Session, written: Written, person: Person, words: Words, claims: bool, attached: Attached) -> bool:
    try:
        message = speaking.speak(session, written.case_id, person, words.text, written.key, claims, words.payload)
        enclose(message, kept(session, attached, message.id))
        return True
    except CaseTaken as taken:
        _give_back(session, written, str(taken))
    except CaseUnclaimed:
        _give_back(session, written, "Nobody has this case: claim it first.")
    except CaseClosed:
        _give_back(session, written, "This case has been closed.")
    return False


def take_back_own(session: Session, press: Press) -> None:
    """The menu of a reply from the window."""
    message = session.get(Message, _number(press.value))
    if message is None or message.case_id is None or message.deleted:
        return
    _take_back(session, message, press.person_id)
    enqueue(session, message.case_id, Errand.REWORD, message_id=message.id)


def reply_of(press: Press) -> int:
    """The id of the message whose menu was opened."""
    return _number(press.value)


def _number(value: str) -> int:
    number = value.rpartition(":")[2]
    return int(number) if number.isdecimal() else 0


def _change(session: Session, message_id: int, words: Words) -> None:
    message = session.get(Message, message_id)
    if message is None or message.case_id is None or message.deleted:
        return
    handover.reword(message, words.text, {**words.payload, **files_beside(message)})
    enqueue(session, message.case_id, Errand.REWORD, message_id=message.id)


def _take_back(session: Session, message: Message, person_id: str) -> None:
    assert message.case_id is not None
    handover.reword(message, None)
    words = "It was taken back from the customer, who may have read it already."
    tell(session, message.case_id, person_id, words)


def _take_back_ours(session: Session, event: Reaction) -> None:
    """A reply from the window stands in the thread under our own name."""
    rows = (
        select(Message)
        .join(Case, Case.id == Message.case_id)  # type: ignore[arg-type]
        .where(Message.slack_ts == event.ts, Case.slack_channel == event.channel)
        .where(Message.speaker == Speaker.AGENT.value)
    )
    message = session.exec(rows).first()
    if message is not None and message.case_id is not None and not message.deleted:
        _take_back(session, message, event.person_id)


def _give_back(session: Session, written: Written, why: str) -> None:
    said = " ".join([written.text, *(f"[{file['name']}]" for file in written.files)]).strip()
    tell(session, written.case_id, written.person_id, f"{why} Your reply was not sent: {said}")
