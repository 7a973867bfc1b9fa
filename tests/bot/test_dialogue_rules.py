"""The demo shop's rules and form, driven turn by turn through Rasa itself; the intents are given, not guessed."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from rasa.core.agent import Agent
from rasa.core.channels.channel import CollectingOutputChannel, UserMessage
from rasa.model_training import train_core

from bot.action_endpoint import actions_of
from labeling.project import find_project

ROOT = Path(__file__).parents[2]
DOMAIN = yaml.safe_load((ROOT / "bot/domain.yml").read_text(encoding="utf-8"))
CALLED = DOMAIN["responses"]["utter_handoff"][0]["text"]
ASKED = DOMAIN["responses"]["utter_ask_order_number"][0]["text"]


@pytest.fixture(scope="module")
def agent(tmp_path_factory: pytest.TempPathFactory) -> Agent:
    folder = tmp_path_factory.mktemp("dialogue")
    config = yaml.safe_load((ROOT / "config.yml").read_text(encoding="utf-8"))
    (folder / "config.yml").write_text(yaml.safe_dump(config | {"pipeline": []}), encoding="utf-8")
    files = (ROOT / "bot/domain.yml", folder / "config.yml", ROOT / "bot/data", folder)
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("RASA_TELEMETRY_ENABLED", "false")
        model = train_core(*map(str, files))
    agent = Agent(action_endpoint=actions_of(find_project(ROOT), None))
    agent.load_model(str(model))
    return agent


class Talk:
    """One customer's conversation; every turn gives an intent, and perhaps an order number."""

    def __init__(self, agent: Agent, customer: str) -> None:
        self._agent = agent
        self._customer = customer

    def says(self, intent: str, number: str | None = None, language: str | None = None) -> list[str]:
        named = {"order_number": number, "language": language}
        entities = {name: value for name, value in named.items() if value}
        text = f"/{intent}" + (json.dumps(entities) if entities else "")
        return [message["text"] for message in asyncio.run(self._turn(text))]

    async def _turn(self, text: str) -> list[dict[str, Any]]:
        channel = CollectingOutputChannel()
        await self._agent.handle_message(UserMessage(text, channel, sender_id=self._customer))
        return channel.messages


@pytest.fixture
def talk(agent: Agent, request: pytest.FixtureRequest) -> Talk:
    return Talk(agent, request.node.name)


def answer_to(intent: str) -> str:
    return str(DOMAIN["responses"][f"utter_{intent}"][0]["text"])


def test_an_order_is_found_by_its_number(talk: Talk):
    assert talk.says("order_status") == [ASKED]
    (answer,) = talk.says("inform_order_number", "lf 48213")
    assert "LF-48213 (Fellside 2 tent) left our warehouse yesterday" in answer
    assert talk.says("order_status") == [ASKED]


def test_a_number_in_the_question_is_not_asked_for_again(talk: Talk):
    (answer,) = talk.says("order_status", "LF-48077")
    assert "Keswick" in answer


def test_the_form_survives_a_question_in_between(talk: Talk):
    talk.says("order_status")
    assert talk.says("return_policy") == [answer_to("return_policy"), ASKED]
    (answer,) = talk.says("inform_order_number", "LF-48302")
    assert answer.startswith("LF-48302")


def test_asking_again_without_a_number_is_answered_and_the_form_goes_on(talk: Talk):
    talk.says("order_status")
    assert talk.says("order_status") == [answer_to("order_status"), ASKED]
    assert talk.says("inform_order_number") == [answer_to("inform_order_number"), ASKED]


def test_never_mind_leaves_the_form_kindly(talk: Talk):
    talk.says("order_status")
    assert talk.says("deny") == [DOMAIN["responses"]["utter_leave_form"][0]["text"]]
    assert talk.says("deny") == [answer_to("deny")]


@pytest.mark.parametrize("intent", ["escalate", "talk_to_person", "injury_report"])
def test_a_hand_over_leaves_the_form(talk: Talk, intent: str):
    talk.says("order_status")
    assert talk.says(intent) == [CALLED]
    assert talk.says("return_policy") == [answer_to("return_policy")]


def test_the_third_unknown_number_calls_a_person_once(talk: Talk):
    talk.says("order_status")
    first = talk.says("inform_order_number", "LF-11111")
    second = talk.says("inform_order_number", "LF-22222")
    third = talk.says("inform_order_number", "LF-33333")
    assert first[0] == "I can't find LF-11111 in our orders."
    assert first[1] != second[1] != ASKED
    assert third == ["I can't find LF-33333 in our orders.", CALLED]
    assert talk.says("return_policy") == [answer_to("return_policy")]


def test_a_dialogue_that_nobody_wrote_down_goes_to_a_person_once(talk: Talk):
    assert talk.says("nlu_fallback") == [CALLED]


def variations(intent: str, german: bool) -> list[dict[str, Any]]:
    conditions = [{"type": "slot", "name": "language", "value": "de"}]
    return [one for one in DOMAIN["responses"][f"utter_{intent}"] if (one.get("condition") == conditions) is german]


def test_all_but_the_look_at_an_order_is_said_in_german_too():
    in_english_alone = {name for name in DOMAIN["responses"] if not variations(name.removeprefix("utter_"), True)}
    about_an_order = {"utter_ask_order_number", "utter_inform_order_number", "utter_leave_form"}
    assert in_english_alone == about_an_order | {name for name in in_english_alone if name.startswith("utter_order_")}


@pytest.mark.parametrize("intent", ["refund_status", "size_advice", "thank", "start_return"])
def test_a_german_is_answered_in_german_and_everybody_else_in_english(talk: Talk, intent: str):
    (german,) = variations(intent, german=True)
    english = [one["text"] for one in variations(intent, german=False)]
    assert talk.says(intent, language="de") == [german["text"]]
    assert talk.says(intent) == [german["text"]]
    assert talk.says(intent, language="it")[0] in english


@pytest.mark.parametrize("intent", ["refund_status", "return_policy", "bot_challenge", "complaint", "jobs"])
def test_a_german_answer_leads_on_as_the_english_one_does(intent: str):
    def leads(one: dict[str, Any]) -> list[str]:
        return [button["payload"] for button in one.get("buttons", [])]

    assert leads(variations(intent, german=True)[0]) == leads(variations(intent, german=False)[0])
