"""Hand-over through Rasa's own channels: `callback`, where replies are pushed, and `rest`, where they wait."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from bot import courier
from escalation import handover
from escalation.handover import Person
from escalation.store.outbox import Errand
from labeling.database import Database
from tests.bot.conftest import Bot, Receiver, story_of
from tests.until import until

MINA = Person("U1", "Mina")
TOKEN = {"Authorization": "Bearer open sesame"}


def say(http: httpx.Client, bot: Bot, channel: str, sender: str, text: Any, **more: Any) -> httpx.Response:
    body = {"sender": sender, "message": text, **more}
    return http.post(f"{bot.url}/webhooks/{channel}/webhook", json=body).raise_for_status()


def reply(database: Database, sender: str, text: str, ts: str = "1.1") -> None:
    (case,) = story_of(database, sender).cases
    assert case.id is not None
    with database.transaction() as session:
        handover.reply(session, case.id, MINA, text, ts)


def test_rest_answers_in_its_response(http: httpx.Client, bot: Bot, database: Database) -> None:
    said = say(http, bot, "rest", "rita", "when do you open").json()
    assert said == [{"recipient_id": "rita", "text": "From nine to five."}]
    assert all(m.delivered_at for m in story_of(database, "rita").messages)


def test_rest_answers_a_repeated_message_with_the_same_words(
    http: httpx.Client, bot: Bot, database: Database
) -> None:
    first = say(http, bot, "rest", "rob", "when do you open", metadata={"message_id": "7"}).json()
    again = say(http, bot, "rest", "rob", "when do you open", metadata={"message_id": "7"}).json()
    assert again == first
    assert len(story_of(database, "rob").messages) == 2


def test_rest_answers_every_one_of_the_same_message_sent_at_once(http: httpx.Client, bot: Bot) -> None:
    def send(_: int) -> list[dict[str, Any]]:
        said: list[dict[str, Any]] = say(
            http, bot, "rest", "rhea", "when do you open", metadata={"message_id": "8"}
        ).json()
        return said

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(send, range(4)))
    assert answers == [[{"recipient_id": "rhea", "text": "From nine to five."}]] * 4


def test_a_button_works_on_rest_only_where_the_bot_offered_it(
    http: httpx.Client, bot: Bot, database: Database
) -> None:
    say(http, bot, "rest", "ruth", "hello there")
    assert say(http, bot, "rest", "ruth", "/hours").json()[0]["text"] == "From nine to five."
    assert story_of(database, "ruth").messages[2].text == "Opening hours"
    say(http, bot, "rest", "ruth", "/restart")
    assert story_of(database, "ruth").messages[4].text == "/restart"


@pytest.mark.parametrize("text", ["", "   ", None, "y" * 5001])
def test_rest_refuses_in_a_sentence(http: httpx.Client, bot: Bot, text: Any) -> None:
    (said,) = say(http, bot, "rest", "ron", text).json()
    assert said["text"].startswith(("There were no words", "That message is too long"))


def test_what_a_person_says_to_a_rest_customer_waits_in_the_stream(
    http: httpx.Client, bot: Bot, database: Database
) -> None:
    say(http, bot, "rest", "rosa:+49", "human please")
    reply(database, "rosa:+49", "Here I am.")
    url = f"{bot.url}/conversations/rest/rosa%3A%2B49/messages"
    news = http.get(url, headers=TOKEN, params={"after": 2}).raise_for_status().json()
    assert [(m["speaker"], m["author"], m["text"]) for m in news["messages"]] == [
        ("system", "", "Mina from our team is here."),
        ("agent", "Mina", "Here I am."),
    ]
    assert news["state"] == {"typing": False, "person": {"state": "here", "name": "Mina"}}
    assert "delivered" in [errand.note for errand in story_of(database, "rosa:+49").errands]


@pytest.mark.parametrize("token", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": "Bearer"}])
def test_the_stream_of_another_channel_needs_the_token(http: httpx.Client, bot: Bot, token: dict[str, str]) -> None:
    say(http, bot, "rest", "rolf", "hello there")
    for path in ("messages", "stream"):
        answer = http.get(f"{bot.url}/conversations/rest/rolf/{path}", headers=token)
        assert answer.status_code == 403
        assert "HANDRAISE_STREAM_TOKEN" in answer.json()["error"]


def test_a_callback_customer_is_pushed_the_bots_and_the_agents_words_in_order(
    http: httpx.Client, bot: Bot, database: Database, receiver: Receiver
) -> None:
    say(http, bot, "callback", "carla", "human please")
    reply(database, "carla", "Hello Carla.", "1.1")
    reply(database, "carla", "How can I help?", "1.2")
    until(lambda: len(receiver.texts_for("carla")) == 4)
    assert receiver.texts_for("carla") == [
        "A person comes.",
        "Mina from our team is here.",
        "Mina: Hello Carla.",
        "Mina: How can I help?",
    ]
    until(lambda: marks(database, "carla") == ["delivered", "delivered"])


def marks(database: Database, sender: str) -> list[str]:
    return [errand.note for errand in story_of(database, sender).errands if errand.errand == Errand.MARK]


def test_a_push_that_fails_is_tried_again_and_nothing_overtakes_it(
    http: httpx.Client, bot: Bot, database: Database, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(courier, "FIRST_PAUSE_SECONDS", 0.02)
    say(http, bot, "callback", "chris", "human please")
    receiver.refusals = 3
    reply(database, "chris", "One.", "1.1")
    reply(database, "chris", "Two.", "1.2")
    until(lambda: len(receiver.texts_for("chris")) == 4)
    assert receiver.texts_for("chris")[1:] == ["Mina from our team is here.", "Mina: One.", "Mina: Two."]


def test_whoever_reads_the_stream_of_a_pushed_channel_takes_nothing_from_the_customer(
    http: httpx.Client, bot: Bot, database: Database, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(courier, "FIRST_PAUSE_SECONDS", 0.02)
    monkeypatch.setattr(courier, "ATTEMPTS", 50)
    say(http, bot, "callback", "cora", "human please")
    receiver.refusals = 6
    reply(database, "cora", "Here I am.")
    url = f"{bot.url}/conversations/callback/cora/messages"
    read = http.get(url, headers=TOKEN).raise_for_status().json()["messages"]
    assert read[-1]["text"] == "Here I am."
    until(lambda: receiver.texts_for("cora")[1:] == ["Mina from our team is here.", "Mina: Here I am."])


def test_a_push_that_never_succeeds_is_told_to_the_agent(
    http: httpx.Client, bot: Bot, database: Database, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(courier, "FIRST_PAUSE_SECONDS", 0.01)
    say(http, bot, "callback", "cleo", "human please")
    receiver.refusals = 2 * courier.ATTEMPTS
    reply(database, "cleo", "Anybody there?")
    until(lambda: marks(database, "cleo") == ["failed"])
    assert receiver.texts_for("cleo") == ["A person comes."]
