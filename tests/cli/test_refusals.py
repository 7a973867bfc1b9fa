"""A user's mistake is answered with one line that says what to do: exit code 1, no traceback."""

from __future__ import annotations

from pathlib import Path

import pytest

from labeling.project import CLASSIFIER, ROUTER
from tests.cli.conftest import change, handraise, router_knob

SLACK = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1", "HANDRAISE_SLACK_CHANNEL": "#support"}


@pytest.mark.parametrize("command", ["bot", "desk", "labeling", "retrain", "status", "setup", "demo"])
def test_a_folder_that_is_no_project_is_named(command: str, tmp_path: Path) -> None:
    refusal = handraise(command, "--project", tmp_path / "nowhere").refusal
    assert "nowhere has no config.yml" in refusal
    assert "handraise init" in refusal


def test_a_file_in_place_of_the_projects_folder_is_refused(project: Path) -> None:
    assert "config.yml" in handraise("status", "--project", project / "domain.yml").refusal


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ("pipeline: [a: b: c\n", "is not readable YAML"),
        ("", "holds no settings"),
        ("- name: WhitespaceTokenizer\n", "holds no settings"),
        ("pipeline: 5\n", "needs a pipeline"),
        ("pipeline:\n", f"names no {CLASSIFIER}"),
        (f"pipeline:\n  - name: {CLASSIFIER}\n", f"names no {ROUTER}"),
    ],
)
def test_a_config_that_cannot_be_used_is_refused(project: Path, config: str, said: str) -> None:
    (project / "config.yml").write_text(config, encoding="utf-8")
    refusal = handraise("status", "--project", project).refusal
    assert "config.yml" in refusal
    assert said in refusal


def test_a_config_in_another_encoding_is_refused(project: Path) -> None:
    (project / "config.yml").write_bytes("# Grüße\npipeline: []\n".encode("latin-1"))
    assert "config.yml is not readable" in handraise("status", "--project", project).refusal


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("frozen_set: frozen.csv", "frozen_set: [frozen.csv]", "frozen_set"),
        ("frozen_set: frozen.csv", "frozen_set: nowhere.csv", "nowhere.csv: there is no such file"),
        ("frozen_set: frozen.csv", "gates: [0.5]", "gates"),
        ("frozen_set: frozen.csv", "gates: {accuracy_dorp: 0.1}", "accuracy_dorp"),
        ("promise: 0.95", "promise: 95", "routine needs a promise"),
        ("promise: 0.95", "promise: 0.95\n        colour: red", "unknown entry colour"),
        ("intents: []", "intents: [returns]", "returns is in both"),
    ],
)
def test_a_wrong_knob_is_named_before_anything_is_trained(project: Path, old: str, new: str, said: str) -> None:
    change(project / "config.yml", old, new)
    assert said in handraise("bot", "--project", project, "--port", "0").refusal
    assert not (project / "models").exists()


def test_an_unknown_knob_of_the_router_is_named(project: Path) -> None:
    router_knob(project, "certanity: 0.9")
    assert "certanity" in handraise("status", "--project", project).refusal


def test_an_unknown_knob_of_the_classifier_is_named(project: Path) -> None:
    change(project / "config.yml", "frozen_set: frozen.csv", "frozenset: frozen.csv")
    assert "frozenset" in handraise("status", "--project", project).refusal


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("nonsense", "DATABASE_URL is not a database address"),
        ("mysql://127.0.0.1/x", "DATABASE_URL is not a database address"),
        ("postgresql://nobody:secret@127.0.0.1:1/x", "Connection refused"),
        ("sqlite:////proc/no/handraise.db", "cannot make a folder"),
    ],
)
def test_a_database_that_cannot_be_reached_is_named(project: Path, url: str, said: str) -> None:
    refusal = handraise("status", "--project", project, DATABASE_URL=url).refusal
    assert said in refusal
    assert "secret" not in refusal


def test_a_file_that_is_no_database_is_named(project: Path, tmp_path: Path) -> None:
    (tmp_path / "notes.db").write_text("these are only notes\n" * 100, encoding="utf-8")
    refusal = handraise("status", "--project", project, DATABASE_URL=f"sqlite:///{tmp_path / 'notes.db'}").refusal
    assert "notes.db" in refusal
    assert "not a database" in refusal


@pytest.mark.parametrize("service", ["bot", "labeling", "practice"])
def test_a_port_in_use_is_refused_before_anything_slow(project: Path, practice: int, service: str) -> None:
    where = () if service == "practice" else ("--project", project)
    refusal = handraise(service, *where, "--port", str(practice)).refusal
    assert str(practice) in refusal
    assert "--port" in refusal
    assert not (project / "models").exists()


def test_the_desk_over_http_refuses_a_port_in_use(project: Path, practice: int) -> None:
    from escalation.practice.workspace import BOT_TOKEN, CHANNEL

    slack = {
        "SLACK_BOT_TOKEN": BOT_TOKEN,
        "HANDRAISE_SLACK_CHANNEL": CHANNEL,
        "SLACK_API_URL": f"http://127.0.0.1:{practice}/api/",
        "SLACK_SIGNING_SECRET": "hush",
    }
    refusal = handraise("desk", "--project", project, "--port", str(practice), **slack).refusal
    assert str(practice) in refusal
    assert "--port" in refusal


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"SLACK_BOT_TOKEN": ""}, "SLACK_BOT_TOKEN is not set"),
        ({"SLACK_BOT_TOKEN": "xapp-1"}, "SLACK_BOT_TOKEN does not look like a token"),
        ({"SLACK_API_URL": "http://127.0.0.1:1/api/"}, "Slack cannot be reached at http://127.0.0.1:1/api/"),
    ],
)
def test_the_desk_says_what_slack_needs(project: Path, wrong: dict[str, str], said: str) -> None:
    assert said in handraise("desk", "--project", project, **{**SLACK, **wrong}).refusal


def test_the_trainers_page_is_not_opened_to_the_network_without_a_password(project: Path) -> None:
    refusal = handraise("labeling", "--project", project, "--host", "0.0.0.0", "--port", "0").refusal
    assert "HANDRAISE_TRAINER_TOKEN" in refusal


@pytest.mark.parametrize("command", ["setup", "bot", "retrain"])
def test_an_encoder_that_is_not_there_is_named(project: Path, command: str) -> None:
    change(project / "config.yml", "encoder: all-MiniLM-L6-v2", "encoder: ./encoder")
    port = ("--port", "0") if command == "bot" else ()
    assert "encoder" in handraise(command, "--project", project, *port).refusal


def test_threads_that_are_no_number_are_named(project: Path) -> None:
    assert "HANDRAISE_THREADS" in handraise("setup", "--project", project, HANDRAISE_THREADS="many").refusal


@pytest.mark.parametrize(
    "arguments", [("dance",), ("bot", "--port", "many"), ("demo", "--port", "65535"), ("init",), ("replay",)]
)
def test_a_wrong_call_is_told_how_to_ask(arguments: tuple[str, ...]) -> None:
    said = handraise(*arguments)
    assert said.code == 2
    assert "Usage:" in said.err
    assert "Traceback" not in said.err
