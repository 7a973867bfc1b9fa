"""desk.yml: all of it may be missing, and none of it may be wrong."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

import bot
from escalation.desk_config import SECTIONS, DeskConfig, read_desk_config
from escalation.relay import Policy
from escalation.section import DeskConfigRefused


def written(folder: Path, text: str) -> Path:
    file = folder / "desk.yml"
    file.write_text(text, encoding="utf-8")
    return file


def test_without_a_file_everything_has_its_default(tmp_path: Path) -> None:
    assert read_desk_config(tmp_path / "desk.yml") == DeskConfig()


@pytest.mark.parametrize("text", ["", "owning:", "owning: {}\nrelay:\n"])
def test_empty_sections_have_their_defaults(tmp_path: Path, text: str) -> None:
    assert read_desk_config(written(tmp_path, text)) == DeskConfig()


def test_every_section_is_read_into_the_field_of_its_name() -> None:
    assert {field.name for field in fields(DeskConfig)} == set(SECTIONS)


def test_a_channel_can_have_a_policy_of_its_own(tmp_path: Path) -> None:
    relay = read_desk_config(written(tmp_path, "relay: {channels: {telegram: button}}")).relay
    assert (relay.policy_of("webchat"), relay.policy_of("telegram")) == (Policy.REPLIES, Policy.BUTTON)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("ownin: {}", "there is no section ownin; there are owning, "),
        ("- a list", "must hold sections: owning, "),
        ("owning: [", "is not readable YAML: "),
        ("owning: yes please", "owning must hold knobs (claim_on_reply), and is 'yes please'"),
        ("owning: {claim: true}", "owning has no knob claim; there are claim_on_reply"),
        ("owning: {claim_on_reply: 1}", "owning.claim_on_reply must be true or false, and is 1"),
        ("relay: {policy: none}", "relay.policy must be one of replies, button, and is 'none'"),
        ("relay: {channels: {rest: all}}", "relay.channels.rest must be one of replies, button, and is 'all'"),
        ("relay: {channels: [rest]}", "relay.channels must be a mapping, and is ['rest']"),
        ("relay: {channels: {1: button}}", "relay.channels must be named by texts, and has 1"),
        ("relay: {team_name: ''}", "relay.team_name must be a text, and is ''"),
        ("relay: {note_reactions: lock}", "relay.note_reactions must be a list of texts, and is 'lock'"),
        ("files: {largest_mb: 0}", "files.largest_mb must be a number from 0.001 to 20, and is 0"),
        ("files: {largest_mb: true}", "files.largest_mb must be a number from 0.001 to 20, and is True"),
        ("files: {kinds: [exe]}", "files.kinds knows no exe; there are png, jpg, gif, webp, pdf, txt"),
    ],
)
def test_what_is_wrong_is_said_in_one_line_with_what_to_write_instead(tmp_path: Path, text: str, line: str) -> None:
    file = written(tmp_path, text)
    with pytest.raises(DeskConfigRefused) as refused:
        read_desk_config(file)
    assert str(refused.value).startswith(f"{file}: {line}")
    assert "\n" not in str(refused.value)


def test_the_demos_own_file_is_right_with_and_without_what_it_suggests(tmp_path: Path) -> None:
    text = (Path(bot.__file__).parent / "desk.yml").read_text(encoding="utf-8")
    suggested = re.sub(r"^# (?=hours:|routing:|phrases:| )", "", text, flags=re.MULTILINE)
    config = read_desk_config(written(tmp_path, suggested))
    assert read_desk_config(written(tmp_path, text)).hours.is_always_open
    assert not config.hours.is_always_open
    assert config.phrases.of("de").busy.startswith("Einen Moment noch")
    assert [rule.destination.channel for rule in config.routing.rules] == ["", "#support-de"]


def test_a_tier_that_config_yml_does_not_have_is_refused_with_the_files_name(tmp_path: Path) -> None:
    file = written(tmp_path, "waiting: {tiers: {vital: {}}}")
    with pytest.raises(DeskConfigRefused) as refused:
        read_desk_config(file, ["routine"])
    assert str(refused.value) == f"{file}: waiting.tiers: there is no tier vital; config.yml has routine"
