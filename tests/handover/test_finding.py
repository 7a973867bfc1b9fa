"""A customer's words that an agent came upon in Slack, on their way to a label."""

from __future__ import annotations

from pathlib import Path

from starlette.testclient import TestClient

from escalation import handover
from escalation.finding import keep_found, known_turn
from escalation.slack.intents import labels_in_use
from escalation.store.conversation import conversation_of
from labeling.database import Database
from labeling.labels import labels
from labeling.project import find_project
from labeling.ranking import Guess, Ranking
from labeling.store.correction import Correction
from labeling.store.turn import Turn
from labeling.web import Settings, create_app

ROOT = Path(__file__).resolve().parents[2]


def labelled(database: Database, text: str = "can I rent a kayak?") -> int:
    with database.transaction() as session:
        turn = keep_found(session, "C1", "1800000000.000100", text)
        assert turn.id is not None
        said = {"kind": "intent", "intent": "rent_gear", "source": "slack", "suggestion_visible": False}
        session.add(Correction(turn_id=turn.id, person_id="U1", person_name="Mina", **said))
    return turn.id


def test_the_same_message_is_kept_once(either_database: Database) -> None:
    assert labelled(either_database) == labelled(either_database)
    with either_database.reading() as session:
        turn = known_turn(session, "C1", "1800000000.000100")
        assert turn is not None
        assert turn.text == "can I rent a kayak?"
        assert known_turn(session, "C2", "1800000000.000100") is None


def test_a_trainer_reviews_it_like_any_other(database: Database) -> None:
    turn_id = labelled(database)
    app = create_app(find_project(ROOT), database, Settings())
    with TestClient(app, base_url="http://127.0.0.1", follow_redirects=False) as browser:
        page = browser.get("/").text
        assert "can I rent a kayak?" in page
        assert browser.post(f"/turns/{turn_id}/accept").status_code == 303
    with database.reading() as session:
        assert [(label.text, label.intent) for label in labels(session)] == [("can I rent a kayak?", "rent_gear")]


def test_what_no_model_ranked_takes_no_intent_away_from_the_search(database: Database) -> None:
    with database.transaction() as session:
        message, _ = handover.hear(session, conversation_of(session, "webchat", "c1"), "hello", None)
        ranking = Ranking((Guess("store_hours", 0.6), Guess("rent_gear", 0.3)), 0.4, "m1")
        decided = {"route": "answer", "reason": "Sure.", "confidence": 0.4, "model_version": "m1"}
        told = {"conversation_id": 1, "message_id": message.id, "text": "hello", "ranking": ranking.to_json()}
        session.add(Turn(**told, **decided))
    labelled(database)
    assert labels_in_use(database) == {"store_hours", "rent_gear"}
