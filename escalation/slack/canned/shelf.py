"""Which canned replies fit a case, and what their placeholders become there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlmodel import Session, select

from escalation.placeholder import AGENT, CUSTOMER, CannedConfig, found_in
from escalation.slack.case_file import CaseFile, read_case_file
from escalation.store.message import Message, Speaker
from labeling.store.canned_reply import CannedReply, offered, uses

SUGGESTED, MOST_SUGGESTED = 3, 6
"""Shown without a search: at least so many, and more only where they fit."""
GUESSES = 3
"""Guesses whose replies are suggested too, while nobody has said what the customer wanted."""


@dataclass(frozen=True)
class Shelf:
    """All replies, those that fit first; `count` by id."""

    replies: tuple[CannedReply, ...]
    fitting: int
    """How many of them are for what the customer wants."""
    count: Mapping[int, int]
    known: Mapping[str, str]
    """What placeholders become."""

    def reply(self, canned_id: int) -> CannedReply | None:
        return next((one for one in self.replies if one.id == canned_id), None)

    def search(self, query: str) -> list[CannedReply]:
        """Those with every word of the query somewhere in them."""
        words = query.casefold().split()
        return [one for one in self.replies if all(word in f"{one.title} {one.text}".casefold() for word in words)]


def read_shelf(session: Session, case_id: int, agent: str, config: CannedConfig) -> Shelf:
    """Raises KeyError where there is no such case."""
    file = read_case_file(session, case_id)
    count, wanted = uses(session), wanted_intents(file)
    replies = sorted(offered(session), key=lambda one: _rank(one, wanted, count))
    fitting = sum(one.intent in wanted for one in replies)
    rows = select(Message).where(
        Message.conversation_id == file.case.conversation_id, Message.speaker == Speaker.CUSTOMER.value
    )
    said = [message.text for message in sorted(session.exec(rows), key=lambda message: message.number)]
    known = {**found_in(said, config), CUSTOMER: file.conversation.customer_name, AGENT: agent}
    return Shelf(tuple(replies), fitting, count, known)


def wanted_intents(file: CaseFile) -> Sequence[str]:
    """What people said the customer wants; where nobody did, the best guesses."""
    said = [intent for one in file.corrections for intent in (one.intent, one.second_intent) if intent]
    guessed = [guess.intent for guess in file.ranking.guesses[:GUESSES]] if file.ranking else []
    return list(dict.fromkeys(said)) or guessed


def _rank(one: CannedReply, wanted: Sequence[str], count: Mapping[int, int]) -> tuple[int, int, str]:
    places = {intent: place for place, intent in enumerate(wanted)}
    order = places.get(one.intent or "", len(wanted) + (one.intent is not None))
    return order, -count.get(one.id or 0, 0), one.title.casefold()
