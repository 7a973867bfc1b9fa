"""What a case's threads in Slack hold that no event has told of. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from escalation.slack.event import Deletion, Edit, Reaction, Reply, read_event
from escalation.store.remark import Fate, Remark

JSON = Mapping[str, Any]
Missed = Reply | Edit | Deletion | Reaction
_FOR_THE_CUSTOMER = {Fate.SENT.value, Fate.HELD.value}


@dataclass(frozen=True)
class Desk:
    """What the desk must know of itself to tell others' doings from its own."""

    user_id: str
    locks: tuple[str, ...]
    """The reactions that make a note."""


def missed(
    channel: str, threads: Mapping[str, Sequence[JSON]], remarks: Sequence[Remark], desk: Desk
) -> list[Missed]:
    """As the events would have said it, so that an event that comes after all is a repetition.

    `threads` are whole, by the ts of the case's cards, and were read after `remarks` were.
    """
    known = {remark.slack_ts: remark for remark in remarks}
    messages = sorted((one for thread in threads.values() for one in thread), key=lambda one: str(one["ts"]))
    standing = {str(one["ts"]) for one in messages if one.get("subtype") != "tombstone"}
    found: list[Missed] = [Deletion(channel, card_ts) for card_ts in threads if card_ts not in standing]
    for message in messages:
        found += _words(channel, message, known.get(str(message["ts"])), desk)
        found += _locked(channel, message, desk)
    return [*found, *_gone(channel, standing, remarks)]


def _words(channel: str, message: JSON, remark: Remark | None, desk: Desk) -> Iterator[Missed]:
    said = read_event({**message, "channel": channel})
    if not isinstance(said, Reply) or said.person_id == desk.user_id:
        return
    edited_ts = str((message.get("edited") or {}).get("ts") or "")
    if remark is None:
        yield replace(said, edited_ts=edited_ts)
    elif edited_ts > remark.edited_ts:
        yield Edit(channel, said.ts, said.thread_ts, said.person_id, said.text, edited_ts)


def _locked(channel: str, message: JSON, desk: Desk) -> Iterator[Missed]:
    for reaction in message.get("reactions") or []:
        people = [user for user in reaction.get("users") or [] if user != desk.user_id]
        if reaction.get("name") in desk.locks and people:
            yield Reaction(channel, str(message["ts"]), str(reaction["name"]), people[0])


def _gone(channel: str, standing: Collection[str], remarks: Sequence[Remark]) -> Iterator[Missed]:
    """A workspace may remove what is old by a rule of its own, oldest first; nobody means to take that back. So
    somebody has deleted only what is missing while something older still stands."""
    oldest = min(standing, default="")
    for remark in remarks:
        is_missing = remark.slack_ts not in standing and oldest and oldest < remark.slack_ts
        if is_missing and remark.fate in _FOR_THE_CUSTOMER:
            yield Deletion(channel, remark.slack_ts, person_id=remark.person_id)
