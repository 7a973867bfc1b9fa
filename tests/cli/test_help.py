"""Each command's help says what it does and what it reads."""

from __future__ import annotations

import pytest

from bot.cli.main import COMMANDS
from tests.cli.conftest import handraise

NAMES = [command.__name__ for command in COMMANDS]
SAID = {
    "demo": ("--project", "--keep", "--port", "no account"),
    "bot": ("--project", "--host", "--port", "domain.yml", "DATABASE_URL"),
    "desk": (
        *("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET"),
        *("HANDRAISE_SLACK_CHANNEL", "SLACK_API_URL"),
    ),
    "labeling": ("--host", "HANDRAISE_TRAINER_TOKEN", "DATABASE_URL"),
    "retrain": ("--force", "--deep", "frozen set", "Exit code 3"),
    "status": ("what is live", "--project"),
    "evaluate": ("--train", "--test", "--oos", "--deep", "--json", "--plot"),
    "explain": ("--json", "--project"),
    "init": ("--examples", "--frozen", "text and intent", "config.yml"),
    "replay": ("--practice", "--limit", "text", "DATABASE_URL"),
    "transcript": ("--output", "--project", "escalation/transcript.schema.json"),
    "export": ("--project", "text and intent", "Rasa NLU"),
    "setup": ("encoder", "HANDRAISE_CACHE"),
}


@pytest.mark.parametrize("command", NAMES)
def test_the_help_says_what_a_command_reads(command: str) -> None:
    said = handraise(command, "--help")
    assert said.code == 0
    assert [word for word in SAID[command] if word not in said.out] == []


def test_the_help_lists_every_command_with_a_sentence() -> None:
    said = handraise("--help")
    assert said.code == 0
    for command in NAMES:
        (line,) = [line for line in said.out.splitlines() if line.strip("│ ").startswith(f"{command} ")]
        assert len(line.replace("│", "").split()) > 4
