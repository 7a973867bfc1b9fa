"""What waits in one look at the inbox, so that nothing of the same case overtakes it."""

from __future__ import annotations

from sqlmodel import Session

from escalation.slack.canned.item import CannedSend
from escalation.slack.event import Deletion, Edit, Reaction, Reply
from escalation.slack.press import Press, Written
from escalation.store.posted_card import card_at


class HeldUp:
    """Cases, and single messages in Slack: a reaction does not say in which thread it was."""

    def __init__(self) -> None:
        self._cases: set[int] = set()
        self._messages: set[tuple[str, str]] = set()

    def __bool__(self) -> bool:
        return bool(self._cases or self._messages)

    def add(self, item: object, case_id: int | None) -> None:
        if case_id is not None:
            self._cases.add(case_id)
        if isinstance(item, Reply):
            self._messages.add((item.channel, item.ts))

    def holds(self, item: object, case_id: int | None) -> bool:
        if isinstance(item, Edit | Deletion | Reaction) and (item.channel, item.ts) in self._messages:
            return True
        return case_id in self._cases


def case_of(session: Session, item: object) -> int | None:
    """The case in whose order the item stands; None where it stands in none's."""
    if isinstance(item, Written | CannedSend):
        return item.case_id
    if isinstance(item, Reply | Edit | Deletion):
        card = card_at(session, item.channel, item.thread_ts)
    elif isinstance(item, Press):
        card = card_at(session, item.channel, item.message_ts)
    else:
        return None
    return card.case_id if card else None
