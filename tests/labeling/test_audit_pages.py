"""The audit and production pages over HTTP, as a browser without scripts uses them."""

from __future__ import annotations

from dataclasses import asdict

from starlette.testclient import TestClient

from escalation.store.conversation import conversation_of
from escalation.store.message import Speaker, say
from escalation.transcript import around
from labeling.database import Database
from labeling.drift import Cause, Drift
from labeling.labels import labels
from labeling.project import Project, find_project
from labeling.store.alarm import Alarm, stopped_tiers
from labeling.store.look import Look
from labeling.store.turn import Turn
from labeling.web import Settings, create_app
from tests.labeling.conftest import HERE
from tests.labeling.drawn import answered, look
from tests.labeling.turns import correct


def test_an_empty_audit_says_what_fills_it(browser: TestClient) -> None:
    assert "No answer waits for an audit" in browser.get("/audit").text


def test_an_audit_shows_no_guess_before_the_word_and_all_of_it_after(browser: TestClient, database: Database) -> None:
    turn_id = answered(database, "can i hire a tent", guess="store_hours")
    page = browser.get("/audit").text
    assert "can i hire a tent" in page
    before_the_intents = page.split('id="words-')[1].split('<details class="panel guidelines')[0]
    for telling in ("97 %", "store_hours", "Store hours", "routine"):
        assert telling not in before_the_intents
    answer = browser.post(f"/audit/{turn_id}", data={"intent": "rent_gear"})
    assert (answer.status_code, answer.headers["location"]) == (303, f"/audit?done={turn_id}")
    shown = browser.get(answer.headers["location"]).text
    assert "The bot was wrong." in shown
    assert "97 %" in shown
    with database.reading() as session:
        assert [label.intent for label in labels(session)] == ["rent_gear"]


def test_what_the_customer_chose_is_audited_blind_too_and_stands_beside_the_promise(
    browser: TestClient, database: Database
) -> None:
    turn_id = answered(database, "refund info", guess="rent_gear", chosen="store_hours")
    page = browser.get("/audit").text
    assert "store_hours" not in page.split('id="words-')[1].split('<details class="panel guidelines')[0]
    shown = browser.get(browser.post(f"/audit/{turn_id}", data={"intent": "store_hours"}).headers["location"]).text
    assert "The bot was right." in shown
    assert "the customer had chosen" in shown
    assert "chosen by the customer" in browser.get("/production").text


def test_nobody_is_shown_an_answer_by_asking_for_it_before_their_word(
    browser: TestClient, database: Database
) -> None:
    turn_id = answered(database, "can i hire a tent")
    assert "97 %" not in browser.get(f"/audit?done={turn_id}").text


def test_an_auditor_reads_what_was_said_before_and_the_bots_answer_only_afterwards(
    project: Project, database: Database
) -> None:
    with database.transaction() as session:
        conversation = conversation_of(session, "webchat", "c1")
        say(session, conversation, Speaker.CUSTOMER, "hello")
        say(session, conversation, Speaker.BOT, "Hello! What can I do?")
        message = say(session, conversation, Speaker.CUSTOMER, "<b>when</b> do you open")
        say(session, conversation, Speaker.BOT, "From nine to five.")
        say(session, conversation, Speaker.CUSTOMER, "that is not what i asked")
        message_id = message.id
    turn_id = answered(database, "<b>when</b> do you open")
    with database.transaction() as session:
        turn = session.get(Turn, turn_id)
        assert turn is not None and message_id is not None
        turn.message_id = message_id
    with TestClient(create_app(project, database, Settings(), transcript=around), base_url=HERE) as client:
        page = client.get("/audit").text
        assert "What can I do?" in page
        assert "<b>when" not in page
        assert "nine to five" not in page
        assert "not what i asked" not in page
        shown = client.post(f"/audit/{turn_id}", data={"kind": "not_a_request"}).text
    assert "The bot was wrong." in shown
    assert "nine to five" in shown
    assert "not what i asked" not in shown


def test_later_shows_the_next_one_and_what_was_put_off_still_waits(browser: TestClient, database: Database) -> None:
    first, second = answered(database, "one"), answered(database, "two")
    assert f'action="/audit/{second}"' in browser.get(f"/audit?after={first}").text
    assert f'action="/audit/{first}"' in browser.get("/audit").text
    assert f'action="/audit/{first}"' in browser.get(f"/audit?after={second}").text


def test_a_word_on_what_was_not_drawn_is_refused_in_a_sentence(browser: TestClient, database: Database) -> None:
    turn_id = answered(database, drawn=False)
    refused = browser.post(f"/audit/{turn_id}", data={"intent": "rent_gear"})
    assert refused.status_code == 409
    assert "was not drawn" in refused.text


def test_production_says_where_each_promise_stands(browser: TestClient, database: Database) -> None:
    assert "not audited" in browser.get("/production").text
    for days_ago in (30, 20, 2):
        look(database, answered(database, days_ago=days_ago))
    page = browser.get("/production").text
    assert "34 more audits are needed at least" in page  # two of the three are of the last four weeks
    assert 'class="promise"' in page


def test_all_together_says_what_it_leaves_out(project: Project, database: Database) -> None:
    config = project.config.read_text()
    more = "      sensitive: {promise: 0.9, intents: []}\n      critical:"
    project.config.write_text(config.replace("      critical:", more))
    look(database, answered(database))
    app = create_app(find_project(project.root), database, Settings())
    with TestClient(app, base_url=HERE) as client:
        assert "All together, without sensitive" in client.get("/production").text


def test_the_traffics_causes_are_shown_with_messages_as_text_and_never_markup(
    browser: TestClient, database: Database
) -> None:
    assert "once there are 300" in browser.get("/production").text
    refused = browser.post("/production/look")
    assert (refused.status_code, "300 more turns" in refused.text) == (409, True)
    cause = Cause("new_topic", 0.06, "A new topic: 24 recent messages.", ("<b>do you hire</b>", "any jobs"))
    with database.transaction() as session:
        session.add(Look(model_version="m1", last_turn=400, findings=asdict(Drift(0.0004, (cause,)))))
    page = browser.get("/production").text
    assert "has changed" in page
    assert "A new topic: 24 recent messages." in page
    assert "&lt;b&gt;do you hire" in page
    assert "less than 1 of 1,000" in page


def test_what_a_trainer_decides_later_can_prove_a_promise_broken_too(browser: TestClient, database: Database) -> None:
    """Agents had contradicted the auditor, so nothing was known of these answers before."""
    turns = [answered(database, f"message {number}") for number in range(4)]
    for turn_id in turns:
        correct(database, turn_id, "store_hours")
        browser.post(f"/audit/{turn_id}", data={"intent": "rent_gear"})
    with database.reading() as session:
        assert stopped_tiers(session) == frozenset()
    for turn_id in turns:
        browser.post(f"/turns/{turn_id}/change", data={"intent": "rent_gear"})
    with database.reading() as session:
        assert stopped_tiers(session) == {"routine"}


def test_an_alarm_says_what_to_do_and_a_trainer_ends_it(browser: TestClient, database: Database) -> None:
    with database.transaction() as session:
        session.add(Alarm(tier="routine", promise=0.9, evidence=31.0, audits=40, right=30))
    page = browser.get("/production").text
    assert "The promise of routine is broken" in page
    assert "people answer in this tier instead of the bot" in page
    browser.post("/production/answer_again", data={"tier": "routine"})
    with database.reading() as session:
        assert stopped_tiers(session) == frozenset()
    assert browser.post("/production/answer_again", data={"tier": "routine"}).status_code == 409
