"""What agents tell the trainers: why messages are hard, and what they keep answering."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import yaml
from starlette.testclient import TestClient

from escalation.agent_answers import agent_answers
from escalation.handover import Person, hear, open_case, reply
from escalation.store.conversation import conversation_of
from labeling import reviewing
from labeling.database import Database
from labeling.project import Project
from labeling.ranking import Guess, Ranking
from labeling.repeated_answers import AgentAnswer, group, repeated_answers
from labeling.store.canned_reply import CannedReply, CannedUse, offered
from labeling.store.cause import Cause, GivenCause
from labeling.store.correction import CorrectionKind, corrections_of
from labeling.store.turn import Turn
from labeling.web import Settings, create_app
from tests.labeling.conftest import HERE
from tests.labeling.turns import correct, corrected, turn

MINA = Person("U1", "Mina")


@pytest.fixture
def browser(project: Project, database: Database) -> Iterator[TestClient]:
    app = create_app(project, database, Settings(), agent_answers)
    with TestClient(app, base_url=HERE, follow_redirects=False) as client:
        yield client


def answered(database: Database, customer: str, text: str, intent: str | None = "store_hours") -> int:
    """A customer asked, Mina answered, and said what was wanted. Returns the answer's message id."""
    with database.transaction() as session:
        conversation = conversation_of(session, "webchat", customer)
        conversation.customer_name = customer
        message, _ = hear(session, conversation, "when are you there", None)
        row = Turn(
            conversation_id=conversation.id or 0,
            message_id=message.id or 0,
            text=message.text,
            ranking=Ranking((Guess("rent_gear", 0.4),), 0.3, "m1").to_json(),
            confidence=0.3,
            model_version="m1",
            route="escalate",
            reason="unsure",
        )
        session.add(row)
        session.flush()
        case = open_case(session, conversation, "unsure", row)
        assert case.id is not None
        sent = reply(session, case.id, MINA, text, f"17000000{len(customer)}.{case.id:06}")
        turn_id, sent_id = row.id or 0, sent.id or 0
    if intent:
        correct(database, turn_id, intent)
    return sent_id


def test_an_answer_sent_again_and_again_is_offered_with_its_intent_and_count(either_database: Database) -> None:
    for customer in ("Ada", "Bo", "Cy"):
        answered(either_database, customer, f"Hello {customer}, we are open from 9 to 17 every day. Mina")
    answered(either_database, "Di", "Hello Di, we are open from 10 to 17 every day! Mina")
    answered(either_database, "Ed", "Your refund left us this morning.")
    answered(either_database, "Fi", "Hello Fi, we are open from 9 to 17 every day. Mina", intent=None)
    with either_database.reading() as session:
        (one,) = repeated_answers(session, agent_answers(session))
    assert (one.intent, one.count, one.agents) == ("store_hours", 4, ("Mina",))
    assert one.text == "Hello {customer}, we are open from 10 to 17 every day! {agent}"
    assert yaml.safe_load(one.as_yaml) == {"responses": {"utter_store_hours": [{"text": one.text}]}}


def test_what_is_a_canned_reply_already_is_not_offered(database: Database) -> None:
    with database.transaction() as session:
        session.add(CannedReply(title="Fees", text="…", author="Mina", intent="delivery_cost"))
        session.flush()
        (fees,) = offered(session)
    ids = [answered(database, name, "We are open from 9 to 17 every day.") for name in ("Ada", "Bo", "Cy")]
    with database.transaction() as session:
        session.add(CannedUse(canned_id=fees.id or 0, message_id=ids[0], person_id="U1"))
    for name in ("Di", "Ed", "Fi"):
        answered(database, name, "Delivery costs three euros everywhere.", "delivery_cost")
    with database.reading() as session:
        assert repeated_answers(session, agent_answers(session)) == []


def test_a_trainers_label_beats_what_agents_said_it_was(database: Database) -> None:
    for name in ("Ada", "Bo", "Cy"):
        answered(database, name, "We are open from 9 to 17 every day.", "rent_gear")
    with database.transaction() as session:
        for turn_id in range(1, 4):
            reviewing.change(session, turn_id, "Noor", "store_hours", ("store_hours",))
        (one,) = repeated_answers(session, agent_answers(session))
    assert one.intent == "store_hours"


def test_greetings_and_different_answers_are_not_one_answer() -> None:
    def said(text: str) -> tuple[str, AgentAnswer]:
        return "store_hours", AgentAnswer(text, "Ada", "Mina", (1,))

    assert group([said("Hello Ada!")] * 5) == []
    assert (
        group([said("we open at nine today"), said("closed for the whole week"), said("ask my colleague Jonas")])
        == []
    )


def test_a_trainer_takes_it_over_as_a_canned_reply_once(browser: TestClient, database: Database) -> None:
    for name in ("Ada", "Bo", "Cy"):
        answered(database, name, "We are open from <9> to 17 every day.")
    page = browser.get("/agents").text
    assert "3 times" in page
    assert "utter_store_hours" in page
    assert "&lt;9&gt;" in page
    words = {"intent": "store_hours", "title": "Opening hours", "text": "We are open from 9 to 17."}
    for _ in range(2):
        assert browser.post("/agents/canned", data=words).status_code == 303
    with database.reading() as session:
        assert [(one.title, one.intent) for one in offered(session)] == [("Opening hours", "store_hours")]
    page = browser.get("/agents").text
    assert "3 times" not in page
    assert "We are open from 9 to 17." in page
    assert browser.post("/agents/canned", data={**words, "title": " "}).status_code == 409


def test_an_intent_that_the_bot_never_answers_has_no_words_for_the_bot(
    browser: TestClient, database: Database
) -> None:
    for name in ("Ada", "Bo", "Cy"):
        answered(database, name, "We have frozen your card just now.", "report_fraud")
    page = browser.get("/agents").text
    assert "its tier says so" in page
    assert "utter_report_fraud" not in page


def test_causes_are_counted_over_what_stands(browser: TestClient, database: Database) -> None:
    first, second = corrected(database, "one"), corrected(database, "two", "store_hours")
    two = turn(database, "three")
    correct(database, two, "rent_gear", kind=CorrectionKind.TWO_IN_ONE, second="store_hours")
    with database.transaction() as session:
        for turn_id, cause in ((first, Cause.LANGUAGE), (first, Cause.WORDING), (second, Cause.WORDING)):
            (said,) = corrections_of(session, turn_id)
            session.add(GivenCause(correction_id=said.id or 0, cause=cause.value))
    page = browser.get("/agents").text
    assert "3 of 3 corrections that stand say why." in page
    assert "Wording" in page
    assert "Language" not in page
    correct(database, second, None, kind=CorrectionKind.WITHDRAWN)
    assert "2 of 2 corrections that stand say why." in browser.get("/agents").text


def test_with_nothing_to_tell_the_page_says_what_would_fill_it(browser: TestClient) -> None:
    page = browser.get("/agents").text
    for told in ("it appears here", "Agents can with one click", "Agents write them from the card"):
        assert told in page
