"""Answers to what customers chose when the bot asked: drawn for audits as all others are."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from bot.customer import Customer
from labeling.database import Database
from labeling.project import Project
from labeling.store.turn import Turn
from tests.bot.asking_project import UNSURE, write_asking_project
from tests.bot.conftest import Bot, serving, story_of


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return write_asking_project(tmp_path_factory.mktemp("audited"), audit="50%")


@pytest.fixture(scope="module")
def bot(project: Project) -> Iterator[Bot]:
    with serving(project) as bot:
        yield bot


@pytest.fixture(scope="module")
def database(bot: Bot) -> Database:
    return bot.database


def turn_of(database: Database, customer: Customer) -> Turn:
    return story_of(database, customer.conversation).turns[0]


def test_a_share_of_what_customers_chose_is_drawn_with_the_chance_of_its_tier(
    bot: Bot, http: httpx.Client, database: Database
) -> None:
    turns = []
    for _ in range(40):
        customer = Customer(http, bot.url)
        customer.ask(UNSURE)
        assert customer.ask("where is my refund").said_by("bot") == ["About refund_status."]
        turns.append(turn_of(database, customer))
    assert {(turn.route, turn.chosen, turn.audit_rate) for turn in turns} == {("clarify", "refund_status", 0.5)}
    assert {turn.audit for turn in turns} == {True, False}  # by chance alike once in 2 ** 39


@pytest.mark.parametrize("answer", ["none of these", "when does the shop open on sunday"])
def test_a_question_that_nobody_answered_has_no_answer_to_draw(
    customer: Customer, database: Database, answer: str
) -> None:
    customer.ask(UNSURE)
    customer.ask(answer)
    turn = turn_of(database, customer)
    assert (turn.chosen, turn.audit_rate, turn.audit) == (None, None, False)


def test_a_second_choice_of_the_same_question_is_not_drawn_again(customer: Customer, database: Database) -> None:
    question = customer.ask(UNSURE).messages[-1]
    for index in (0, 1):
        number = customer.choose(question.number, index)
        customer.wait(lambda now: bool(now.said_by("bot")) and not now.typing, after=number)
    turn = turn_of(database, customer)
    assert turn.chosen == "refund_status"
