"""The desk refuses to start in one line that says what to do."""

from __future__ import annotations

import socket
from dataclasses import replace

import pytest

from escalation.slack.arrival import arrive
from escalation.slack.settings import Settings, SettingsRefused, read_settings
from labeling.port import PortTaken
from tests.desk.conftest import Scene

GOOD = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1", "HANDRAISE_SLACK_CHANNEL": "#support"}


@pytest.mark.parametrize(
    ("wrong", "port", "sentence"),
    [
        ({"SLACK_BOT_TOKEN": ""}, None, "SLACK_BOT_TOKEN is not set"),
        ({"SLACK_BOT_TOKEN": "xapp-1"}, None, "SLACK_BOT_TOKEN does not look like a token: it begins with xoxb-"),
        ({"SLACK_APP_TOKEN": ""}, None, "SLACK_APP_TOKEN is not set"),
        ({"SLACK_APP_TOKEN": "xoxb-1"}, None, "it begins with xapp-"),
        ({"HANDRAISE_SLACK_CHANNEL": " "}, None, "HANDRAISE_SLACK_CHANNEL is not set"),
        ({"SLACK_API_URL": "localhost"}, None, "SLACK_API_URL is no address: localhost"),
        ({"SLACK_APP_TOKEN": ""}, 3000, "SLACK_SIGNING_SECRET is not set"),
    ],
)
def test_a_wrong_word_in_the_environment_is_named(wrong: dict[str, str], port: int | None, sentence: str) -> None:
    with pytest.raises(SettingsRefused, match=sentence) as refused:
        read_settings({**GOOD, **wrong}, port=port)
    assert "\n" not in str(refused.value)


def test_the_address_of_another_server_may_lack_its_last_stroke() -> None:
    settings = read_settings({**GOOD, "SLACK_API_URL": "http://127.0.0.1:8081/api"})
    assert settings.api_url == "http://127.0.0.1:8081/api/"


def refusal(settings: Settings) -> str:
    with pytest.raises(SettingsRefused) as refused:
        arrive(settings)
    return str(refused.value)


def test_slacks_refusals_say_what_to_do(scene: Scene) -> None:
    play = scene.practice.play("mina")
    outside = play.make_channel("outside", bot=False)
    archived = play.make_channel("old-desk", bot=True, archived=True)
    good = scene.settings
    assert "copy it anew" in refusal(replace(good, bot_token="xoxb-wrong"))
    assert "no channel #nowhere" in refusal(replace(good, channel="#nowhere"))
    assert "HANDRAISE_SLACK_CHANNEL" in refusal(replace(good, channel="C0000000000"))
    assert "type /invite @" in refusal(replace(good, channel=outside))
    assert "unarchive it" in refusal(replace(good, channel=archived))
    play.misbehave(method="auth.test", error="missing_scope")
    assert "manifest.yml" in refusal(good)


def test_an_unreachable_server_is_named(scene: Scene) -> None:
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        port = nobody.getsockname()[1]
    assert f"cannot be reached at http://127.0.0.1:{port}/api/" in refusal(
        replace(scene.settings, api_url=f"http://127.0.0.1:{port}/api/")
    )


def test_a_refused_app_token_is_named(scene: Scene) -> None:
    scene.close_desk()
    scene.settings = replace(scene.settings, app_token="xapp-wrong")
    with pytest.raises(SettingsRefused, match="SLACK_APP_TOKEN"):
        scene.open_desk()


def test_a_port_in_use_is_named(scene: Scene) -> None:
    scene.close_desk()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        scene.settings = replace(scene.settings, signing_secret="s", port=port)
        with pytest.raises(PortTaken, match=f"port {port} on 127.0.0.1 is taken"):
            scene.open_desk()


def test_a_channel_can_be_given_by_name(scene: Scene) -> None:
    place = arrive(replace(scene.settings, channel="#support"))
    assert (place.channel_name, place.channel) == ("support", scene.practice.channel)
