"""What agents write in a case's thread: to the customer, or as a private note, or held until they decide."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlmodel import Session, select

from escalation import handover, speaking
from escalation.desk_config import DeskConfig
from escalation.handover import CaseClosed, CaseTaken, CaseUnclaimed, Person
from escalation.relay import Policy
from escalation.rich_text import is_formatted, plain
from escalation.slack.attachments import Attached
from escalation.slack.enclosure import enclose, files_beside, kept, passing
from escalation.slack.event import Deletion, Edit, Reply
from escalation.slack.failure import CARD_GONE
from escalation.slack.note import PREFIXES, Privacy, privacy
from escalation.slack.runs import NameOf, read_runs
from escalation.store.case import CaseState, case_by_id
from escalation.store.conversation import conversation_by_id
from escalation.store.file import StoredFile
from escalation.store.message import Message, find_by_slack_ts
from escalation.store.outbox import Errand, enqueue
from escalation.store.posted_card import card_at
from escalation.store.remark import Fate, Remark, remark_at

log = logging.getLogger(__name__)

Named = Callable[[str], Person]


@dataclass(frozen=True)
class Words:
    """What an agent typed, for the customer."""

    text: str
    payload: Mapping[str, Any] = field(default_factory=dict)


def words_of(mrkdwn: str, name_of: NameOf) -> Words:
    """Plain, and with its formatting where it has any."""
    runs = read_runs(mrkdwn, name_of)
    return Words(plain(runs), {"runs": [run.to_json() for run in runs]} if is_formatted(runs) else {})


def take_reply(
    session: Session, event: Reply, named: Named, config: DeskConfig, attached: Attached | None = None
) -> None:
    """Decides once what becomes of a message in a thread; the same message again changes nothing."""
    card = card_at(session, event.channel, event.thread_ts)
    if card is None or remark_at(session, event.channel, event.ts) is not None:
        return
    remark = _remark(session, card.case_id, event.channel, event.ts, event.person_id)
    remark.edited_ts = event.edited_ts
    _decide(session, remark, event.text, named, config, attached or Attached())


def take_edit(session: Session, event: Edit, named: Named, config: DeskConfig) -> None:
    """The customer sees the newest wording of what was sent. A note stays a note, whatever it now looks like."""
    remark = remark_at(session, event.channel, event.ts)
    # It may have overtaken the message itself, or an edit that made a note of it for a moment.
    text = event.text if privacy(event.before) is Privacy.OPEN else event.before
    if remark is None:
        reply = Reply(event.channel, event.ts, event.thread_ts, event.person_id, text)
        take_reply(session, reply, named, config)
        remark = remark_at(session, event.channel, event.ts)
    elif event.edited_ts > remark.edited_ts or privacy(text) is not Privacy.OPEN:
        _reword(session, remark, text, named)
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
    message = sent_message(session, remark)
    if message is not None:
        handover.reword(message, None)
    forget_held(session, remark)
    remark.fate = Fate.UNSENT.value


def send_held(session: Session, remark: Remark, person: Person, name_of: NameOf) -> None:
    """The author takes the case over and says it. Raises CaseClosed."""
    handover.take_over(session, remark.case_id, person)
    words = words_of(remark.text, name_of)
    message = handover.reply(session, remark.case_id, person, words.text, remark.slack_ts, payload=words.payload)
    _let_go(session, remark, message)


def send_as_self(session: Session, remark: Remark, person: Person, name_of: NameOf) -> None:
    """The author says it, and the case stays where it is. Raises CaseClosed."""
    words = words_of(remark.text, name_of)
    message = speaking.interject(session, remark.case_id, person, words.text, remark.slack_ts, words.payload)
    _let_go(session, remark, message)


def keep_held(session: Session, remark: Remark) -> None:
    """The author makes a note of it."""
    forget_held(session, remark)
    remark.fate = Fate.NOTE.value
    seal(session, remark)


def forget_held(session: Session, remark: Remark) -> None:
    """The words and files that waited for a decision."""
    for key in remark.files:
        stored = session.get(StoredFile, key)
        if stored is not None and stored.message_id is None:
            session.delete(stored)
    remark.text, remark.files = "", []


def tell(session: Session, case_id: int, person_id: str, words: str) -> None:
    """To this person alone, in the thread."""
    enqueue(session, case_id, Errand.TELL, person_id=person_id, note=words)


def seal(session: Session, remark: Remark) -> None:
    enqueue(session, remark.case_id, Errand.SEAL, note=remark.slack_ts)


def sent_message(session: Session, remark: Remark) -> Message | None:
    return find_by_slack_ts(session, remark.case_id, remark.slack_ts) if remark.fate == Fate.SENT.value else None


def _decide(
    session: Session, remark: Remark, text: str, named: Named, config: DeskConfig, attached: Attached
) -> None:
    kind = privacy(text)
    channel = conversation_by_id(session, case_by_id(session, remark.case_id).conversation_id).channel
    if kind is not Privacy.OPEN:
        _keep_private(session, remark, kind)
    elif config.relay.policy_of(channel) is Policy.BUTTON:
        _keep_inside(session, remark)
    else:
        attached = passing(attached, channel, config.files)
        if remark.edited_ts:
            _hold(session, remark, text, attached)  # its first wording may have been a note
        else:
            _relay(session, remark, text, named, config.owning.claim_on_reply, attached)
        if attached.refusals:
            tell(session, remark.case_id, remark.person_id, _about_refusals(attached, remark))


def _relay(session: Session, remark: Remark, text: str, named: Named, claims: bool, attached: Attached) -> None:
    words = words_of(text, lambda user_id: named(user_id).name)
    if not words.text and not attached.files:
        return
    person = named(remark.person_id)
    try:
        message = handover.reply(session, remark.case_id, person, words.text, remark.slack_ts, claims, words.payload)
        remark.fate = Fate.SENT.value
        enclose(message, kept(session, attached, message.id))
    except (CaseTaken, CaseUnclaimed):
        _hold(session, remark, text, attached)
    except CaseClosed:
        tell(session, remark.case_id, remark.person_id, _closed(session, remark))


def _hold(session: Session, remark: Remark, text: str, attached: Attached) -> None:
    """Its author is asked what to do with it."""
    remark.fate, remark.text = Fate.HELD.value, text
    remark.files = [stored.key for stored in kept(session, attached, None)]
    enqueue(session, remark.case_id, Errand.ASK, person_id=remark.person_id, note=remark.slack_ts)


def _let_go(session: Session, remark: Remark, message: Message) -> None:
    """A held remark is sent, its files with it."""
    files = [stored for key in remark.files if (stored := session.get(StoredFile, key)) is not None]
    for stored in files:
        stored.message_id = message.id
    enclose(message, files)
    remark.fate, remark.text, remark.files = Fate.SENT.value, "", []


def _keep_private(session: Session, remark: Remark, kind: Privacy) -> None:
    remark.fate = Fate.NOTE.value
    seal(session, remark)
    if kind is Privacy.MIXED:
        words = (
            f"One line of your message begins like a private note ({PREFIXES}), so none of it went to the customer. "
            "Please send the rest as a message of its own."
        )
        tell(session, remark.case_id, remark.person_id, words)


def _keep_inside(session: Session, remark: Remark) -> None:
    """Its author is told once a case; after that they know."""
    rows = select(Remark.id).where(Remark.case_id == remark.case_id, Remark.person_id == remark.person_id)
    told = session.exec(rows.where(Remark.fate == Fate.INSIDE.value)).first()
    remark.fate = Fate.INSIDE.value
    if told is None:
        words = "This stays in Slack: here the customer reads only what is sent with the card's Reply… button."
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
    message = sent_message(session, remark)
    if message is None:
        return
    if privacy(text) is not Privacy.OPEN:
        take_back(session, remark, message)
        seal(session, remark)
        return
    words = words_of(text, lambda user_id: named(user_id).name)
    files = files_beside(message)
    payload = {**words.payload, **files}
    if (words.text, payload) != (message.text, message.payload):
        handover.reword(message, words.text if words.text or files else None, payload)


def take_back(session: Session, remark: Remark, message: Message) -> None:
    """What was sent is made a note, and stays one."""
    handover.reword(message, None)
    remark.fate = Fate.NOTE.value
    words = "It is a private note now and was taken back from the customer, who may have read it already."
    tell(session, remark.case_id, remark.person_id, words)


def _unread(session: Session, event: Deletion) -> Remark | None:
    """The deletion overtook the message: what arrives later must not be sent."""
    card = card_at(session, event.channel, event.thread_ts)
    if card is None:
        return None
    return _remark(session, card.case_id, event.channel, event.ts, event.person_id)


def _remark(session: Session, case_id: int, channel: str, ts: str, person_id: str) -> Remark:
    remark = Remark(case_id=case_id, slack_channel=channel, slack_ts=ts, person_id=person_id, fate=Fate.UNSENT.value)
    session.add(remark)
    return remark


def _lose_card(session: Session, case_id: int, ts: str) -> None:
    case = case_by_id(session, case_id)
    if case.slack_ts == ts and case.state != CaseState.CLOSED.value:
        log.warning(CARD_GONE, case_id)
        case.slack_ts = None
        enqueue(session, case_id, Errand.UPDATE_CARD)


def _closed(session: Session, remark: Remark) -> str:
    by = case_by_id(session, remark.case_id).closed_by or "somebody"
    return f"{by} has closed this case, so your reply was not sent. The customer's next question opens a new one."


def _about_refusals(attached: Attached, remark: Remark) -> str:
    rest = {
        Fate.SENT.value: "The rest of your message was sent.",
        Fate.HELD.value: "The rest of your message is held.",
    }.get(remark.fate, "Nothing was sent.")
    return " ".join((*attached.refusals, rest))
