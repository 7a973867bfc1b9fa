"""Each command's help says what it does and what it reads."""

from __future__ import annotations

import pytest

from tests.cli.conftest import handraise


@pytest.mark.parametrize(
    ("command", "named"),
    [
        ("demo", ("--project", "--keep", "--port", "no account")),
        ("bot", ("--project", "--host", "--port", "domain.yml", "DATABASE_URL")),
        (
            "desk",
            (
                "SLACK_BOT_TOKEN",
                "SLACK_APP_TOKEN",
                "SLACK_SIGNING_SECRET",
                "HANDRAISE_SLACK_CHANNEL",
                "SLACK_API_URL",
            ),
        ),
        ("labeling", ("--host", "HANDRAISE_TRAINER_TOKEN", "DATABASE_URL")),
        ("retrain", ("--force", "frozen set", "Exit code 3")),
        ("status", ("what is live", "--project")),
        ("init", ("--examples", "--frozen", "text and intent", "config.yml")),
        ("replay", ("--practice", "--limit", "text", "DATABASE_URL")),
        ("setup", ("encoder", "HANDRAISE_CACHE")),
    ],
)
def test_the_help_says_what_a_command_reads(command: str, named: tuple[str, ...]) -> None:
    said = handraise(command, "--help")
    assert said.code == 0
    assert [word for word in named if word not in said.out] == []


def test_the_help_lists_every_command_with_a_sentence() -> None:
    said = handraise("--help")
    assert said.code == 0
    for command in ("demo", "bot", "desk", "labeling", "retrain", "status", "init", "replay", "setup"):
        (line,) = [line for line in said.out.splitlines() if line.strip("│ ").startswith(f"{command} ")]
        assert len(line.replace("│", "").split()) > 4
