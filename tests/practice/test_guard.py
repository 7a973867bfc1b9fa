"""The practice workspace's door: what other pages of the same browser may not do through it."""

from __future__ import annotations

import httpx
import pytest

from escalation.practice.player import Play
from tests.practice.server import PracticeServer

WORDS = '{"as": "mina", "channel": "support", "text": "You have been refunded."}'


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example", "content-type": "text/plain"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site"},
        {"origin": "http://evil.example", "host": "evil.example"},
        {"host": "evil.example"},
    ],
)
@pytest.mark.parametrize("path", ["/play/post", "/play/settings", "/api/chat.postMessage"])
def test_another_site_acts_as_nobody(practice: PracticeServer, mina: Play, path: str, headers: dict[str, str]):
    answer = httpx.post(practice.url + path, content=WORDS, headers=headers)
    assert answer.status_code == 403
    assert "refunded" not in str(mina.state())


def test_a_name_that_was_pointed_to_this_machine_reads_nothing(practice: PracticeServer):
    answer = httpx.get(f"{practice.url}/play/state?as=mina", headers={"host": "evil.example"})
    assert answer.json()["error"] == "foreign_host"


def test_the_page_itself_and_scripts_act(practice: PracticeServer):
    for headers in ({"origin": practice.url, "sec-fetch-site": "same-origin"}, {}):
        answer = httpx.post(f"{practice.url}/play/home", content='{"as": "mina"}', headers=headers)
        assert answer.status_code == 200
