"""The desk in a Slack that nobody here wrote; skipped until `make test-slack-emulator` has installed it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from slack_sdk.signature import SignatureVerifier

from escalation.store.message import Speaker
from tests.desk.conftest import all_text
from tests.emulator.conftest import SECRET, Stand
from tests.emulator.emulator import BOT_USER
from tests.until import until

pytestmark = pytest.mark.emulator


def test_a_case_becomes_one_card_and_what_the_customer_adds_stands_in_its_thread(at_work: Stand) -> None:
    case_id = at_work.raise_hand("where is my money??")
    card = at_work.card(case_id)
    assert card["user"] == BOT_USER
    assert "where is my money??" in all_text(card)
    at_work.write(case_id, "are you <there> & awake?")
    until(lambda: "are you &lt;there&gt; &amp; awake?" in str(at_work.thread(case_id)))
    assert len(at_work.cards(case_id)) == 1
    assert at_work.slack.answers("message") == {"200"}


def test_what_the_desk_itself_posts_is_never_taken_for_an_agents_reply(at_work: Stand) -> None:
    case_id = at_work.raise_hand("hello?")
    at_work.card(case_id)
    at_work.write(case_id, "is anybody there?")
    until(lambda: "is anybody there?" in str(at_work.thread(case_id)))
    at_work.reply(at_work.slack.agent("mina"), case_id, "Yes!")
    until(lambda: at_work.heard(case_id))
    assert at_work.heard(case_id) == ["Yes!"]


def test_an_agents_words_reach_the_customer_and_so_do_their_edits_and_their_end(at_work: Stand) -> None:
    mina = at_work.slack.agent("mina")
    case_id = at_work.raise_hand("my tent leaks")
    ts = at_work.reply(mina, case_id, "We send you a new one.")
    (reply,) = until(lambda: at_work.said(case_id, Speaker.AGENT))
    assert (reply.text, reply.author) == ("We send you a new one.", "Mina Okafor")
    until(lambda: "Mina Okafor" in all_text(at_work.card(case_id)))
    mina.chat_update(channel=at_work.channel, ts=ts, text="We send you a new one *today*.")
    until(lambda: at_work.heard(case_id) == ["We send you a new one today."])
    mina.chat_delete(channel=at_work.channel, ts=ts)
    until(lambda: at_work.heard(case_id) == [])


def test_a_note_stays_in_slack_and_wears_a_lock(at_work: Stand) -> None:
    mina = at_work.slack.agent("mina")
    case_id = at_work.raise_hand("my tent leaks")
    note = at_work.reply(mina, case_id, "// third tent this year")
    until(lambda: "lock" in at_work.reactions(case_id, note))
    at_work.reply(mina, case_id, "Sorry to hear that.")
    until(lambda: at_work.heard(case_id))
    assert at_work.heard(case_id) == ["Sorry to hear that."]


def test_an_agents_file_reaches_the_customer(at_work: Stand) -> None:
    case_id = at_work.raise_hand("how do I pitch it?")
    thread_ts = at_work.card(case_id)["ts"]
    at_work.slack.agent("mina").files_upload_v2(
        channel=at_work.channel, thread_ts=thread_ts, content="Poles first.", filename="pitching.txt"
    )
    (reply,) = until(lambda: at_work.said(case_id, Speaker.AGENT))
    assert [(file["name"], file["size"]) for file in reply.payload["files"]] == [("pitching.txt", 12)]


def test_a_customers_file_stands_in_the_thread_and_does_not_come_back(at_work: Stand) -> None:
    case_id = at_work.raise_hand("look at this")
    at_work.write(case_id, "", {"holes.txt": b"one, two, three"})
    until(lambda: any(shared.get("files") for shared in at_work.thread(case_id)))
    (shared,) = [shared for shared in at_work.thread(case_id) if shared.get("files")]
    assert [(file["name"], file["size"]) for file in shared["files"]] == [("holes.txt", 15)]
    at_work.reply(at_work.slack.agent("mina"), case_id, "Thank you.")
    until(lambda: at_work.heard(case_id))
    assert at_work.heard(case_id) == ["Thank you."]


def test_a_colleagues_reply_is_held_while_somebody_else_has_the_case(at_work: Stand) -> None:
    case_id = at_work.raise_hand("my tent leaks")
    at_work.reply(at_work.slack.agent("mina"), case_id, "I am looking.")
    until(lambda: at_work.heard(case_id))
    at_work.reply(at_work.slack.agent("jonas"), case_id, "Me too!")
    at_work.reply(at_work.slack.agent("mina"), case_id, "Found it.")
    until(lambda: len(at_work.heard(case_id)) == 2)
    assert at_work.heard(case_id) == ["I am looking.", "Found it."]


def test_app_home_shows_the_queue_to_whoever_opens_it(at_work: Stand) -> None:
    """That somebody opens it is told to the desk by the test, in the emulator's stead."""
    at_work.raise_hand("hello?", reason="Nobody taught me about zips.")
    mina = at_work.slack.agent("mina").auth_test()["user_id"]
    event = {"type": "app_home_opened", "user": mina, "tab": "home", "event_ts": f"{time.time():.6f}"}
    body = json.dumps({"type": "event_callback", "team_id": "T000000001", "event": event})
    stamp = str(int(time.time()))
    signature = SignatureVerifier(SECRET).generate_signature(timestamp=stamp, body=body)
    headers = {
        "x-slack-request-timestamp": stamp,
        "x-slack-signature": signature or "",
        "content-type": "application/json",
    }
    assert httpx.post(at_work.address, content=body, headers=headers, trust_env=False).status_code == 200
    until(lambda: "Nobody taught me about zips." in at_work.slack.page("views"))


def test_an_event_with_a_signature_of_another_secret_is_refused(new_stand: Callable[[str], Any]) -> None:
    with new_stand("what-the-desk-alone-knows") as deaf:
        case_id = deaf.raise_hand("hello?")
        deaf.reply(deaf.slack.agent("mina"), case_id, "Hello!")
        assert deaf.slack.answers("message") == {"401"}
        deaf.write(case_id, "hello??")
        until(lambda: "hello??" in str(deaf.thread(case_id)))
        assert deaf.said(case_id, Speaker.AGENT) == []


def test_what_agents_wrote_while_the_desk_could_not_hear_is_read_in_the_thread_afterwards(
    new_stand: Callable[[str], Any],
) -> None:
    with new_stand("what-the-desk-alone-knows") as deaf:
        case_id = deaf.raise_hand("hello?")
        mina = deaf.slack.agent("mina")
        note = deaf.reply(mina, case_id, "// a regular")
        deaf.reply(mina, case_id, "Hello!")
        deaf.write(case_id, "is anybody there?")
        until(lambda: "is anybody there?" in str(deaf.thread(case_id)))
        deaf.reply(mina, case_id, "Yes!")
        assert deaf.heard(case_id) == []
        deaf.restart(SECRET)
        until(lambda: len(deaf.heard(case_id)) == 2)
        until(lambda: "lock" in deaf.reactions(case_id, note))
        assert deaf.heard(case_id) == ["Hello!", "Yes!"]
