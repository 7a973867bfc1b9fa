"""A project out of anybody's labelled messages."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
import yaml

from bot.new_project import LabelsRefused, create_project, hold_out, intent_name, project_files
from bot.training import train_dialogue
from labeling.examples import Example, read_examples
from labeling.guidelines import read_guidelines
from labeling.project import find_project
from labeling.retraining import read_project_policy

AWKWARD = (
    "where is [my order](which one) now",
    "two\nlines, one   question",
    "- begins like a list",
    'he said "no": why?',
    "# not a comment",
    "{{braces}} and {more}",
    "/restart is what I typed",
    "ça ne marche pas 😡",
    "back\\slash at the end\\",
)
LABELS = {
    "Où est ma commande ?": tuple(f"où est ma commande {number}" for number in range(6)),
    "注文": tuple(f"注文 {number} はどこ" for number in range(6)),
    "misc/other": AWKWARD,
}
EXAMPLES = tuple(Example(text, label) for label, texts in LABELS.items() for text in texts)


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("Card payment?", "Card_payment"),
        ("  refunds & returns ", "refunds_returns"),
        ("Où est ma commande ?", "Où_est_ma_commande"),
        ("注文", "注文"),
        ("misc/other", "misc_other"),
        ("already_fine", "already_fine"),
    ],
)
def test_a_label_becomes_a_name_that_rasa_can_use(label: str, name: str) -> None:
    assert intent_name(label) == name


def test_a_fifth_of_each_intent_is_held_out_and_a_thin_one_keeps_everything() -> None:
    examples = [
        Example(f"{intent} {n}", intent) for intent, many in (("a", 10), ("b", 5), ("c", 4)) for n in range(many)
    ]
    train, frozen = hold_out(examples, seed=1)
    assert Counter(example.intent for example in frozen) == {"a": 2, "b": 1}
    assert sorted(map(repr, train + frozen)) == sorted(map(repr, examples))
    assert hold_out(examples, seed=1) == (train, frozen)
    assert hold_out(examples, seed=2) != (train, frozen)


def test_labels_that_would_become_one_intent_are_refused_and_nothing_is_written(tmp_path: Path) -> None:
    examples = [
        Example("a", "card payment"),
        Example("b", "card-payment"),
        Example("c", "??"),
        Example("d", "escalate"),
    ]
    with pytest.raises(LabelsRefused) as refused:
        create_project(tmp_path / "shop", examples)
    collision, nameless, reserved = str(refused.value).splitlines()
    assert (
        collision == "the labels card payment and card-payment would both become the intent card_payment; rename one"
    )
    assert "??" in nameless
    assert "escalate" in reserved
    assert not (tmp_path / "shop").exists()


def test_a_frozen_sets_label_collides_with_an_examples_label_too(tmp_path: Path) -> None:
    with pytest.raises(LabelsRefused):
        create_project(tmp_path / "shop", [Example("a", "card payment")], [Example("b", "card-payment")])


def test_what_nothing_covers_may_stand_in_a_frozen_set_of_ones_own(tmp_path: Path) -> None:
    create_project(tmp_path / "shop", EXAMPLES, [Example("what is love", "out_of_scope")])
    assert "out_of_scope" in (tmp_path / "shop" / "frozen.csv").read_text(encoding="utf-8")
    assert "out_of_scope" not in (tmp_path / "shop" / "domain.yml").read_text(encoding="utf-8")


def test_no_message_loses_a_word_or_gains_an_entity_on_its_way_into_rasas_format(tmp_path: Path) -> None:
    for name, text in project_files([Example(text, "misc") for text in AWKWARD], []).items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert "entity" not in (tmp_path / "data" / "nlu.yml").read_text(encoding="utf-8")
    read = [example.text for example in read_examples(tmp_path / "data").examples]
    assert [text.split() for text in read] == [text.replace("](", "] (").split() for text in AWKWARD]


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("written") / "shop"
    create_project(folder, EXAMPLES)
    return folder


def test_the_written_project_is_one_that_handraise_reads(written: Path) -> None:
    project = find_project(written)
    policy = read_project_policy(project)
    names = {intent_name(label) for label in LABELS}
    assert set(policy.intents) == names
    assert [tier.name for tier in policy.tiers] == ["routine", "sensitive", "critical"]
    assert set(read_guidelines(project.guidelines)) == names
    domain = yaml.safe_load(project.domain.read_text(encoding="utf-8"))
    assert set(domain["intents"]) == names | {"escalate"}
    assert {f"utter_{name}" for name in names} < set(domain["responses"])


def test_rasa_can_train_the_written_project(written: Path) -> None:
    assert train_dialogue(find_project(written)).is_file()


def test_a_label_that_yaml_reads_as_something_else_stays_a_word(tmp_path: Path) -> None:
    labels = ("yes", "no", "404", "1e3", "on")
    create_project(tmp_path, [Example(f"{label} number {n}", label) for label in labels for n in range(6)])
    project = find_project(tmp_path)
    assert set(read_project_policy(project).intents) == set(labels)
    assert {example.intent for example in read_examples(project.data).examples} == set(labels)
    assert train_dialogue(project).is_file()
