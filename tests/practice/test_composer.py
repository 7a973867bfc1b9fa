"""What a person types, as Slack's own clients write it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from escalation.practice.composer import compose
from escalation.practice.people import PEOPLE


def pieces(typed: str) -> list[dict[str, Any]]:
    elements: list[dict[str, Any]] = compose(typed, PEOPLE)[1][0]["elements"][0]["elements"]
    return elements


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("5 < 6 & 7 > 2", "5 &lt; 6 &amp; 7 &gt; 2"),
        ("<!channel> <@U1>", "&lt;!channel&gt; &lt;@U1&gt;"),
        ("ask @Priya Nair, please", "ask <@U0PRIYANAIR>, please"),
        ("@Jonas https://a.example/b :x:", "<@U0JONASFELD> <https://a.example/b> :x:"),
        ("mail mina@larkfell.example", "mail mina@larkfell.example"),
        ("see https://larkfell.example/a?b=1&c=2.", "see <https://larkfell.example/a?b=1&amp;c=2>."),
        ("great 👍🏽 🎉", "great :+1::skin-tone-4: :tada:"),
        ("at 10:30:15 :nonsense:", "at 10:30:15 :nonsense:"),
        ("*bold* and `a < b` and snake_case_name", "*bold* and `a &lt; b` and snake_case_name"),
    ],
)
def test_text_is_written_as_slack_would(typed: str, text: str):
    assert compose(typed, PEOPLE)[0] == text


def test_formatting_becomes_style():
    assert pieces("*very* _nice_") == [
        {"type": "text", "text": "very", "style": {"bold": True}},
        {"type": "text", "text": " "},
        {"type": "text", "text": "nice", "style": {"italic": True}},
    ]


@given(st.text(min_size=1))
def test_nothing_typed_can_shout_to_the_channel(typed: str):
    text, _ = compose(typed, PEOPLE)
    assert "<!" not in text
