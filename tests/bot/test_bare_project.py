"""A Rasa project that took up the two components and nothing else: no intent, rule or action of ours."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from bot.customer import Customer
from bot.training import TrainingFailed, train_dialogue
from labeling.database import Database
from labeling.project import Project, find_project
from tests.bot.conftest import CONFIG, EXAMPLES, serving, story_of

DOMAIN = """
version: "3.1"
intents: [greet, hours, broken, mute, person, number, weather, fraud]
entities: [order_number]
responses:
  utter_greet: [{text: Hello!}]
  utter_hours: [{text: From nine to five.}]
  utter_fraud: [{text: Never mind.}]
"""

DATA = """
version: "3.1"
stories:
  - {story: greet, steps: [{intent: greet}, {action: utter_greet}]}
rules:
  - {rule: hours, steps: [{intent: hours}, {action: utter_hours}]}
  - {rule: fraud, steps: [{intent: fraud}, {action: utter_fraud}]}
nlu:
"""


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Project:
    root = tmp_path_factory.mktemp("bare")
    nlu = "".join(
        f"  - intent: {intent}\n    examples: |\n" + "".join(f"      - {text}\n" for text in examples)
        for intent, examples in EXAMPLES.items()
    )
    (root / "config.yml").write_text(CONFIG.replace("  - name: RegexEntityExtractor\n", ""), encoding="utf-8")
    (root / "domain.yml").write_text(DOMAIN, encoding="utf-8")
    (root / "data").mkdir()
    (root / "data" / "all.yml").write_text(DATA + nlu, encoding="utf-8")
    return find_project(root)


@pytest.fixture(scope="module")
def customer(bare: Project) -> Iterator[Customer]:
    with serving(bare) as bot, httpx.Client(timeout=30) as http:
        yield Customer(http, bot.url)


def test_it_answers_and_hands_over_without_any_rule_for_it(customer: Customer, bare: Project) -> None:
    assert customer.ask("when do you open").said_by("bot") == ["From nine to five."]
    heard = customer.ask("somebody stole my credit card")
    assert heard.person == "waiting"
    (words,) = heard.said_by("bot")
    assert "a person" in words
    database = Database(bare.database_url)
    assert len(story_of(database, customer.conversation).cases) == 1
    database.close()


def test_an_unchanged_project_is_not_trained_again(bare: Project) -> None:
    trained = train_dialogue(bare)
    written = trained.stat().st_mtime_ns
    assert train_dialogue(bare) == trained
    assert trained.stat().st_mtime_ns == written


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        ("domain.yml", "version: '3.1'\nintents: [greet\n", "domain.yml"),
        (
            "data/all.yml",
            'version: "3.1"\nrules:\n  - {rule: x, steps: [{intent: greet}, {action: utter_nix}]}\n',
            "nix",
        ),
    ],
)
def test_a_project_that_rasa_cannot_train_is_refused_in_one_line(
    bare: Project, tmp_path: Path, file: str, text: str, said: str
) -> None:
    for name in ("config.yml", "domain.yml", "data/all.yml"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text((bare.root / name).read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / file).write_text(text, encoding="utf-8")
    with pytest.raises(TrainingFailed) as refused:
        train_dialogue(find_project(tmp_path))
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)
