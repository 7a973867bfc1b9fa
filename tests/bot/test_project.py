"""The demo shop's project holds together: intents, examples, answers, tiers and guidelines name one another."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.actions.orders import day_in_words, find_order, order_number

ROOT = Path(__file__).parents[2]
NO_WISH = "escalate"
HANDED_OVER = "action_handoff"
ANNOTATION = re.compile(r"\[([^\]]+)\]\([^)]+\)")


def read(path: str | Path) -> Any:
    return yaml.safe_load((ROOT / path).read_text(encoding="utf-8"))


def entries() -> list[dict[str, Any]]:
    """As they are written, with their marks."""
    files = sorted((ROOT / "bot/data").rglob("*.yml"))
    return [entry for file in files for entry in read(file).get("nlu", [])]


def lines(entry: dict[str, Any]) -> list[str]:
    return [line.removeprefix("- ") for line in entry["examples"].splitlines()]


def bare(text: str) -> str:
    return " ".join(re.findall(r"\w+|[?!]", ANNOTATION.sub(r"\1", text).lower()))


DOMAIN = read("bot/domain.yml")
WISHES = [intent for intent in DOMAIN["intents"] if intent != NO_WISH]
EXAMPLES = {entry["intent"]: lines(entry) for entry in entries() if "intent" in entry}
GUIDELINES = read("bot/guidelines.yml")
RULES = read("bot/data/rules.yml")["rules"]
ROUTER = next(entry for entry in read("config.yml")["pipeline"] if entry["name"] == "bot.router.Router")
TIERS = {name: tier["intents"] for name, tier in ROUTER["tiers"].items()}
BOOK = [order for order in map(find_order, (f"LF-{n:05d}" for n in range(46000, 48400))) if order]


def first_action(intent: str) -> str:
    for rule in RULES:
        steps = rule["steps"]
        if "condition" not in rule and steps[0].get("intent") == intent:
            return str(steps[1]["action"])
    raise AssertionError(f"no rule says what follows {intent}")


def test_the_bot_knows_at_least_thirty_five_wishes():
    assert len(WISHES) >= 35
    assert set(EXAMPLES) == set(WISHES)


def test_every_wish_has_at_least_fifteen_different_examples():
    few = {intent: len(set(map(bare, texts))) for intent, texts in EXAMPLES.items()}
    assert {intent: n for intent, n in few.items() if n < 15} == {}


def test_no_text_stands_twice_neither_under_one_intent_nor_under_two():
    owners: dict[str, list[str]] = defaultdict(list)
    for intent, texts in EXAMPLES.items():
        for text in texts:
            owners[bare(text)].append(intent)
    assert {text: intents for text, intents in owners.items() if len(intents) > 1} == {}


def test_the_intent_that_the_router_sets_has_no_examples_and_leads_to_a_person():
    assert NO_WISH not in EXAMPLES
    assert first_action(NO_WISH) == HANDED_OVER
    assert NO_WISH in DOMAIN["forms"]["order_status_form"]["ignored_intents"]


def test_every_wish_is_in_exactly_one_tier():
    placed = Counter(intent for intents in TIERS.values() for intent in intents)
    assert set(placed) == set(WISHES)
    assert [intent for intent, times in placed.items() if times > 1] == []


def test_critical_wishes_go_to_a_person_and_have_no_answer_of_the_bots():
    assert ROUTER["tiers"]["critical"]["answer"] == "never"
    for intent in TIERS["critical"]:
        assert first_action(intent) == HANDED_OVER
        assert f"utter_{intent}" not in DOMAIN["responses"]


@pytest.mark.parametrize("intent", [*TIERS["routine"], *TIERS["sensitive"]])
def test_every_other_wish_has_an_answer(intent: str):
    action = first_action(intent)
    known = {*DOMAIN["responses"], *DOMAIN["actions"], *DOMAIN["forms"]}
    assert action in known
    assert intent == "talk_to_person" or f"utter_{intent}" in DOMAIN["responses"]


def test_every_answer_is_used():
    actions = "".join(file.read_text(encoding="utf-8") for file in (ROOT / "bot/actions").glob("*.py"))
    said = {step.get("action") for rule in RULES for step in rule["steps"]}
    said |= {f"utter_order_{order.state}" for order in BOOK}
    said |= {f"utter_ask_{slot}" for slot in DOMAIN["forms"]["order_status_form"]["required_slots"]}
    assert [name for name in DOMAIN["responses"] if name not in said and name not in actions] == []


def test_every_button_leads_to_a_wish():
    variants = [variant for texts in DOMAIN["responses"].values() for variant in texts]
    payloads = {button["payload"] for variant in variants for button in variant.get("buttons", [])}
    assert payloads <= {f"/{intent}" for intent in WISHES}


def test_every_guideline_describes_a_wish_and_its_title_fits_a_button():
    assert set(GUIDELINES) == set(WISHES)
    assert all(isinstance(g[part], str) for g in GUIDELINES.values() for part in ("title", "definition", "example"))
    assert {g["title"] for g in GUIDELINES.values() if len(g["title"]) > 30} == set()
    assert len({g["title"] for g in GUIDELINES.values()}) == len(WISHES)


def test_every_counter_example_belongs_to_another_wish():
    for intent, guideline in GUIDELINES.items():
        counter = guideline["counter_example"]
        assert counter["intent"] in WISHES
        assert counter["intent"] != intent


def test_guidelines_quote_no_training_example():
    known = {bare(text) for texts in EXAMPLES.values() for text in texts}
    quoted = [bare(text) for g in GUIDELINES.values() for text in (g["example"], g["counter_example"]["text"])]
    assert [text for text in quoted if text in known] == []


def test_every_order_number_in_the_examples_is_one():
    marked = [number for texts in EXAMPLES.values() for text in texts for number in ANNOTATION.findall(text)]
    assert len(marked) > 40
    assert [number for number in marked if order_number(number) is None] == []


def test_the_project_finds_the_order_numbers_it_marks():
    patterns = next(lines(entry) for entry in entries() if entry.get("regex") == "order_number")
    for text in (text for texts in EXAMPLES.values() for text in texts):
        plain = ANNOTATION.sub(r"\1", text)
        for number in ANNOTATION.findall(text):
            found = [match.group().strip() for p in patterns for match in re.finditer(p, plain, re.IGNORECASE)]
            assert number in found, text


@pytest.mark.parametrize(
    "written", ["LF-48213", "lf 48213", "LF48213", "48213", "#48213", "it's Lf - 48213, I think", "LF–48213."]
)
def test_order_numbers_are_read_however_they_are_written(written: str):
    assert order_number(written) == "LF-48213"


@pytest.mark.parametrize("written", ["LF-4821", "482130", "my tent", "", "£12,500"])
def test_what_is_no_order_number_is_not_taken_for_one(written: str):
    assert order_number(written) is None


def test_every_order_in_the_book_can_be_told():
    assert len(BOOK) == 12
    for order in BOOK:
        text = DOMAIN["responses"][f"utter_order_{order.state}"][0]["text"]
        for fact in re.findall(r"{(\w+)}", text):
            assert getattr(order, fact) not in ("", None), f"{order.number} lacks {fact}"


def test_an_unknown_order_is_not_made_up():
    assert find_order("LF-00000") is None


def test_days_are_told_in_words_and_move_with_today():
    monday = date(2026, 11, 23)
    assert [day_in_words(offset, monday) for offset in (-1, 0, 1)] == ["yesterday", "today", "tomorrow"]
    assert day_in_words(6, monday) == "on Sunday 29 November"
