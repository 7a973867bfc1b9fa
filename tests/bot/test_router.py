"""The router inside Rasa's pipeline: the decision beside the opinion, and people where there is none."""

from __future__ import annotations

from typing import Any

import pytest
from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.nlu.training_data.message import Message

from bot.intent_classifier import OPINION, IntentClassifier, Opinion
from bot.router import Router
from labeling.promise import Calibration
from labeling.ranking import Guess, Ranking

TIERS = {
    "easy": {"promise": 0.5, "audit": "20%", "intents": ["hours"]},
    "hard": {"answer": "never", "intents": ["fraud"]},
}
SURE = Calibration((0.9,) * 40, (True,) * 40, ("hours",) * 40)


class Model:
    """Stands for a trained model: only its calibration is asked for."""

    def __init__(self, calibration: Calibration = SURE) -> None:
        self.calibration = calibration


def routed(text: str, intent: str | None = "hours", model: Any = None, **more: Any) -> dict[str, Any]:
    message = Message({"text": text, **more})
    if intent:
        ranking = Ranking((Guess(intent, 0.8), Guess("other", 0.2)), 0.95, "v1")
        message.set(OPINION, Opinion(ranking, model or Model()))
    router = Router({**Router.get_default_config(), "tiers": TIERS, "details": ["order_number"]})
    (done,) = router.process([message])
    shown: dict[str, Any] = done.as_dict(only_output_properties=True)
    return shown


def test_a_sure_guess_is_answered_and_keeps_its_ranking() -> None:
    shown = routed("when do you open")
    assert shown["routing"]["route"] == "answer"
    assert shown["routing"]["tier"] == "easy"
    assert shown["routing"]["ranking"]["guesses"] == [["hours", 0.8], ["other", 0.2]]


def test_a_tier_that_never_answers_gets_the_intent_escalate_and_the_ranking_stays() -> None:
    shown = routed("stolen!", "fraud")
    assert shown["intent"]["name"] == "escalate"
    assert shown["routing"]["ranking"]["guesses"][0] == ["fraud", 0.8]


def test_without_an_opinion_people_answer() -> None:
    shown = routed("when do you open", intent=None)
    assert (shown["intent"]["name"], shown["routing"]["route"]) == ("escalate", "escalate")
    assert "could not read" in shown["routing"]["reason"]


def test_the_pipeline_tells_the_chance_of_an_audit_and_never_whether_this_turn_was_drawn() -> None:
    assert [routed("when do you open")["routing"]["audit"] for _ in range(50)] == [0.2] * 50
    assert routed("stolen!", "fraud")["routing"]["audit"] == 0


def test_what_is_promised_of_an_answer_is_told_with_it_and_nothing_of_what_people_answer() -> None:
    assert routed("when do you open")["routing"]["promise"] == 0.5
    assert routed("stolen!", "fraud")["routing"]["promise"] is None


def test_the_opinion_itself_never_leaves_the_pipeline() -> None:
    assert OPINION not in routed("when do you open")


@pytest.mark.parametrize(("text", "route"), [("N-123!", "answer"), ("no, N-123", "escalate")])
def test_only_a_message_that_is_nothing_but_a_detail_continues_the_dialogue(text: str, route: str) -> None:
    start = text.index("N-123")
    entity = {"entity": "order_number", "start": start, "end": start + 5, "value": "N-123"}
    assert routed(text, "fraud", entities=[entity])["routing"]["route"] == route


def test_a_buttons_payload_is_not_routed() -> None:
    assert "routing" not in routed("/hours", intent=None)


def test_thresholds_follow_the_model_that_answers() -> None:
    router = Router({**Router.get_default_config(), "tiers": TIERS})
    routes = []
    for calibration in (SURE, Calibration((), (), ()), SURE):
        message = Message({"text": "when"})
        message.set(OPINION, Opinion(Ranking((Guess("hours", 1.0),), 0.95, "v"), Model(calibration)))  # type: ignore[arg-type]
        router.process([message])
        routes.append(message.get("routing")["route"])
    assert routes == ["answer", "escalate", "answer"]


def test_unusable_tiers_are_refused_in_rasas_own_words() -> None:
    with pytest.raises(InvalidConfigException, match="promise"):
        Router({**Router.get_default_config(), "tiers": {"easy": {"promise": 7}}})


@pytest.mark.parametrize("details", ["order_number", {"order_number": True}, [7]])
def test_details_that_are_no_list_of_entities_are_refused(details: Any) -> None:
    with pytest.raises(InvalidConfigException, match="details: must be a list of entities"):
        Router({**Router.get_default_config(), "tiers": TIERS, "details": details})


def test_a_model_that_fails_leaves_no_opinion() -> None:
    class Broken:
        def current(self) -> Any:
            raise RuntimeError("no")

    classifier = IntentClassifier(IntentClassifier.get_default_config(), None, None, Broken())
    (message,) = classifier.process([Message({"text": "hello"})])
    assert message.get(OPINION) is None
