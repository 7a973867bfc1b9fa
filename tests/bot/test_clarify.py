"""Did you mean …? Asked by a real bot of a small shop, and answered in every way that customers find."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest

from bot.asking import ASKINGS
from bot.customer import Customer, Heard
from labeling.clock import now
from labeling.database import Database
from labeling.project import Project
from labeling.review_queue import waiting
from labeling.store.alarm import Alarm, standing_alarms
from labeling.store.correction import CUSTOMER
from tests.bot.asking_project import AS_UNSURE, UNSURE, choices_of, write_asking_project
from tests.bot.conftest import Bot, Receiver, serving, story_of
from tests.until import until

CHOICES = ["Where is my refund?", "I want my money back", "None of these"]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory, receiver: Receiver) -> Project:
    credentials = f"rest:\ncallback:\n  url: http://127.0.0.1:{receiver.port}/customer\n"
    return write_asking_project(tmp_path_factory.mktemp("asking"), credentials)


@pytest.fixture(scope="module")
def bot(project: Project) -> Iterator[Bot]:
    with serving(project) as bot:
        yield bot


@pytest.fixture(scope="module")
def database(bot: Bot) -> Database:
    return bot.database


def choices_in(heard: Heard) -> list[str]:
    return [button["title"] for button in heard.payload["buttons"]]


def asked(customer: Customer, words: str = UNSURE) -> Heard:
    question = customer.ask(words).messages[-1]
    assert question.payload["buttons"], question.text
    return question


def press(customer: Customer, question: Heard, title: str) -> list[str]:
    number = customer.choose(question.number, choices_in(question).index(title))
    return customer.wait(lambda now: bool(now.said_by("bot")) and not now.typing, after=number).said_by("bot")


def test_between_two_wishes_the_customer_is_asked_and_nobody_is_called(
    customer: Customer, database: Database
) -> None:
    question = asked(customer)
    assert question.text == ASKINGS["en"].question
    assert choices_in(question) == CHOICES
    story = story_of(database, customer.conversation)
    (turn,) = story.turns
    assert (turn.route, turn.tier, story.cases) == ("clarify", "open", [])
    assert "so the customer is asked" in turn.reason


def test_what_is_chosen_is_answered_and_kept_as_the_customers_word(customer: Customer, database: Database) -> None:
    question = asked(customer)
    assert press(customer, question, "Where is my refund?") == ["About refund_status."]
    story = story_of(database, customer.conversation)
    (turn,) = story.turns
    (word,) = choices_of(database, turn.id)
    assert (word.source, word.intent, word.person_name) == (CUSTOMER, "refund_status", "The customer")
    assert story.cases == []
    with database.reading() as session:
        why = [item.why for item in waiting(session).items if item.turn_id == turn.id]
    assert why == ["The customer chose this when the bot asked; nobody from the team has looked yet."]


@pytest.mark.parametrize("typed", ["1", "1.", "where is my refund"])
def test_a_number_or_a_title_is_as_good_as_a_click(customer: Customer, database: Database, typed: str) -> None:
    asked(customer)
    assert customer.ask(typed).said_by("bot") == ["About refund_status."]
    story = story_of(database, customer.conversation)
    assert [message.text for message in story.messages if message.speaker == "customer"] == [UNSURE, typed]
    assert [word.intent for word in choices_of(database, story.turns[0].id)] == ["refund_status"]


@pytest.mark.parametrize("how", ["button", "3", "none of these"])
def test_none_of_these_calls_a_person_who_sees_what_was_asked(
    customer: Customer, database: Database, how: str
) -> None:
    question = asked(customer)
    said = press(customer, question, "None of these") if how == "button" else customer.ask(how).said_by("bot")
    assert said == ["A person comes."]
    story = story_of(database, customer.conversation)
    (case,), (turn,) = story.cases, story.turns
    assert case.turn_id == turn.id
    assert case.reason == (
        "The bot asked whether it was “Where is my refund?” or “I want my money back”; "
        "the customer chose “None of these”."
    )
    assert choices_of(database, turn.id) == []


def test_other_words_than_an_answer_are_a_new_turn(customer: Customer, database: Database) -> None:
    asked(customer)
    assert customer.ask("when does the shop open on sunday").said_by("bot") == ["About store_hours."]
    story = story_of(database, customer.conversation)
    assert [turn.route for turn in story.turns] == ["clarify", "answer"]
    assert (story.cases, choices_of(database, story.turns[0].id)) == ([], [])


def test_nobody_is_asked_twice_in_a_row(customer: Customer, database: Database) -> None:
    asked(customer, AS_UNSURE)
    assert customer.ask(UNSURE).said_by("bot") == ["A person comes."]
    (case,) = story_of(database, customer.conversation).cases
    assert case.reason.startswith("It may be Where is my refund? or I want my money back, ")
    assert case.reason.endswith("the bot's question before this was left unanswered, so a person answers.")


def test_after_an_answer_the_next_doubt_may_be_asked_about_again(customer: Customer) -> None:
    press(customer, asked(customer), "Where is my refund?")
    assert len(choices_in(asked(customer, AS_UNSURE))) == 3


@contextmanager
def alarm(bot: Bot, http: httpx.Client, database: Database) -> Iterator[None]:
    """Stands in the open tier for a while, and the bot knows it."""

    def said() -> list[str]:
        return Customer(http, bot.url).ask("when does the shop open on sunday").said_by("bot")

    with database.transaction() as session:
        session.add(Alarm(tier="open", promise=0.975, evidence=25.0, audits=30, right=5))
    try:
        until(lambda: said() == ["A person comes."])
        yield
    finally:
        with database.transaction() as session:
            for standing in standing_alarms(session):
                standing.ended_at, standing.ended_by = now(), "Noor"
        until(lambda: said() == ["About store_hours."])


def test_what_is_chosen_in_a_tier_that_was_stopped_meanwhile_goes_to_a_person(
    bot: Bot, http: httpx.Client, customer: Customer, database: Database
) -> None:
    question = asked(customer)
    with alarm(bot, http, database):
        assert press(customer, question, "Where is my refund?") == ["A person comes."]
    story = story_of(database, customer.conversation)
    (case,), (turn,) = story.cases, story.turns
    assert case.reason == (
        "The customer chose Where is my refund?, but audits found the open tier's promise broken: "
        "a trainer has to look first."
    )
    assert [word.intent for word in choices_of(database, turn.id)] == ["refund_status"]
    assert turn.chosen is None


def test_a_button_answers_its_own_question_however_much_was_said_since(
    customer: Customer, database: Database
) -> None:
    question = asked(customer)
    for _ in range(12):
        customer.ask("when does the shop open on sunday")
    asked(customer, AS_UNSURE)
    assert press(customer, question, "I want my money back") == ["About refund_request."]
    first, *_, last = story_of(database, customer.conversation).turns
    assert [word.intent for word in choices_of(database, first.id)] == ["refund_request"]
    assert choices_of(database, last.id) == []


def test_two_doubtful_messages_at_once_are_one_question(customer: Customer, database: Database) -> None:
    customer.say(UNSURE)
    customer.say(AS_UNSURE)
    customer.wait(lambda now: now.person is not None)
    questions = [m for m in story_of(database, customer.conversation).messages if "question" in m.payload]
    assert len(questions) == 1


def test_a_form_neither_swallows_the_doubt_nor_is_lost_by_it(customer: Customer) -> None:
    assert customer.ask("where is my order").said_by("bot") == ["Which number?"]
    question = asked(customer)
    assert press(customer, question, "Where is my refund?")[0] == "About refund_status."
    assert customer.ask("LF-48213").said_by("bot") == ["About LF-48213."]


def test_what_the_doubtful_message_named_comes_with_the_choice(customer: Customer, database: Database) -> None:
    question = asked(customer, f"{UNSURE} for LF-48213")
    press(customer, question, "I want my money back")
    assert customer.ask("where is my order").said_by("bot") == ["About LF-48213."]


def test_in_german_where_every_title_is(bot: Bot, http: httpx.Client) -> None:
    question = asked(Customer(http, bot.url, "de-AT"))
    assert question.text == "Was meinen Sie?"
    assert choices_in(question) == ["Wo bleibt mein Geld?", "Geld zurück", "Etwas anderes"]


def test_in_the_projects_language_where_a_title_is_missing(bot: Bot, http: httpx.Client) -> None:
    question = asked(Customer(http, bot.url, "de"), AS_UNSURE)
    assert question.text == ASKINGS["en"].question
    assert sorted(choices_in(question)) == ["Account details", "Change address", "None of these"]


def test_on_rest_the_choices_are_buttons_in_the_customers_language(http: httpx.Client, bot: Bot) -> None:
    def say(text: str) -> list[dict[str, object]]:
        body = {"sender": "rita", "message": text, "metadata": {"language": "de"}}
        answer = http.post(f"{bot.url}/webhooks/rest/webhook", json=body).raise_for_status()
        said: list[dict[str, object]] = answer.json()
        return said

    (question,) = say(UNSURE)
    assert question["buttons"] == [
        {"title": "Wo bleibt mein Geld?", "payload": "/refund_status"},
        {"title": "Geld zurück", "payload": "/refund_request"},
        {"title": "Etwas anderes", "payload": "/escalate"},
    ]
    assert [said["text"] for said in say("/refund_status")] == ["About refund_status."]


def test_a_question_is_pushed_to_a_callback(http: httpx.Client, bot: Bot, receiver: Receiver) -> None:
    http.post(f"{bot.url}/webhooks/callback/webhook", json={"sender": "carl", "message": UNSURE}).raise_for_status()
    until(lambda: bool(receiver.texts_for("carl")))
    (question,) = [said for said in receiver.heard if said["recipient_id"] == "carl"]
    assert [button["title"] for button in question["buttons"]] == CHOICES


def test_rasas_transcript_holds_the_question(customer: Customer, database: Database) -> None:
    press(customer, asked(customer), "Where is my refund?")
    with database.engine.connect() as connection:
        rows = connection.exec_driver_sql(
            "SELECT data FROM events WHERE sender_id = ? AND type_name = 'bot'", (customer.conversation,)
        )
        assert any(ASKINGS["en"].question in row[0] for row in rows)
