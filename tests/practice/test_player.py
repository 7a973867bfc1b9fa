"""The program that plays a person: it sees everything, fetches only what changed, and says what was refused."""

from __future__ import annotations

import pytest

from escalation.practice.player import Play, PlayRefused, PracticeSilent, buttons
from tests.practice.conftest import actions, button
from tests.practice.server import PracticeServer, practice_server


def test_what_was_seen_stays_seen_and_what_is_gone_goes(practice: PracticeServer, mina: Play):
    kept, gone = mina.post("kept"), mina.post("gone")
    assert {kept, gone} <= {message["ts"] for message in mina.messages()}
    mina.delete(gone)
    seen = {message["ts"] for message in mina.messages()}
    assert kept in seen and gone not in seen


def test_a_workspace_that_was_started_anew_is_seen_as_it_is_now():
    with practice_server() as first:
        jonas = first.play("jonas")
        for number in range(3):
            jonas.post(str(number))
        assert len(jonas.messages()) == 3
    with practice_server("--port", first.url.rpartition(":")[2]):
        assert jonas.messages() == []


def test_a_refusal_has_slacks_code_and_a_sentence(mina: Play):
    with pytest.raises(PlayRefused, match="Write something first") as problem:
        mina.post("  ")
    assert problem.value.code == "no_text"
    with pytest.raises(PlayRefused, match="only edit what you wrote"):
        mina.edit(mina.playing("jonas").post("mine"), "yours")


@pytest.mark.parametrize("address", ["http://127.0.0.1:1", "nonsense"])
def test_a_workspace_that_is_not_there_is_refused_with_its_address(address: str):
    with pytest.raises(PracticeSilent, match=address):
        Play(address).post("hello")


def test_the_buttons_of_a_message_are_found_with_their_blocks(practice: PracticeServer, mina: Play):
    blocks = [actions(button("one"), button("two"), block_id="b")]
    ts = practice.client().chat_postMessage(channel="#support", text="x", blocks=blocks)["ts"]
    card = mina.wait_for_message(lambda message: message["ts"] == ts)
    assert [(one["action_id"], one["block_id"]) for one in buttons(card)] == [("one", "b"), ("two", "b")]


def test_waiting_for_what_never_comes_ends(mina: Play):
    with pytest.raises(TimeoutError):
        mina.wait_for_message(lambda message: False, seconds=0.1)
