"""Agents' formatting on Telegram, through Rasa's own output; and that nothing they write is taken for a mark."""

from __future__ import annotations

import asyncio
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rasa.core.channels.telegram import TelegramOutput

from bot.dress import TELEGRAMS_LONGEST, dressed
from bot.recorder import Said
from escalation.rich_text import Run, html, plain
from escalation.store.conversation import Conversation
from escalation.store.message import Message

CUSTOMER = Conversation(channel="telegram", sender_id="7")


class Sent(TelegramOutput):
    """Rasa's output up to where it would call Telegram's servers."""

    def __init__(self) -> None:
        super().__init__("1:token")
        self.calls: list[tuple[Any, ...]] = []

    async def send_message(self, chat_id: Any, text: str, **how: Any) -> None:
        self.calls.append((chat_id, text, how))

    async def send_photo(self, chat_id: Any, photo: str, **how: Any) -> None:
        self.calls.append((chat_id, photo, how))


def sent(said: Said) -> list[tuple[Any, ...]]:
    async def send() -> list[tuple[Any, ...]]:
        output = Sent()
        await output.send_response("7", said.as_response())
        return output.calls

    return asyncio.run(send())


def reply(runs: list[dict[str, Any]], **more: Any) -> Message:
    text = plain(Run.from_json(run) for run in runs)
    return Message(
        conversation_id=1, number=1, speaker="agent", author="Mina & Co", text=text, payload={"runs": runs, **more}
    )


def test_telegram_draws_what_the_agent_formatted() -> None:
    runs = [
        *({"text": "It is "}, {"text": "here", "bold": True, "italic": True}, {"text": ": "}),
        *({"text": "the page", "href": "https://shop.example/?a=1&b=2"}, {"text": " or "}),
        *({"text": "write", "href": "mailto:help@shop.example"}, {"text": " <b> "}, {"text": "a < b", "code": True}),
    ]
    drawn = (
        "Mina &amp; Co: It is <i><b>here</b></i>: "
        '<a href="https://shop.example/?a=1&amp;b=2">the page</a> or '
        "write (help@shop.example) &lt;b&gt; <code>a &lt; b</code>"
    )
    assert sent(dressed(reply(runs), CUSTOMER, "")) == [("7", drawn, {"parse_mode": "HTML"})]


def test_files_come_along() -> None:
    files = [{"key": "k1", "name": "a<b.png", "kind": "png"}, {"key": "k2", "name": "a&b.pdf", "kind": "pdf"}]
    said = dressed(reply([{"text": "Both", "bold": True}], files=files), CUSTOMER, "https://bot.example.com")
    assert [call[1] for call in sent(said)] == [
        "Mina &amp; Co: <b>Both</b>\na&amp;b.pdf: https://bot.example.com/chat/files/k2",
        "https://bot.example.com/chat/files/k1",
    ]


@pytest.mark.parametrize("runs", [[], [{"text": "x" * TELEGRAMS_LONGEST, "bold": True}]])
def test_plain_words_and_very_long_ones_go_as_they_did(runs: list[dict[str, Any]]) -> None:
    said = dressed(
        reply(runs) if runs else Message(conversation_id=1, number=1, speaker="bot", text="a <b>"), CUSTOMER, ""
    )
    ((_, text, how),) = sent(said)
    assert how == {}
    assert text in ("a <b>", f"Mina & Co: {'x' * TELEGRAMS_LONGEST}")


class _Read(HTMLParser):
    """What Telegram would show, and the elements it would have to know."""

    def __init__(self, written: str) -> None:
        super().__init__()
        self.text, self.tags = "", set[str]()
        self.feed(written)
        self.close()

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.add(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


@given(
    st.lists(
        st.builds(
            Run,
            text=st.text(alphabet=st.characters(blacklist_categories=("Cs", "Cc")), min_size=1),
            bold=st.booleans(),
            italic=st.booleans(),
            strike=st.booleans(),
            code=st.booleans(),
        )
    )
)
def test_whatever_an_agent_writes_is_read_as_it_was_written(runs: list[Run]) -> None:
    read = _Read(html(runs))
    assert read.text == plain(runs)
    assert read.tags <= {"b", "i", "s", "code", "pre"}
