"""The conversation's stream of server-sent events."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from bot.customer import Customer
from escalation import handover
from escalation.handover import Person
from escalation.store.message import Message
from escalation.store.outbox import Errand
from labeling.database import Database
from tests.bot.conftest import Bot, story_of
from tests.until import until

MINA = Person("U1", "Mina")
Event = tuple[str, str | None, dict[str, Any]]


def events(response: httpx.Response) -> Iterator[Event]:
    kind, number = "message", None
    for line in response.iter_lines():
        name, _, value = line.partition(": ")
        if name == "event":
            kind = value
        elif name == "id":
            number = value
        elif name == "data":
            yield kind, number, json.loads(value)
            kind, number = "message", None


def skip_to(stream: Iterator[Event], kind: str, **wanted: Any) -> Event:
    for event in stream:
        if event[0] == kind and wanted.items() <= event[2].items():
            return event
    raise AssertionError("the stream ended")


def test_a_stream_shows_messages_typing_and_the_person(
    customer: Customer, bot: Bot, http: httpx.Client, database: Database
) -> None:
    with http.stream("GET", f"{bot.url}/chat/conversations/{customer.conversation}/stream") as response:
        stream = events(response)
        assert next(stream) == ("state", None, {"typing": False, "person": None})
        customer.say("human please", "mine")
        _, number, said = skip_to(stream, "message")
        assert (number, said["speaker"], said["client_id"], said["at"][-1]) == ("1", "customer", "mine", "Z")
        skip_to(stream, "message", speaker="bot", text="A person comes.", number=2)
        skip_to(stream, "state", person={"state": "waiting", "name": ""})
        (case,) = story_of(database, customer.conversation).cases
        assert case.id is not None
        with database.transaction() as session:
            handover.reply(session, case.id, MINA, "Helo", "1.1")
        skip_to(stream, "message", speaker="agent", author="Mina", text="Helo", edited=False)
        skip_to(stream, "state", person={"state": "here", "name": "Mina"})
        with database.transaction() as session:
            handover.reword(find(session, customer, database, "Helo"), "Hello")
        assert skip_to(stream, "edit")[1:] == (None, {**until_edit(customer), "text": "Hello"})
        with database.transaction() as session:
            handover.reword(find(session, customer, database, "Hello"), None)
        skip_to(stream, "edit", text="", deleted=True)
    until(lambda: "delivered" in [e.note for e in story_of(database, customer.conversation).errands])
    notes = [e.note for e in story_of(database, customer.conversation).errands if e.errand == Errand.MARK]
    assert notes == ["delivered"]


def find(session: Any, customer: Customer, database: Database, text: str) -> Message:
    number = next(m.id for m in story_of(database, customer.conversation).messages if m.text == text)
    message = session.get(Message, number)
    assert isinstance(message, Message)
    return message


def until_edit(customer: Customer) -> dict[str, Any]:
    url = f"{customer._chat}/{customer.conversation}/messages"
    shown: dict[str, Any] = customer._http.get(url, params={"after": 3}).json()["messages"][0]
    return shown


@pytest.mark.parametrize("last", ["nonsense", "-1", "99999999999999", "1.5", "٣"])
def test_a_reconnect_with_a_nonsense_id_starts_from_the_beginning(
    customer: Customer, bot: Bot, http: httpx.Client, last: str
) -> None:
    customer.ask("when do you open")
    url = f"{bot.url}/chat/conversations/{customer.conversation}/stream"
    with http.stream("GET", url, headers={"Last-Event-ID": last.encode()}) as response:
        assert next(events(response))[1] == "1"


def test_a_reconnect_misses_and_repeats_nothing_but_hears_of_edits(
    customer: Customer, bot: Bot, http: httpx.Client, database: Database
) -> None:
    customer.ask("when do you open")
    customer.ask("hello there")
    with database.transaction() as session:
        handover.reword(find(session, customer, database, "From nine to five."), "From ten to five.")
    url = f"{bot.url}/chat/conversations/{customer.conversation}/stream"
    with http.stream("GET", url, headers={"Last-Event-ID": "3"}) as response:
        stream = events(response)
        assert next(stream)[2]["text"] == "From ten to five."
        assert next(stream)[1] == "4"


def test_a_project_without_a_page_of_its_own_gets_a_plain_one(bot: Bot, http: httpx.Client) -> None:
    assert "stands in for your site" in http.get(bot.url + "/").text


def test_the_page_and_its_parts_are_served_with_their_types(bot: Bot, http: httpx.Client) -> None:
    kinds = {"/": "text/html", "/chat/frame": "text/html", "/chat/chat.js": "text/javascript"}
    for path, kind in (kinds | {"/chat/handraise.js": "text/javascript", "/chat/handraise.css": "text/css"}).items():
        answer = http.get(bot.url + path).raise_for_status()
        assert answer.headers["content-type"] == f"{kind}; charset=utf-8"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "frame-ancestors *" in answer.headers["content-security-policy"]


@pytest.mark.parametrize(
    "path", ["/chat/../server.py", "/chat/%2e%2e%2fserver.py", "/stage/", "/status", "/model/parse"]
)
def test_nothing_else_is_served(bot: Bot, http: httpx.Client, path: str) -> None:
    answer = http.get(bot.url + path)
    assert answer.status_code == 404
    assert answer.json()["error"]


def test_ready_names_the_model_that_answers(bot: Bot, http: httpx.Client) -> None:
    assert http.get(f"{bot.url}/ready").json()["model"]
