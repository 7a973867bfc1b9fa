"""The whole loop on real processes, over HTTP and Slack's own clients: once on SQLite, once on PostgreSQL."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from escalation.practice.player import Play
from tests.acceptance.stand import Stand, stand
from tests.until import until

pytestmark = pytest.mark.acceptance

KNOWN = "How long does delivery take?"
UNSURE = "the pointy bits on my crampons have gone blunt, do you sharpen them"
NEW_WORDS = "do you sharpen crampons"
WANTED = "repair_service"
DOUBTFUL = "I have a question about a refund"
CHOSEN, CHOSEN_TITLE = "refund_status", "Where is my refund?"


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def running(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    home = tmp_path_factory.mktemp("loop")
    url = f"sqlite:///{home / 'handraise.db'}"
    if request.param == "postgresql":
        url = request.getfixturevalue("module_postgresql_url")
    with stand(home, url) as services:
        yield services


def card_about(agent: Play, words: str) -> dict[str, Any]:
    return agent.wait_for_message(lambda message: words in str(message.get("blocks")), seconds=60)


def fresh(agent: Play, card: dict[str, Any]) -> dict[str, Any]:
    return next(message for message in agent.messages() if message["ts"] == card["ts"])


def test_the_bot_learns_from_the_answer_that_a_person_gave(running: Stand) -> None:
    first_version = running.trainer("GET", "status")["version"]
    customer = running.customer()

    known = customer.ask(KNOWN)
    assert known.person is None
    assert "working days" in known.said_by("bot")[0]

    customer.ask(UNSURE)
    assert customer.look().person == "waiting"

    with running.agent("mina") as mina, running.agent("jonas") as jonas:
        card = card_about(mina, "pointy bits")
        with ThreadPoolExecutor(2) as hands:
            list(hands.map(lambda agent: agent.click(card, "claim"), [mina, jonas]))
        until(lambda: "talks with" in str(fresh(mina, card)["blocks"]))
        owner, loser = (mina, jonas) if "Mina" in str(fresh(mina, card)["blocks"][0]) else (jonas, mina)
        told = loser.wait_for_message(lambda message: message.get("ephemeral") and "has this case" in message["text"])
        assert told

        owner.post("note: she sounds upset, be kind", thread_ts=card["ts"])
        reply = owner.post("Yes: &pound;? No, £12 a pair &amp; done in a week.", thread_ts=card["ts"])
        heard = customer.wait(lambda now: bool(now.said_by("agent")), seconds=30)
        assert len(heard.said_by("agent")) == 1
        assert heard.person == "here"
        assert all("upset" not in message.text for message in heard.messages)
        until(lambda: "white_check_mark" in str(reactions(owner, card, reply)))

        customer.say("great, and <b>what</b> about my axe?")
        owner.wait_for_message(lambda message: "about my axe" in message["text"] and message.get("thread_ts"))
        assert len(customer.look().said_by("bot")) == len(heard.said_by("bot")), "the bot talked over the agent"

        options = owner.suggest(card, "correct_choose", "repair")
        assert WANTED in [option["value"] for option in options]
        owner.choose(card, "correct_choose", WANTED)
        owner.click(card, "hand_back")
        customer.wait(lambda now: now.person is None, seconds=30)

    turn = until(lambda: running.trainer("GET", "queue")["turns"])[0]
    running.trainer("POST", f"turns/{turn['id']}/review", {"decision": "accept", "trainer": "Tove"})
    until(lambda: running.trainer("GET", "status")["version"] != first_version, seconds=180)
    live = running.trainer("GET", "status")["version"]
    until(lambda: running.http.get(f"{running.bot}/ready").json()["model"] == live)

    again = running.customer().ask(NEW_WORDS)
    assert again.person is None, "the bot still raises its hand"
    assert "workshop" in again.said_by("bot")[0]


def test_between_two_wishes_the_customer_chooses_and_a_trainer_sees_that_it_was_them(running: Stand) -> None:
    customer = running.customer()
    question = customer.ask(DOUBTFUL).messages[-1]
    titles = [button["title"] for button in question.payload["buttons"]]
    number = customer.choose(question.number, titles.index(CHOSEN_TITLE))
    answered = customer.wait(lambda now: bool(now.said_by("bot")), seconds=30, after=number)
    assert "refund" in answered.said_by("bot")[0]
    assert answered.person is None
    # Every sensitive answer is audited, so nobody sees what the customer chose before they have said a word.
    assert DOUBTFUL not in [one["text"] for one in running.trainer("GET", "queue")["turns"]]
    turn_id = drawn(running, DOUBTFUL)
    running.http.post(f"{running.labeling}/audit/{turn_id}", data={"intent": CHOSEN})
    assert "the customer had chosen" in running.http.get(f"{running.labeling}/audit?done={turn_id}").text
    said = running.trainer("GET", f"turns/{turn_id}")["said"]
    assert [(word["source"], word["intent"]) for word in said] == [("customer", CHOSEN), ("trainer", CHOSEN)]

    declining = running.customer()
    declining.ask(DOUBTFUL)
    declining.ask("none of these")
    assert declining.look().person == "waiting"
    with running.agent("mina") as mina:
        assert CHOSEN_TITLE in str(card_about(mina, DOUBTFUL)["blocks"])


def drawn(running: Stand, words: str) -> int:
    """The number of the answer to these words, among those that wait for an auditor."""
    page, seen = running.http.get(f"{running.labeling}/audit").text, set[int]()
    while words not in page:
        number = int(re.findall(r'action="/audit/(\d+)"', page)[0])
        assert number not in seen, "it was not drawn"
        seen.add(number)
        page = running.http.get(f"{running.labeling}/audit?after={number}").text
    return int(re.findall(r'action="/audit/(\d+)"', page)[0])


def reactions(agent: Play, card: dict[str, Any], ts: str) -> Any:
    return [message.get("reactions") for message in agent.thread(card["ts"]) if message["ts"] == ts]


def test_a_bot_that_is_killed_loses_and_doubles_nothing(running: Stand) -> None:
    customer = running.customer()
    customer.ask(KNOWN)
    number = customer.say("what does delivery cost")
    running.services["bot"].kill()
    running.restart("bot")
    customer.wait(lambda now: bool(now.said_by("bot")) and not now.typing, after=number)
    everything = customer.look().messages
    assert [message.number for message in everything] == [1, 2, 3, 4], everything
    assert [message.speaker for message in everything] == ["customer", "bot"] * 2, everything


def test_what_is_said_while_the_desk_is_down_reaches_the_thread_once_it_is_back(running: Stand) -> None:
    running.services["desk"].kill()
    customer = running.customer()
    customer.ask("I want to talk to a human being please")
    customer.say("it is about a broken buckle, number 77-B")
    running.restart("desk")
    with running.agent("priya") as priya:
        card = card_about(priya, "human being")
        replies = until(lambda: [m["text"] for m in priya.thread(card["ts"])[1:] if "77-B" in m["text"]])
        assert len(replies) == 1
        priya.post("Priya here, which buckle?", thread_ts=card["ts"])
        assert customer.wait(lambda now: bool(now.said_by("agent")), seconds=30).person == "here"
