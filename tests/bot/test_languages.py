"""A bot that speaks the customer's language: Handraise's own words, and the project's where it has them."""

from __future__ import annotations

import httpx
import pytest

from bot.customer import Customer
from bot.gate import LONGEST_SENDER
from escalation.phrasebook import SHIPPED
from labeling.database import Database
from tests.bot.conftest import Bot, story_of

GERMAN = SHIPPED["de"]


@pytest.fixture
def german(bot: Bot, http: httpx.Client) -> Customer:
    return Customer(http, bot.url, "de-AT")


def test_a_response_has_variations_by_language(german: Customer, customer: Customer) -> None:
    assert german.ask("when do you open").said_by("bot") == ["Von neun bis fünf."]
    assert customer.ask("when do you open").said_by("bot") == ["From nine to five."]


def test_who_changes_their_language_is_answered_in_the_new_one(bot: Bot, http: httpx.Client) -> None:
    customer = Customer(http, bot.url, "en")
    assert customer.ask("when do you open").said_by("bot") == ["From nine to five."]
    customer.language = "de"
    assert customer.ask("opening hours please").said_by("bot") == ["Von neun bis fünf."]
    customer.language = "fr"
    assert customer.ask("opening hours please").said_by("bot") == ["From nine to five."]


def test_a_person_is_called_in_the_customers_language(german: Customer) -> None:
    assert german.ask("my account was hacked").said_by("bot") == ["Es kommt jemand."]


def test_trouble_is_told_in_the_customers_language(german: Customer, database: Database) -> None:
    assert german.ask("my tent pole snapped").said_by("bot") == [GERMAN.trouble]
    assert story_of(database, german.conversation).cases


def test_a_button_is_answered_in_the_customers_language(german: Customer) -> None:
    greeting = german.ask("hello").messages[-1]
    number = german.choose(greeting.number, 0)
    assert german.wait(lambda now: bool(now.said_by("bot")), after=number).said_by("bot") == ["Von neun bis fünf."]


def test_a_file_is_taken_in_the_customers_language(german: Customer, bot: Bot, http: httpx.Client) -> None:
    german.ask("hello")
    address = f"{bot.url}/chat/conversations/{german.conversation}/files?name=a.txt&id=f1"
    http.post(address, content=b"a long story").raise_for_status()
    german.wait(lambda now: GERMAN.file_taken in now.said_by("system"))


TOO_LONG_A_NAME = "r" * (LONGEST_SENDER + 1)


@pytest.mark.parametrize(
    ("sender", "text", "said"),
    [("rike", "  ", GERMAN.no_words), (TOO_LONG_A_NAME, "hi", GERMAN.bad_sender)],
)
def test_a_channel_is_refused_in_the_customers_language(
    bot: Bot, http: httpx.Client, sender: str, text: str, said: str
) -> None:
    body = {"sender": sender, "message": text, "metadata": {"language": "de"}}
    answers = http.post(f"{bot.url}/webhooks/rest/webhook", json=body).raise_for_status().json()
    assert [answer["text"] for answer in answers] == [said]


@pytest.mark.parametrize(
    "script", [("where is my order", "hello", "N-100"), ("hello", "where is my order", "talk to a person")]
)
def test_the_language_changes_nothing_but_the_words(bot: Bot, http: httpx.Client, script: tuple[str, ...]) -> None:
    told = [Customer(http, bot.url, language) for language in ("", "fr")]
    for words in script:
        without, with_language = (customer.ask(words).said_by("bot") for customer in told)
        assert with_language == without
