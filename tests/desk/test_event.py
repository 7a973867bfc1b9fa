"""Slack's events, read once, including Slack's own sample payloads."""

from __future__ import annotations

from typing import Any

import pytest

from escalation.slack.event import Deletion, Edit, NotForUs, Reply, read_event
from escalation.slack.press import label, read_press, turn_of_block
from tests.shared import sample

SAID = {"type": "message", "channel": "C1", "ts": "2.0", "thread_ts": "1.0", "user": "U1", "text": "hi"}


def changed(**more: Any) -> dict[str, Any]:
    message = {**SAID, "edited": {"user": "U1", "ts": "3.0"}, **more}
    return {"type": "message", "subtype": "message_changed", "channel": "C1", "ts": "3.1", "message": message}


def test_what_a_person_says_in_a_thread_is_a_reply() -> None:
    assert read_event(SAID) == Reply("C1", "2.0", "1.0", "U1", "hi")


@pytest.mark.parametrize("subtype", ["thread_broadcast", "file_share"])
def test_so_it_is_when_the_channel_sees_it_or_a_file_hangs_on_it(subtype: str) -> None:
    assert isinstance(read_event({**SAID, "subtype": subtype}), Reply)


@pytest.mark.parametrize(
    "other",
    [
        {"bot_id": "B1"},
        {"subtype": "bot_message"},
        {"subtype": "channel_join"},
        {"subtype": "me_message"},
        {"subtype": "some_day_new"},
        {"thread_ts": None},
        {"thread_ts": "2.0"},
        {"user": "USLACKBOT"},
        {"user": None},
        {"type": "reaction_added"},
    ],
)
def test_everything_else_is_not_for_us(other: dict[str, Any]) -> None:
    assert read_event({**SAID, **other}) == NotForUs()


def test_an_edit_carries_its_own_stamp() -> None:
    assert read_event(changed(text="hello")) == Edit("C1", "2.0", "1.0", "U1", "hello", "3.0")


def test_a_change_that_nobody_typed_is_not_for_us() -> None:
    assert read_event(changed(edited=None)) == NotForUs()
    assert read_event(changed(bot_id="B1")) == NotForUs()


def test_a_deletion_is_one_whether_or_not_a_thread_hangs_on_it() -> None:
    gone = {"type": "message", "subtype": "message_deleted", "channel": "C1", "deleted_ts": "2.0", "ts": "4.0"}
    assert read_event({**gone, "previous_message": SAID}) == Deletion("C1", "2.0", "1.0", "U1")
    assert read_event(changed(subtype="tombstone", ts="1.0")) == Deletion("C1", "1.0")


def test_the_same_message_has_one_key_and_each_edit_its_own() -> None:
    reply, first, second = read_event(SAID), read_event(changed()), read_event(changed(edited={"ts": "5.0"}))
    keys = {event.key for event in (reply, first, second) if not isinstance(event, NotForUs)}
    assert len(keys) == 3


@pytest.mark.parametrize(
    "name",
    [
        "MessagePayload",
        "MessageChangedPayload",
        "MessageDeletedPayload",
        "MessageBotPayload",
        "MessageChannelJoinPayload",
        "MessageFileSharePayload",
        "MessageThreadBroadcastPayload",
        "ReactionAddedPayload",
        "AppMentionPayload",
    ],
)
def test_slacks_own_samples_are_read_without_a_fault(name: str) -> None:
    read_event(sample(name)["event"])


def test_slacks_own_sample_of_a_press_is_read_without_a_fault() -> None:
    assert read_press(sample("BlockActionPayload")).turn_id is None


def test_a_typed_name_becomes_an_intents_name() -> None:
    assert label("  Rent a boat! ") == "rent_a_boat"
    assert label("Größe ändern") == "größe_ändern"
    assert label("?!") == ""


def test_a_block_names_the_turn_it_is_about() -> None:
    assert turn_of_block("correct:17") == 17
    assert turn_of_block("correct:17:more") == 17
    assert turn_of_block("case:17") is None
    assert turn_of_block("correct:x") is None
