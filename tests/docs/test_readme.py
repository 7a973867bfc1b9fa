"""The README is checked against the code: what it names exists, and what exists is named."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest
import yaml

from bot import schema
from bot.cli.main import app
from bot.intent_classifier import IntentClassifier
from bot.router import Router
from escalation.desk_config import SECTIONS, DeskConfig
from escalation.phrases import NAMES
from labeling.policy import PolicyError, read_policy
from labeling.project import CLASSIFIER, ROUTER, find_project
from labeling.promotion import Gates

REPOSITORY = Path(__file__).parents[2]
README = (REPOSITORY / "README.md").read_text(encoding="utf-8")
VARIABLE = re.compile(r"(HANDRAISE|SLACK)_[A-Z][A-Z_]*|DATABASE_URL")
CORE_WORDS = {
    *("message", "turn", "ranking", "confidence", "route", "tier", "promise", "case", "card", "correction", "label"),
    *("guideline", "snapshot", "candidate", "live", "lift"),
}


def section(title: str) -> str:
    """What stands under this heading, up to the next of its kind."""
    found = re.search(rf"^## {re.escape(title)}\n(.*?)(?=^## |\Z)", README, re.MULTILINE | re.DOTALL)
    assert found, f"README.md has no section {title}"
    return found[1]


def tables(text: str) -> Iterator[list[list[str]]]:
    """Each table's rows, without its head, in cells."""
    for block in re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE):
        rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in block.splitlines()]
        yield rows[2:]


def quoted(text: str) -> list[str]:
    return re.findall(r"`([^`]+)`", text)


def first_cells(text: str) -> set[str]:
    return {name for table in tables(text) for row in table for name in quoted(row[0])}


def variables_in_code() -> set[str]:
    """Every name of an environment variable of ours that stands in the code as a string of its own."""
    return {
        node.value
        for package in ("bot", "escalation", "labeling")
        for file in (REPOSITORY / package).rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and VARIABLE.fullmatch(node.value)
    }


def knobs(head: str) -> dict[str, set[str]]:
    """By component or section, the knobs of the table under Knobs whose first column has this head."""
    named: dict[str, set[str]] = {}
    component = ""
    (table,) = re.findall(rf"^\| {head} \| .*\n(?:^\|.*\n)+", section("Knobs"), re.MULTILINE)
    for where, knob, _ in next(tables(table)):
        component = quoted(where)[0] if where else component
        named.setdefault(component, set()).update(quoted(knob))
    return named


def test_every_command_is_in_the_table_and_nothing_else() -> None:
    commands = {
        command.name or command.callback.__name__.replace("_", "-")
        for command in app.registered_commands
        if command.callback and not command.hidden
    }
    assert first_cells(section("Commands")) == {f"handraise {command}" for command in commands}


def test_every_environment_variable_is_in_the_table_and_nothing_else() -> None:
    documented = {name for name in first_cells(section("Knobs")) if VARIABLE.fullmatch(name)}
    assert documented == variables_in_code()


def test_every_knob_in_config_yml_is_in_the_table_and_nothing_else() -> None:
    assert knobs("where") == {
        CLASSIFIER: set(IntentClassifier.get_default_config()),
        ROUTER: set(Router.get_default_config()),
    }


def test_every_knob_in_desk_yml_is_in_the_table_and_nothing_else() -> None:
    config = DeskConfig()
    written = {name: {knob.name for knob in fields(getattr(config, name))} for name in SECTIONS}
    assert knobs("section") == {**written, "phrases": {"de"}}  # any language's tag


def test_the_phrases_in_the_readme_are_phrases() -> None:
    (example,) = re.findall(r"```yaml\n(phrases:.*?)```", section("In the customer's language"), re.DOTALL)
    assert {name for phrases in yaml.safe_load(example)["phrases"].values() for name in phrases} <= set(NAMES)


def test_every_gate_is_in_the_table_with_its_default() -> None:
    rows = [row for table in tables(section("Knobs")) for row in table if re.fullmatch(r"[\d.]+", row[1])]
    assert {quoted(row[0])[0]: float(row[1]) for row in rows} == {gate.name: gate.default for gate in fields(Gates)}


def test_every_entry_of_a_tier_is_named() -> None:
    with pytest.raises(PolicyError) as refused:
        read_policy({"routine": {"promise": 0.95, "no such entry": 1}})
    entries = re.split(r", | and ", str(refused.value).split("; use ")[1])
    for entry in entries:
        assert re.search(rf"`{entry}\b", section("Knobs")), entry


def test_every_table_of_the_database_is_listed_and_nothing_else() -> None:
    assert first_cells(section("Tables")) == {str(table.__tablename__) for table in schema.TABLES}


def test_no_core_word_is_missing() -> None:
    defined = {
        word.strip() for (table,) in [list(tables(section("Words")))] for row in table for word in row[0].split(",")
    }
    assert defined >= CORE_WORDS


def test_every_path_of_the_layout_exists() -> None:
    paths = first_cells(section("Layout"))
    assert paths
    assert [path for path in paths if not (REPOSITORY / path).is_dir()] == []
    inner = {
        name.rstrip("/")
        for row in next(tables(section("Layout")))
        for name in quoted(row[1])
        if not any((REPOSITORY / folder / name).exists() for folder in quoted(row[0]))
    }
    assert inner == set()


def test_every_top_level_folder_of_code_is_in_the_layout() -> None:
    holding_code = {path.parent.name for path in REPOSITORY.glob("*/__init__.py")}
    assert {f"{name}/" for name in holding_code} <= first_cells(section("Layout"))


def test_every_decision_has_a_date() -> None:
    decisions = re.findall(r"^- .*", section("Decisions"), re.MULTILINE)
    assert decisions
    assert [line for line in decisions if not re.match(r"- \d{4}-\d\d-\d\d\. \*\*", line)] == []


def test_every_file_that_it_links_to_exists() -> None:
    linked = [target for target in re.findall(r"\]\(([^)\s]+)\)", README) if "://" not in target]
    named = [name for name in quoted(README) if re.fullmatch(r"(bot|escalation|labeling)/[\w/]+\.\w+", name)]
    assert [name for name in linked + named if not (REPOSITORY / name.split("#")[0]).exists()] == []


def test_it_names_no_package_registry() -> None:
    assert not re.search(r"pypi|pythonhosted|npmjs|conda|huggingface\.co|index-url", README, re.IGNORECASE)


def test_the_entries_for_an_existing_project_are_accepted(tmp_path: Path) -> None:
    (entries,) = re.findall(r"```yaml\n(.*?)```", section("An existing Rasa 3 project takes Handraise up"), re.DOTALL)
    (tmp_path / "config.yml").write_text("recipe: default.v1\npipeline:\n" + entries, encoding="utf-8")
    (tmp_path / "domain.yml").write_text("version: '3.1'\n", encoding="utf-8")
    project = find_project(tmp_path)
    assert project.frozen_set == tmp_path / "frozen.csv"
    policy = read_policy(project.router["tiers"])
    assert [tier.name for tier in policy.tiers] == list(yaml.safe_load(entries)[1]["tiers"])
