"""What customers and agents exchange beside plain words, over the bot's own HTTP."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from bot.customer import Customer
from bot.dress import dressed
from escalation import handover
from escalation.handover import Person
from escalation.store.case import Case
from escalation.store.conversation import Conversation
from escalation.store.file import StoredFile, keep_file, keep_picture
from escalation.store.message import Message
from escalation.store.outbox import Errand
from labeling.database import Database
from labeling.store.turn import Turn
from tests.bot.conftest import Bot, Receiver, story_of
from tests.bot.test_channels import reply, say
from tests.until import until

MINA = Person("U1", "Mina")
PNG = b"\x89PNG\r\n\x1a\n" + b"a small picture"


def chat(customer: Customer, path: str) -> str:
    return f"{customer._chat}/{customer.conversation}/{path}"


def send(http: httpx.Client, customer: Customer, name: str, content: bytes, client_id: str = "f1") -> httpx.Response:
    return http.post(chat(customer, "files"), params={"name": name, "id": client_id}, content=content)


def shown(http: httpx.Client, customer: Customer) -> list[dict[str, Any]]:
    messages: list[dict[str, Any]] = http.get(chat(customer, "messages")).json()["messages"]
    return messages


def case_of(database: Database, sender: str) -> Case:
    (case,) = story_of(database, sender).cases
    return case


def errands(database: Database, sender: str, kind: Errand) -> list[Any]:
    return [row for row in story_of(database, sender).errands if row.errand == kind.value]


def test_a_file_calls_a_person_and_goes_to_the_thread_once(
    http: httpx.Client, customer: Customer, database: Database
) -> None:
    answers = [send(http, customer, "damage.png", PNG) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [202, 202]
    assert answers[1].json() == {**answers[0].json(), "duplicate": True}
    case = case_of(database, customer.conversation)
    assert "sent a file" in case.reason
    assert len(errands(database, customer.conversation, Errand.POST_MESSAGE)) == 1
    file, called = shown(http, customer)
    assert (called["speaker"], "a person has been called" in called["text"]) == ("system", True)
    (picture,) = file["payload"]["files"]
    assert (picture["name"], picture["size"], picture["picture"]) == ("damage.png", len(PNG), True)
    fetched = http.get(f"{customer._chat.removesuffix('conversations')}{picture['address']}")
    assert (fetched.content, fetched.headers["content-type"]) == (PNG, "image/png")


@pytest.mark.parametrize(
    ("name", "content", "status", "why"),
    [
        ("page.png", b"<html><script>alert(1)</script>\x00", 415, "page.png is of a kind that cannot be sent."),
        ("run.exe", b"MZ\x00\x01", 415, "These can: png, jpg, gif, webp, pdf, txt."),
        ("empty.txt", b"", 400, "The file is empty."),
        ("big.txt", b"x" * 10_000_001, 413, "big.txt is too large (10.0 MB): files of up to 10 MB can be sent."),
    ],
)
def test_a_file_that_cannot_pass_is_refused_in_a_sentence(
    http: httpx.Client, customer: Customer, database: Database, name: str, content: bytes, status: int, why: str
) -> None:
    answer = send(http, customer, name, content)
    assert (answer.status_code, why in answer.json()["error"]) == (status, True)
    assert story_of(database, customer.conversation).messages == []


def test_what_looks_like_a_page_is_given_out_as_plain_text_to_be_saved(
    http: httpx.Client, customer: Customer
) -> None:
    send(http, customer, "../../page.html", b"<html><script>alert(1)</script>").raise_for_status()
    (file,) = shown(http, customer)[0]["payload"]["files"]
    fetched = http.get(f"{customer._chat.removesuffix('conversations')}{file['address']}")
    assert fetched.headers["content-type"] == "text/plain; charset=utf-8"
    assert fetched.headers["content-disposition"].startswith("attachment; ")
    assert fetched.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in fetched.headers["content-security-policy"]
    assert "/" not in file["name"]


def test_a_file_cannot_be_guessed(http: httpx.Client, customer: Customer) -> None:
    base = customer._chat.removesuffix("conversations")
    assert http.get(f"{base}files/1").status_code == 404
    assert http.get(f"{base}files").json() == {
        "largest": 10_000_000,
        "kinds": ["png", "jpg", "gif", "webp", "pdf", "txt"],
    }


def test_a_deleted_file_cannot_be_had_any_more(http: httpx.Client, customer: Customer, database: Database) -> None:
    send(http, customer, "damage.png", PNG)
    (file,) = shown(http, customer)[0]["payload"]["files"]
    http.delete(chat(customer, "messages/1")).raise_for_status()
    assert http.get(f"{customer._chat.removesuffix('conversations')}{file['address']}").status_code == 404
    assert (shown(http, customer)[0]["deleted"], shown(http, customer)[0]["payload"]) == (True, {"buttons": []})


def test_a_customer_edits_what_they_said_to_a_person_but_not_what_the_bot_answered(
    http: httpx.Client, customer: Customer, database: Database
) -> None:
    customer.ask("when do you open")
    refused = http.put(chat(customer, "messages/1"), json={"text": "changed"})
    assert (refused.status_code, "has been answered" in refused.json()["error"]) == (409, True)
    customer.ask("human please")
    number = customer.say("order 1")
    until(lambda: errands(database, customer.conversation, Errand.POST_MESSAGE))
    assert [m["editable"] for m in shown(http, customer) if m["number"] == number] == [True]
    http.put(chat(customer, f"messages/{number}"), json={"text": " order 2 "}).raise_for_status()
    edited = next(m for m in shown(http, customer) if m["number"] == number)
    assert (edited["text"], edited["edited"]) == ("order 2", True)
    assert len(errands(database, customer.conversation, Errand.REWORD)) == 1
    assert http.put(chat(customer, f"messages/{number}"), json={"text": " "}).status_code == 400
    assert http.put(chat(customer, "messages/2"), json={"text": "I am the bot"}).status_code == 409


def test_what_a_customer_deletes_is_gone_from_the_turn_too(
    http: httpx.Client, customer: Customer, database: Database
) -> None:
    customer.ask("when do you open")
    http.delete(chat(customer, "messages/1")).raise_for_status()
    assert shown(http, customer)[0]["deleted"]
    with database.reading() as session:
        message = story_of(database, customer.conversation).messages[0]
        turn = session.query(Turn).filter_by(message_id=message.id).one()
    assert (message.text, turn.text) == ("", "")


def test_what_the_customer_has_seen_is_marked_once(
    http: httpx.Client, customer: Customer, database: Database
) -> None:
    customer.ask("human please")
    reply(database, customer.conversation, "Hello")
    newest = story_of(database, customer.conversation).messages[-1].number
    for number in (newest, newest, 10_000):
        http.post(chat(customer, "seen"), json={"number": number}).raise_for_status()
    notes = [row.note for row in errands(database, customer.conversation, Errand.MARK)]
    assert notes.count("read") == 1
    assert http.post(chat(customer, "seen"), json={"number": "all"}).status_code == 400


def test_the_customer_is_shown_the_name_and_picture_that_the_desk_chose(
    http: httpx.Client, customer: Customer, database: Database
) -> None:
    customer.ask("human please")
    with database.transaction() as session:
        key = keep_picture(session, "png", PNG)
        shown_person = Person("U1", "Mina Okafor", shown_as="Larkfell help", picture=key)
        case_id = case_of(database, customer.conversation).id or 0
        handover.reply(session, case_id, shown_person, "Hello", "1.1", payload={"runs": [{"text": "Hello"}]})
    last = shown(http, customer)[-1]
    assert (last["author"], last["picture"], last["payload"]["runs"]) == (
        "Larkfell help",
        f"files/{key}",
        [{"text": "Hello"}],
    )
    state = http.get(chat(customer, "messages")).json()["state"]
    assert state["person"] == {"state": "here", "name": "Larkfell help", "picture": f"files/{key}"}
    assert "Okafor" not in http.get(chat(customer, "messages")).text


def test_a_channel_says_who_its_customer_is(http: httpx.Client, bot: Bot, database: Database) -> None:
    about = {
        "name": "Ada <Lovelace>",
        "language": "en-GB",
        "page": "https://shop.example/tents",
        "page_title": "Tents",
    }
    say(http, bot, "rest", "introduced", "hello there", metadata=about)
    conversation = story_of(database, "introduced").conversation
    known = (conversation.customer_name, conversation.language, conversation.page, conversation.page_title)
    assert known == tuple(about.values())


def test_on_a_channel_that_cannot_edit_a_correction_is_sent(
    http: httpx.Client, bot: Bot, database: Database, receiver: Receiver
) -> None:
    say(http, bot, "callback", "carl-corrected", "human please")
    reply(database, "carl-corrected", "On Tuseday")
    until(lambda: "Mina: On Tuseday" in receiver.texts_for("carl-corrected"))
    until(lambda: story_of(database, "carl-corrected").messages[-1].delivered_at)
    reword(database, "carl-corrected", "On Tuesday")
    until(lambda: "Mina corrects an earlier message: On Tuesday" in receiver.texts_for("carl-corrected"))
    reword(database, "carl-corrected", None)
    until(lambda: "Mina has taken back an earlier message." in receiver.texts_for("carl-corrected"))


def reword(database: Database, sender: str, text: str | None) -> None:
    number = next(m.id for m in story_of(database, sender).messages if m.speaker == "agent")
    with database.transaction() as session:
        message = session.get(Message, number)
        assert message is not None
        handover.reword(message, text)


def test_an_agents_file_is_kept_until_its_message_is_taken_back(
    http: httpx.Client, customer: Customer, database: Database
) -> None:
    customer.ask("human please")
    reply(database, customer.conversation, "Here is your label")
    number = next(m.id for m in story_of(database, customer.conversation).messages if m.speaker == "agent")
    with database.transaction() as session:
        message = session.get(Message, number)
        assert message is not None
        key = keep_file(session, "label.pdf", "pdf", b"%PDF-1.7", number).key
        handover.reword(message, None)
    with database.reading() as session:
        assert session.get(StoredFile, key) is None


@pytest.mark.parametrize(
    ("channel", "sender", "words"),
    [
        ("twilio", "whatsapp:+44", "Mina: It is *here*"),
        ("twilio", "+44", "Mina: It is here"),
        ("slack", "U1", "Mina: It is *here*"),
    ],
)
def test_formatting_is_what_the_channel_draws(channel: str, sender: str, words: str) -> None:
    runs = [{"text": "It is "}, {"text": "here", "bold": True}]
    message = Message(
        conversation_id=1, number=1, speaker="agent", author="Mina", text="It is here", payload={"runs": runs}
    )
    assert dressed(message, Conversation(channel=channel, sender_id=sender), "").text == words


def test_on_a_channel_of_rasas_a_file_is_an_address() -> None:
    files = [
        {"key": "k1", "name": "label.png", "kind": "png", "size": 3},
        {"key": "k2", "name": "terms.pdf", "kind": "pdf", "size": 3},
    ]
    message = Message(
        conversation_id=1, number=1, speaker="agent", author="Mina", text="Both", payload={"files": files}
    )
    said = dressed(message, Conversation(channel="telegram", sender_id="1"), "https://bot.example.com")
    assert said.text == "Mina: Both\nterms.pdf: https://bot.example.com/chat/files/k2"
    assert said.payload == {"image": "https://bot.example.com/chat/files/k1"}
