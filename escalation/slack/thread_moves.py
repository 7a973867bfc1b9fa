"""What agents write in a case's thread: to the customer, or as a private note, or held until they decide."""

from __future__ import annotations

from collections.abc import Callable

from sqlmodel import Session

from escalation import handover
from escalation.desk_config import DeskConfig
from escalation.handover import CaseClosed, CaseTaken, CaseUnclaimed, Person
from escalation.slack.event import Deletion, Edit, Reply
from escalation.slack.mrkdwn import to_plain
from escalation.slack.note import PREFIXES, Privacy, privacy
from escalation.store.case import CaseState, case_by_id
from escalation.store.message import Message, find_by_slack_ts
from escalation.store.outbox import Errand, enqueue
from escalation.store.posted_card import card_at
from escalation.store.remark import Fate, Remark, remark_at

NameOf = Callable[[str], str]
Named = Callable[[str], Person]


def take_reply(session: Session, event: Reply, named: Named, config: DeskConfig) -> None:
    """Decides once what becomes of a message in a thread; the same message again changes nothing."""
    card = card_at(session, event.channel, event.thread_ts)
    if card is None or remark_at(session, event.channel, event.ts) is not None:
        return
    remark = Remark(
        case_id=card.case_id,
        slack_channel=event.channel,
        slack_ts=event.ts,
        person_id=event.person_id,
        fate=Fate.UNSENT.value,
    )
    session.add(remark)
    _decide(session, remark, event.text, named, config)
    if event.files:
        tell(session, remark.case_id, remark.person_id, _about_files(event.files, remark))


def take_edit(session: Session, event: Edit, named: Named, config: DeskConfig) -> None:
    """The customer sees the newest wording of what was sent. A note stays a note, whatever it now looks like."""
    remark = remark_at(session, event.channel, event.ts)
    if remark is None:  # the edit overtook the message itself, which may have been a note
        text = event.text if privacy(event.before) is Privacy.OPEN else event.before
        reply = Reply(event.channel, event.ts, event.thread_ts, event.person_id, text)
        take_reply(session, reply, named, config)
        remark = remark_at(session, event.channel, event.ts)
    elif event.edited_ts > remark.edited_ts:
        _reword(session, remark, event.text, named)
    if remark is not None:
        remark.edited_ts = max(remark.edited_ts, event.edited_ts)


def take_deletion(session: Session, event: Deletion) -> None:
    """A deleted reply is taken back from the customer; a deleted card is posted again while its case is open."""
    card = card_at(session, event.channel, event.ts)
    if card is not None:
        _lose_card(session, card.case_id, event.ts)
        return
    remark = remark_at(session, event.channel, event.ts) or _unread(session, event)
    if remark is None:
        return
    message = _sent_message(session, remark)
    if message is not None:
        handover.reword(message, None)
    remark.fate, remark.text = Fate.UNSENT.value, ""


def send_held(session: Session, remark: Remark, person: Person, name_of: NameOf) -> None:
    """The author takes the case over and says it. Raises CaseClosed."""
    handover.take_over(session, remark.case_id, person)
    handover.reply(session, remark.case_id, person, to_plain(remark.text, name_of), remark.slack_ts)
    remark.fate, remark.text = Fate.SENT.value, ""


def send_as_self(session: Session, remark: Remark, person: Person, name_of: NameOf) -> None:
    """The author says it, and the case stays where it is. Raises CaseClosed."""
    handover.interject(session, remark.case_id, person, to_plain(remark.text, name_of), remark.slack_ts)
    remark.fate, remark.text = Fate.SENT.value, ""


def keep_held(session: Session, remark: Remark) -> None:
    """The author makes a note of it."""
    remark.fate, remark.text = Fate.NOTE.value, ""
    _seal(session, remark)


def tell(session: Session, case_id: int, person_id: str, words: str) -> None:
    """To this person alone, in the thread."""
    enqueue(session, case_id, Errand.TELL, person_id=person_id, note=words)


def _decide(session: Session, remark: Remark, text: str, named: Named, config: DeskConfig) -> None:
    person = named(remark.person_id)
    kind = privacy(text)
    if kind is not Privacy.OPEN:
        _keep_private(session, remark, kind)
        return
    words = to_plain(text, lambda user_id: named(user_id).name)
    if not words:
        return
    claims = config.owning.claim_on_reply
    try:
        handover.reply(session, remark.case_id, person, words, remark.slack_ts, claims)
        remark.fate = Fate.SENT.value
    except (CaseTaken, CaseUnclaimed):
        remark.fate, remark.text = Fate.HELD.value, text
        enqueue(session, remark.case_id, Errand.ASK, person_id=remark.person_id, note=remark.slack_ts)
    except CaseClosed:
        tell(session, remark.case_id, remark.person_id, _closed(session, remark))


def _keep_private(session: Session, remark: Remark, kind: Privacy) -> None:
    remark.fate, remark.text = Fate.NOTE.value, ""
    _seal(session, remark)
    if kind is Privacy.MIXED:
        words = (
            f"One line of your message begins like a private note ({PREFIXES}), so none of it went to the customer. "
            "Please send the rest as a message of its own."
        )
        tell(session, remark.case_id, remark.person_id, words)


def _reword(session: Session, remark: Remark, text: str, named: Named) -> None:
    if remark.fate == Fate.HELD.value:
        if privacy(text) is Privacy.OPEN:
            remark.text = text
        else:
            keep_held(session, remark)
    elif remark.fate == Fate.SENT.value:
        _reword_sent(session, remark, text, named)


def _reword_sent(session: Session, remark: Remark, text: str, named: Named) -> None:
    message = _sent_message(session, remark)
    if message is None:
        return
    words = to_plain(text, lambda user_id: named(user_id).name)
    if privacy(text) is not Privacy.OPEN:
        handover.reword(message, None)
        remark.fate = Fate.NOTE.value
        _seal(session, remark)
        words = "It is a private note now and was taken back from the customer, who may have read it already."
        tell(session, remark.case_id, remark.person_id, words)
    elif words != message.text:
        handover.reword(message, words or None)


def _sent_message(session: Session, remark: Remark) -> Message | None:
    return find_by_slack_ts(session, remark.case_id, remark.slack_ts) if remark.fate == Fate.SENT.value else None


def _unread(session: Session, event: Deletion) -> Remark | None:
    """The deletion overtook the message: what arrives later must not be sent."""
    card = card_at(session, event.channel, event.thread_ts)
    if card is None:
        return None
    remark = Remark(
        case_id=card.case_id,
        slack_channel=event.channel,
        slack_ts=event.ts,
        person_id=event.person_id,
        fate=Fate.UNSENT.value,
    )
    session.add(remark)
    return remark


def _lose_card(session: Session, case_id: int, ts: str) -> None:
    case = case_by_id(session, case_id)
    if case.slack_ts == ts and case.state != CaseState.CLOSED.value:
        case.slack_ts = None
        enqueue(session, case_id, Errand.UPDATE_CARD)


def _seal(session: Session, remark: Remark) -> None:
    enqueue(session, remark.case_id, Errand.SEAL, note=remark.slack_ts)


def _closed(session: Session, remark: Remark) -> str:
    by = case_by_id(session, remark.case_id).closed_by or "somebody"
    return f"{by} has closed this case, so your reply was not sent. The customer's next question opens a new one."


def _about_files(files: tuple[str, ...], remark: Remark) -> str:
    names = ", ".join(files)
    rest = "Your words were sent." if remark.fate == Fate.SENT.value else "Nothing was sent."
    return f"Files cannot be passed on to customers yet, so {names} stayed in Slack. {rest}"
