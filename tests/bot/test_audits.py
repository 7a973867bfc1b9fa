"""Answers that people look at afterwards: drawn and stored by a real bot, unnoticed by the customer."""

from __future__ import annotations

import httpx

from bot.customer import Customer
from labeling.clock import now
from labeling.database import Database
from labeling.store.alarm import Alarm
from tests.bot.conftest import Bot, story_of
from tests.until import until

ANSWER = ["From nine to five."]


def test_a_share_of_the_answers_is_drawn_and_its_chance_is_stored_with_every_answer(
    customer: Customer, database: Database
) -> None:
    for _ in range(40):
        customer.ask("when do you open")
    turns = story_of(database, customer.conversation).turns
    assert [turn.audit_rate for turn in turns] == [0.5] * 40
    assert {turn.promise for turn in turns} == {0.5}
    assert {turn.audit for turn in turns} == {True, False}  # by chance alike once in 2 ** 39
    seen = customer.look().messages
    assert [one.text for one in seen if one.speaker == "bot"] == ANSWER * 40
    assert not any(any(one.payload.values()) for one in seen)


def test_what_people_see_anyway_is_not_drawn(customer: Customer, database: Database) -> None:
    customer.ask("talk to a person")
    for wish in ("somebody stole my credit card", "when do you open"):
        customer.say(wish)
    until(lambda: len(story_of(database, customer.conversation).turns) == 3)
    handed_over, owned, also_owned = story_of(database, customer.conversation).turns
    assert handed_over.route == "answer"  # it was understood, and the dialogue called a person
    assert [turn.audit_rate for turn in (handed_over, owned, also_owned)] == [None] * 3
    assert [turn.promise for turn in (handed_over, owned, also_owned)] == [None] * 3
    assert not any(turn.audit for turn in (handed_over, owned, also_owned))


def test_a_tier_in_which_an_alarm_stands_is_not_answered_until_a_person_ends_it(
    bot: Bot, http: httpx.Client, database: Database
) -> None:
    def answer() -> list[str]:
        return Customer(http, bot.url).ask("when do you open").said_by("bot")

    alarm = Alarm(tier="open", promise=0.5, evidence=25.0, audits=30, right=5)
    with database.transaction() as session:
        session.add(alarm)
        session.flush()
        number = alarm.id
    try:
        until(lambda: answer() == ["A person comes."])
    finally:
        with database.transaction() as session:
            standing = session.get(Alarm, number)
            assert standing is not None
            standing.ended_at, standing.ended_by = now(), "Noor"
    until(lambda: answer() == ANSWER)
