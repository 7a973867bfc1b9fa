"""What stays of a closed case: its summary and rating on the card, and the transcript as JSON."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import jsonschema
import pytest

import escalation
from escalation.case_summary import summarize
from escalation.case_transcript import NoSuchCase, transcript, transcript_of_turn
from escalation.practice.player import JSON
from escalation.rating import ASKED_FOR, RatingRefused, rate
from escalation.slack.press import Do
from escalation.slack.record_part import span
from escalation.store.case import Case, case_by_id
from escalation.store.message import Message
from escalation.store.rating import rating_of
from labeling.labels import state_of
from labeling.store.correction import Correction
from labeling.store.review import Review
from labeling.store.turn import Turn
from tests.desk.conftest import RANKING, Scene, all_text

SCHEMA = json.loads((Path(escalation.__file__).parent / "transcript.schema.json").read_text(encoding="utf-8"))
OPENED = datetime(2026, 11, 25, 12, 0)


def closed_case(scene: Scene) -> int:
    """The customer asked, Mina taught, answered and closed."""
    case_id = scene.raise_hand("where is my money??", customer_name="Ada")
    mina = scene.agent("mina")
    mina.click(case_id, "correct_guess_0")
    mina.reply(case_id, "It is on its way.")
    scene.until(lambda: scene.heard(case_id))
    scene.write(case_id, "oh good")
    mina.finds("oh good")
    mina.click(case_id, Do.CLOSE.value)
    scene.until(lambda: "For the record" in all_text(mina.card(case_id)))
    return case_id


def give(scene: Scene, case_id: int, stars: object, comment: object = "") -> None:
    with scene.database.transaction() as session:
        rate(session, case_by_id(session, case_id).conversation_id, stars, comment)


def told(scene: Scene, case_id: int) -> dict[str, Any]:
    with scene.database.reading() as session:
        return transcript(session, case_id)


def test_a_closed_card_says_what_it_was_about_who_helped_and_how_long_it_took(scene: Scene) -> None:
    closed_case(scene)
    card = str(scene.agent("mina").finds("For the record"))
    assert "Wanted: *Where is my refund* (agents say)" in card
    assert "Answered by Mina after" in card
    assert "2 messages from the customer, 1 from people" in card


def test_the_customers_rating_and_words_come_to_the_card(scene: Scene) -> None:
    case_id = closed_case(scene)
    give(scene, case_id, 4)
    scene.agent("mina").finds("★★★★☆ 4 of 5 from the customer")
    give(scene, case_id, 5, "quick <b>and</b> kind")
    scene.agent("mina").finds("★★★★★ 5 of 5 from the customer “quick &lt;b&gt;and&lt;/b&gt; kind”")


@pytest.mark.parametrize("stars", [0, 6, "5", None, True, 4.5])
def test_what_is_no_rating_is_refused(scene: Scene, stars: object) -> None:
    case_id = closed_case(scene)
    with pytest.raises(RatingRefused, match="1 to 5"):
        give(scene, case_id, stars)


def test_only_a_closed_case_in_which_a_person_answered_is_rated_and_not_for_ever(scene: Scene) -> None:
    case_id = scene.raise_hand()
    mina = scene.agent("mina")
    with pytest.raises(RatingRefused, match="nothing to rate"):
        give(scene, case_id, 5)
    mina.click(case_id, Do.CLOSE.value)
    mina.finds("Closed by")
    with pytest.raises(RatingRefused, match="nothing to rate"):
        give(scene, case_id, 5)  # nobody said a word
    answered = closed_case(scene)
    with scene.database.transaction() as session:
        case = case_by_id(session, answered)
        assert case.closed_at is not None
        case.closed_at -= ASKED_FOR
    with pytest.raises(RatingRefused, match="nothing to rate"):
        give(scene, answered, 5)
    with scene.database.reading() as session:
        assert rating_of(session, answered) is None


def test_a_transcript_is_right_by_its_own_schema_and_holds_everything(scene: Scene) -> None:
    case_id = closed_case(scene)
    give(scene, case_id, 5, "thanks")
    whole = told(scene, case_id)
    jsonschema.validate(whole, SCHEMA)
    assert json.loads(json.dumps(whole)) == whole
    said = [(one["speaker"], one["text"]) for one in whole["messages"]]
    assert said[:1] == [("customer", "where is my money??")]
    assert ("agent", "It is on its way.") in said
    assert whole["summary"]["people"] == ["Mina"]
    assert (whole["summary"]["stars"], whole["summary"]["comment"]) == (5, "thanks")
    assert whole["summary"]["wish"] == {"intents": ["refund_status"], "source": "agents"}
    assert whole["turns"][0]["corrections"][0]["person"] == "Mina"


def test_an_open_case_has_a_transcript_too(scene: Scene) -> None:
    whole = told(scene, scene.raise_hand())
    jsonschema.validate(whole, SCHEMA)
    assert whole["summary"]["closed_after"] is None
    assert whole["summary"]["wish"]["source"] == "bot"


def test_a_case_that_is_not_there_has_none(scene: Scene) -> None:
    with pytest.raises(NoSuchCase):
        told(scene, 4711)


def transcripts(scene: Scene) -> list[JSON]:
    """Messages that hold one, as everybody in the channel sees them."""
    messages = [one for one in scene.agent("jonas").sees() if one.get("files")]
    return [one for one in messages if one["files"][0]["name"].endswith(".json")]


def ask_for_transcript(scene: Scene, case_id: int) -> JSON:
    """From the window with the whole conversation; the window as it is afterwards."""
    mina = scene.agent("mina")
    mina.click(case_id, Do.WHOLE.value)
    window = mina.play.modal()
    assert window is not None
    mina.play.click(window, Do.TRANSCRIPT.value)
    changed = mina.play.modal()
    assert changed is not None
    return changed


@pytest.mark.parametrize("state", ["closed", "open"])
def test_an_agent_gets_the_transcript_into_the_thread_and_the_customer_hears_nothing_of_it(
    scene: Scene, state: str
) -> None:
    case_id = closed_case(scene) if state == "closed" else scene.raise_hand()
    scene.at_rest()
    before = told(scene, case_id)
    window = ask_for_transcript(scene, case_id)
    assert "is on its way into the thread" in all_text(window)
    (shared,) = scene.until(lambda: transcripts(scene))
    assert shared["thread_ts"] == scene.agent("mina").card(case_id)["ts"]
    assert shared["text"] == f"Transcript for Mina: case-{case_id}.json"
    content = httpx.get(f"{scene.practice.url}/play/file/{shared['files'][0]['id']}", trust_env=False).json()
    jsonschema.validate(content, SCHEMA)
    scene.at_rest()
    assert content == before == told(scene, case_id)


def test_a_transcript_whose_upload_was_cut_short_comes_once(scene: Scene) -> None:
    case_id = scene.raise_hand()
    scene.agent("mina").play.misbehave(method="files.completeUploadExternal", status=503, performed=True)
    ask_for_transcript(scene, case_id)
    scene.at_rest()
    assert len(transcripts(scene)) == 1


def test_a_trainer_gets_the_case_in_which_a_turn_was_said(scene: Scene) -> None:
    case_id = scene.raise_hand()
    scene.write(case_id, "and another thing", RANKING)
    with scene.database.reading() as session:
        first, second = [turn.id or 0 for turn in session.query(Turn).order_by(Turn.id)]
        records = [transcript_of_turn(session, turn_id) for turn_id in (first, second)]
        assert transcript_of_turn(session, second + 1) is None
    assert records[0] == records[1] == told(scene, case_id)


def says(person: str, intent: str, number: int) -> Correction:
    return Correction(
        id=number, turn_id=1, kind="intent", intent=intent, person_id=person, person_name=person, source="slack"
    )


def test_a_summary_says_who_knows_what_was_wanted() -> None:
    case = Case(id=1, conversation_id=1, reason="unsure", opened_at=OPENED)
    first, other = says("Mina", "refund", 1), says("Jonas", "order", 2)
    trainer = Review(id=1, turn_id=1, decision="changed", intent="order", trainer="Noor")
    views: list[tuple[list[Correction], list[Review]]] = [
        ([], []),
        ([first], []),
        ([first, other], []),
        ([first, other], [trainer]),
    ]
    sources = [summarize(case, None, state_of(*view), (), None).wish.source for view in views]
    assert sources == ["nobody", "agents", "disputed", "trainer"]


def test_a_summary_counts_and_makes_nothing_up() -> None:
    case = Case(id=1, conversation_id=1, reason="unsure", opened_at=OPENED, closed_at=OPENED + timedelta(hours=3))
    later = OPENED + timedelta(minutes=5)
    exchange = [
        Message(conversation_id=1, number=1, speaker="customer", text="hm", created_at=OPENED),
        Message(conversation_id=1, number=2, speaker="agent", author="M", text="", deleted=True, created_at=OPENED),
        Message(conversation_id=1, number=3, speaker="agent", author="J", text="so", created_at=later),
    ]
    summary = summarize(case, None, None, exchange, None)
    assert (summary.people, summary.answered_after, summary.closed_after) == (("J",), 300, 3 * 3600)
    assert (summary.from_customer, summary.from_people, summary.question) == (1, 1, "")
    assert [span(seconds) for seconds in (5, 300, 7_199, 86_400 * 3)] == ["5 s", "5 min", "119 min", "3 d"]
