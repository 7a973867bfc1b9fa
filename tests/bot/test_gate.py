"""The one door before Rasa, seen from the customer's side over real HTTP."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from sqlmodel import col, select, update

from bot import dialogue, gate
from bot.customer import Customer, MessageRefused
from bot.hearing import IN_GENERAL, Heard, Words, hear
from bot.late import say_late
from bot.recorder import Said
from escalation import handover
from escalation.handover import Outcome, Person
from escalation.store.conversation import conversation_by_id
from escalation.store.message import Message, Speaker, say
from escalation.store.outbox import Errand
from labeling.database import Database
from labeling.ranking import Guess, Ranking
from labeling.store.turn import Turn
from labeling.text import text_key
from tests.bot.conftest import EXAMPLES, Bot, story_of
from tests.until import until

MINA = Person("U1", "Mina")


def test_a_sure_bot_answers_and_the_turn_keeps_the_whole_ranking(customer: Customer, database: Database) -> None:
    assert customer.ask("what are your opening hours").said_by("bot") == ["From nine to five."]
    story = story_of(database, customer.conversation)
    (turn,) = story.turns
    assert (turn.route, turn.tier) == ("answer", "open")
    assert len(turn.ranking["guesses"]) == 8
    assert turn.model_version
    assert turn.nearest[0] in {text_key(text) for text in EXAMPLES["hours"]}
    assert story.cases == []


def test_an_intent_that_is_never_the_bots_opens_one_case_with_its_card(
    customer: Customer, database: Database
) -> None:
    heard = customer.ask("somebody stole my credit card")
    assert heard.said_by("bot") == ["A person comes."]
    assert heard.person == "waiting"
    story = story_of(database, customer.conversation)
    (case,), (turn,) = story.cases, story.turns
    assert (case.turn_id, case.tier, case.reason) == (turn.id, "closed", turn.reason)
    assert [errand.errand for errand in story.errands] == [Errand.POST_CARD]


def test_the_same_message_sent_four_times_at_once_is_handled_once(customer: Customer, database: Database) -> None:
    with ThreadPoolExecutor(4) as pool:
        numbers = set(pool.map(lambda _: customer.say("when do you open", "same-id"), range(4)))
    customer.wait(lambda now: bool(now.said_by("bot")) and not now.typing)
    assert numbers == {1}
    assert [m.speaker for m in story_of(database, customer.conversation).messages] == ["customer", "bot"]


@pytest.mark.parametrize("command", ["/restart", " /session_start", "//back", "\u200b/restart", '/hours{"a": "b"}'])
def test_a_slash_in_a_customers_words_commands_nothing(customer: Customer, database: Database, command: str) -> None:
    customer.ask("where is my order")
    customer.ask(command)
    assert story_of(database, customer.conversation).turns[-1].text == command.strip()
    with database.engine.connect() as connection:
        told = connection.exec_driver_sql(
            "SELECT type_name, intent_name FROM events WHERE sender_id = ?", (customer.conversation,)
        ).fetchall()
    assert not {"restart", "rewind"} & {kind for kind, _ in told}
    assert not {"restart", "back", "session_start"} & {intent for _, intent in told}
    assert [kind for kind, _ in told].count("session_started") == 1


def test_a_button_that_the_bot_offered_says_what_it_means(customer: Customer, database: Database) -> None:
    greeting = customer.ask("hello there").messages[-1]
    assert greeting.payload["buttons"] == [{"title": "Opening hours"}]
    number = customer.choose(greeting.number, 0)
    heard = customer.wait(lambda now: bool(now.said_by("bot")), after=number)
    assert heard.said_by("bot") == ["From nine to five."]
    assert customer.look().said_by("customer") == ["hello there", "Opening hours"]
    assert len(story_of(database, customer.conversation).turns) == 1


def test_a_button_that_nobody_offered_is_refused(customer: Customer) -> None:
    customer.ask("hello there")
    for number, index in [(1, 0), (2, 7), (99, 0)]:
        with pytest.raises(MessageRefused, match="400"):
            customer.choose(number, index)


def test_a_message_that_is_too_long_is_refused_in_a_sentence(customer: Customer) -> None:
    with pytest.raises(MessageRefused, match=r"413.*under 5,?000 characters"):
        customer.say("x" * 5_001)


def test_only_a_detail_continues_the_dialogue(customer: Customer, database: Database) -> None:
    assert customer.ask("where is my parcel").said_by("bot") == ["Which number?"]
    assert customer.ask("N-123").said_by("bot") == ["Number N-123."]
    turns = story_of(database, customer.conversation).turns
    assert [turn.route for turn in turns] == ["answer", "answer"]
    assert "order number" in turns[1].reason


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("my tent pole snapped", "action_broken failed"),
        ("will it rain tomorrow", "action_elsewhere failed"),
        ("please sing something", "no answer"),
        ("give me a real person", "call a person"),
    ],
)
def test_whoever_gets_no_answer_gets_a_person(
    customer: Customer, database: Database, words: str, reason: str
) -> None:
    heard = customer.ask(words)
    assert "person" in heard.said_by("bot")[-1]
    assert heard.person == "waiting"
    (case,) = story_of(database, customer.conversation).cases
    assert reason in case.reason


def test_while_a_person_has_the_conversation_the_bot_is_silent_and_passes_everything_on(
    customer: Customer, database: Database
) -> None:
    customer.ask("human please")
    number = customer.say("when do you open")
    until(lambda: len(story_of(database, customer.conversation).turns) == 2)
    story = story_of(database, customer.conversation)
    assert [m.speaker for m in story.messages] == ["customer", "bot", "customer"]
    hint = story.turns[1]
    assert (hint.route, hint.ranking["guesses"][0][0]) == ("hint", "hours")
    passed = [errand.message_id for errand in story.errands if errand.errand == Errand.POST_MESSAGE]
    assert passed == [message.id for message in story.messages if message.number == number]
    assert len(story.cases) == 1


def test_after_a_case_is_closed_the_bot_answers_again_and_rasa_knows_what_was_said(
    customer: Customer, database: Database
) -> None:
    customer.ask("human please")
    customer.say("are you open on sunday")
    until(lambda: len(story_of(database, customer.conversation).turns) == 2)
    (case,) = story_of(database, customer.conversation).cases
    assert case.id is not None
    with database.transaction() as session:
        handover.reply(session, case.id, MINA, "We are.", "1.1")
        handover.close(session, case.id, MINA, Outcome.HANDED_BACK)
    assert customer.ask("when do you open").said_by("bot") == ["From nine to five."]
    customer.ask("hello there")
    with database.engine.connect() as connection:
        rows = connection.exec_driver_sql(
            "SELECT data FROM events WHERE sender_id = ? AND type_name IN ('user', 'bot') ORDER BY id",
            (customer.conversation,),
        )
        told = [json.loads(row[0]) for row in rows]
    said = [event["text"] for event in told]
    assert said[:4] == ["human please", "A person comes.", "are you open on sunday", "Mina from our team is here."]
    assert said.count("We are.") == 1
    assert next(event["metadata"] for event in told if event["text"] == "We are.")["author"] == "Mina"


@pytest.mark.parametrize(
    ("text", "status"),
    [("", 400), (" \n\t ", 400), ("\x00\x07", 400), ("x" * 100_000, 413), ("///", 400), (7, 400), (None, 400)],
)
def test_words_that_cannot_be_taken_are_refused_in_a_sentence(
    customer: Customer, bot: Bot, http: httpx.Client, database: Database, text: object, status: int
) -> None:
    url = f"{bot.url}/chat/conversations/{customer.conversation}/messages"
    answer = http.post(url, json={"text": text, "id": "a"})
    assert answer.status_code == status
    assert answer.json()["error"].endswith(".")
    assert story_of(database, customer.conversation).messages == []


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{", b'{"text"', b'{"choice": 1}', b'{"choice": {"number": "x"}}', b"\xff"]
)
def test_a_body_that_is_no_message_is_refused_in_a_sentence(
    customer: Customer, bot: Bot, http: httpx.Client, body: bytes
) -> None:
    answer = http.post(f"{bot.url}/chat/conversations/{customer.conversation}/messages", content=body)
    assert answer.status_code == 400
    assert answer.json()["error"]


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("🙂🙂🙂", "🙂🙂🙂"),
        ("متى تفتحون؟", "متى تفتحون؟"),
        ("when\x00 do you\x1b[31m open\ud800", "when do you[31m open"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("when do you open\nplease", "when do you open\nplease"),
    ],
)
def test_odd_words_are_kept_and_answered(
    customer: Customer, bot: Bot, http: httpx.Client, database: Database, text: str, stored: str
) -> None:
    url = f"{bot.url}/chat/conversations/{customer.conversation}/messages"
    assert http.post(url, content=json.dumps({"text": text, "id": "odd"})).status_code == 202
    customer.wait(lambda now: bool(now.said_by("bot")) and not now.typing)
    assert story_of(database, customer.conversation).messages[0].text == stored


def test_messages_sent_all_at_once_are_each_answered(customer: Customer, database: Database) -> None:
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda _: customer.say("when do you open"), range(6)))
    customer.wait(lambda now: len(now.said_by("bot")) == 6 and not now.typing)
    story = story_of(database, customer.conversation)
    assert [m.number for m in story.messages] == list(range(1, 13))
    assert len(story.turns) == 6


def test_what_a_dead_bot_left_is_taken_up(bot: Bot, database: Database) -> None:
    hear(database, Words("webchat", "left-alone", "when do you open"))
    until(lambda: [m.speaker for m in story_of(database, "left-alone").messages] == ["customer", "bot"])


def test_two_hundred_that_a_dead_bot_left_are_taken_up_a_few_at_a_time(bot: Bot, database: Database) -> None:
    left = [hear(database, Words("webchat", f"choir-{n}", "sing me a song in the choir")) for n in range(200)]
    mine = col(Message.conversation_id).in_([heard.conversation_id for heard in left])

    def answers() -> list[str]:
        with database.reading() as session:
            return list(session.exec(select(Message.text).where(mine, Message.speaker == Speaker.BOT.value)))

    until(lambda: len(answers()) == 200, seconds=120)
    at_once = [int(answer.removesuffix(" at once")) for answer in answers()]
    assert 1 < max(at_once) <= gate.SWEPT_AT_ONCE


def leave_half_settled(database: Database, sender_id: str, reason: str | None = None) -> Heard:
    """Everything of the turn is there, and only the mark that it is handled is missing."""
    heard = hear(database, Words("webchat", sender_id, "when do you open"))
    ranking = Ranking((Guess("hours", 0.9),), 0.9, "m1")
    with database.transaction() as session:
        conversation = conversation_by_id(session, heard.conversation_id)
        turn = Turn(
            conversation_id=heard.conversation_id,
            message_id=heard.message_id,
            text="when do you open",
            ranking=ranking.to_json(),
            confidence=0.9,
            model_version="m1",
            route="answer" if reason is None else "escalate",
            reason="",
        )
        session.add(turn)
        session.flush()
        if reason:
            handover.open_case(session, conversation, reason, turn)
    return heard


def is_handled(database: Database, heard: Heard) -> bool:
    with database.reading() as session:
        message = session.get(Message, heard.message_id)
        return message is not None and message.handled_at is not None


def test_a_message_with_a_turn_that_was_never_answered_is_answered_and_its_turn_stays(
    bot: Bot, database: Database
) -> None:
    heard = leave_half_settled(database, "half-settled")
    until(lambda: is_handled(database, heard))
    story = story_of(database, "half-settled")
    assert [message.text for message in story.messages] == ["when do you open", "From nine to five."]
    assert [turn.model_version for turn in story.turns] == ["m1"]


def test_a_message_whose_turn_called_a_person_is_not_asked_about_again(bot: Bot, database: Database) -> None:
    heard = leave_half_settled(database, "half-raised", "Unsure.")
    until(lambda: is_handled(database, heard))
    story = story_of(database, "half-raised")
    assert [message.text for message in story.messages] == ["when do you open"]
    assert [errand.errand for errand in story.errands] == ["post_card"]


def test_a_message_that_was_answered_already_is_not_answered_twice(bot: Bot, database: Database) -> None:
    heard = hear(database, Words("webchat", "half-answered", "when do you open"))
    until(lambda: is_handled(database, heard))
    with database.transaction() as session:
        session.execute(update(Message).where(col(Message.id) == heard.message_id).values(handled_at=None))
    until(lambda: is_handled(database, heard))
    story = story_of(database, "half-answered")
    assert [message.text for message in story.messages] == ["when do you open", "From nine to five."]
    assert len(story.turns) == 1


def test_a_message_that_nothing_can_be_made_of_gets_a_person_and_those_after_it_their_turn(
    bot: Bot, database: Database
) -> None:
    heard = hear(database, Words("webchat", "unreadable", "the first one"))
    later = hear(database, Words("webchat", "unreadable", "when do you open"))
    with database.transaction() as session:
        question = {"about": heard.message_id, "intents": ["hours"], "titles": ["Hours", "None"], "of": "a later bot"}
        conversation = conversation_by_id(session, heard.conversation_id)
        say(session, conversation, Speaker.BOT, "Did you mean?", payload={"question": question})
    until(lambda: is_handled(database, heard) and is_handled(database, later))
    story = story_of(database, "unreadable")
    assert story.cases[0].reason == "The bot could not handle this message."
    assert [message.text for message in story.messages if message.speaker == "bot"][1:] == [IN_GENERAL.of("").trouble]
    assert {e.message_id for e in story.errands if e.errand == Errand.POST_MESSAGE} == {later.message_id}


def test_an_unknown_conversation_is_404(bot: Bot, http: httpx.Client) -> None:
    for method, path in [("POST", "messages"), ("GET", "messages"), ("GET", "stream")]:
        answer = http.request(method, f"{bot.url}/chat/conversations/nobody/{path}", json={"text": "hello"})
        assert (answer.status_code, answer.json()) == (404, {"error": "There is no such conversation."})


def test_a_dialogue_that_hangs_is_cut_short_and_a_person_called(
    customer: Customer, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dialogue, "PATIENCE_SECONDS", 0.3)
    heard = customer.ask("please sing something slow")
    assert heard.person == "waiting"
    assert "went wrong" in heard.said_by("bot")[0]
    assert story_of(database, customer.conversation).cases[0].reason == "The bot took too long to answer."


def test_an_answer_that_cannot_be_stored_is_no_endless_loop(customer: Customer, database: Database) -> None:
    heard = customer.ask("please sing something odd")
    assert heard.person == "waiting"
    (case,) = story_of(database, customer.conversation).cases
    assert "could not be stored" in case.reason or "dialogue failed" in case.reason


def test_what_the_bot_says_later_by_itself_reaches_the_customer(customer: Customer) -> None:
    customer.say("sing me a song later")
    customer.wait(lambda now: now.said_by("bot") == ["In a moment.", "La la la."])


def test_a_reminder_does_not_talk_over_a_person(customer: Customer, database: Database) -> None:
    customer.ask("human please")
    before = story_of(database, customer.conversation)
    assert before.conversation.id is not None
    say_late(database, before.conversation.id, Said("La la la."))
    assert len(story_of(database, customer.conversation).messages) == len(before.messages)


def test_a_reminder_that_calls_a_person_opens_a_case(customer: Customer, database: Database) -> None:
    customer.ask("sing a song for a person later")
    customer.wait(lambda now: now.person == "waiting")
    assert len(story_of(database, customer.conversation).cases) == 1
    assert "person" in customer.look().said_by("bot")[-1]


def test_a_long_conversation_does_not_grow_without_end(
    customer: Customer, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dialogue, "LONGEST_SESSION", 10)
    for _ in range(dialogue.LOOKED_AT_EVERY // 2 + 1):  # each message has an answer, and a number like it
        assert customer.ask("when do you open").said_by("bot") == ["From nine to five."]
    with database.engine.connect() as connection:
        sessions = connection.exec_driver_sql(
            "SELECT count(*) FROM events WHERE type_name = 'session_started' AND sender_id = ?",
            (customer.conversation,),
        ).scalar()
    assert sessions is not None
    assert sessions > 1
