"""`/handraise` in any channel."""

from __future__ import annotations

import pytest

from escalation.practice.player import JSON, Play
from escalation.store.agent import Agent as AgentRow
from tests.desk.conftest import JONAS, MINA, Scene, words


def whispered(play: Play, has: str) -> JSON:
    return play.wait_for_message(lambda message: bool(message.get("ephemeral")) and has in words(message))


def test_the_queue_is_told_to_whoever_asks(scene: Scene) -> None:
    mina = scene.practice.play("mina")
    scene.raise_hand("where are my boots")
    mina.command("/handraise", "queue", scene.channel)
    assert "where are my boots" in words(whispered(mina, "waits since"))


def test_status_tells_the_numbers_and_what_one_has(scene: Scene) -> None:
    mina = scene.agent("mina")
    case_id = scene.raise_hand()
    mina.click(case_id, "claim")
    scene.until(lambda: scene.case(case_id).owner_id)
    mina.play.command("/handraise", "STATUS", scene.channel)
    told = words(whispered(mina.play, "being helped"))
    assert "*You* have 1 case and gave no labels today" in told
    assert f"Case {case_id}" in told


def test_away_and_back(scene: Scene) -> None:
    mina = scene.practice.play("mina")
    mina.command("/handraise", "away", scene.channel)
    whispered(mina, "You are away")
    with scene.database.reading() as session:
        row = session.get(AgentRow, MINA.id)
        assert row is not None
        assert row.away_since is not None
    mina.command("/handraise", "back", scene.channel)
    whispered(mina, "You are back")
    with scene.database.reading() as session:
        row = session.get(AgentRow, MINA.id)
        assert row is not None
        assert row.away_since is None


@pytest.mark.parametrize("word", ["", "help", "quue", "`<!channel>`"])
def test_help_is_told_to_whoever_needs_it(scene: Scene, word: str) -> None:
    mina = scene.practice.play("mina")
    mina.command("/handraise", word, scene.channel)
    told = whispered(mina, "What you can say here")
    assert "<!channel>" not in words(told)


def test_nobody_hands_a_case_to_somebody_who_is_away(scene: Scene) -> None:
    jonas = scene.practice.play("jonas")
    jonas.command("/handraise", "away", scene.channel)
    whispered(jonas, "You are away")
    mina = scene.agent("mina")
    case_id = scene.raise_hand()
    mina.click(case_id, "claim")
    scene.until(lambda: scene.case(case_id).owner_id)
    mina.click(case_id, "hand_to", JONAS.id)
    mina.finds("Jonas is away. Please choose somebody else.")
    assert scene.case(case_id).owner_id == MINA.id
