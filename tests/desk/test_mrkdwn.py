"""Text between people and Slack's mrkdwn."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from escalation.rich_text import Run, marked, plain
from escalation.slack.mrkdwn import CHUNK, brief, escape, split
from escalation.slack.note import Privacy, privacy
from escalation.slack.runs import read_runs, to_plain


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("It is *on its way*, _really_", "It is on its way, really"),
        ("~£40~ £35 &amp; free &lt;today&gt;", "£40 £35 & free <today>"),
        ("see <https://shop.example/returns|our page>", "see our page (https://shop.example/returns)"),
        ("see <https://shop.example>", "see https://shop.example"),
        ("<http://shop.example|shop.example> it is", "http://shop.example it is"),
        ("write to <mailto:help@shop.example|help@shop.example>", "write to help@shop.example"),
        ("<@U1> will help, in <#C1|orders>", "@Jonas will help, in #orders"),
        ("<!here> we are", "@here we are"),
        ("<!date^1700000000^{date}|14 November>", "14 November"),
        ("done :+1: :tada: :no_such_thing:", "done 👍 🎉 :no_such_thing:"),
        ("hi :wave::skin-tone-3:, from :flag-no: with :hot_springs:", "hi 👋, from 🇳🇴 with ♨"),
        ("at 12:30:15 sharp, 2*3*4 = 24, snake_case_name", "at 12:30:15 sharp, 2*3*4 = 24, snake_case_name"),
        ("type `order_number *as is*`", "type order_number *as is*"),
        ("```\na *b*\n&lt;c&gt;\n```", "a *b*\n<c>"),
        ("&amp;lt; stays one level", "&lt; stays one level"),
    ],
)
def test_the_customer_reads_what_the_agent_meant(typed: str, read: str) -> None:
    assert to_plain(typed, {"U1": "Jonas"}.__getitem__) == read


def test_formatting_nests_and_links_keep_their_words() -> None:
    typed = "*see _this_ <https://shop.example/a?b=1&amp;c=2|page &amp; more>* and `x &lt; *y*`"
    assert read_runs(typed) == (
        Run("see ", bold=True),
        Run("this", bold=True, italic=True),
        Run(" ", bold=True),
        Run("page & more", bold=True, href="https://shop.example/a?b=1&c=2"),
        Run(" and "),
        Run("x < *y*", code=True),
    )


def test_an_address_that_could_run_something_is_no_link() -> None:
    assert read_runs("<javascript:alert(1)|click>") == (Run("click (javascript:alert(1))"),)


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("*bold* and _slanted_", "*bold* and _slanted_"),
        ("```one\ntwo```", "```one\ntwo```"),
        ("~old~ new", "~old~ new"),
        ("*<https://shop.example|our page>*", "*our page (https://shop.example)*"),
    ],
)
def test_a_channel_that_draws_marks_is_given_them(typed: str, shown: str) -> None:
    assert marked(read_runs(typed)) == shown


@given(st.text(alphabet="ab *_~`<>|&;:\n@#!x0\x00", max_size=60))
def test_whatever_is_typed_is_read_and_survives_its_way_through_json(typed: str) -> None:
    runs = read_runs(typed)
    assert tuple(Run.from_json(run.to_json()) for run in runs) == runs
    assert plain(runs) == plain(runs).strip()
    marked(runs)


def test_nothing_that_a_customer_writes_can_call_a_channel_or_make_a_link() -> None:
    assert escape("<!channel> <script> &amp; <@U1>") == "&lt;!channel&gt; &lt;script&gt; &amp;amp; &lt;@U1&gt;"


@given(st.text(max_size=9000))
def test_long_text_is_split_and_never_cut(text: str) -> None:
    pieces = split(text)
    assert "".join(pieces) == text
    assert all(len(escape(piece)) <= CHUNK for piece in pieces)


def test_text_is_split_at_a_line_or_a_word() -> None:
    pieces = split("word " * 2000)
    assert all(piece.endswith(" ") for piece in pieces)


@given(st.text(), st.integers(10, 300))
def test_a_preview_fits_whatever_it_holds(text: str, limit: int) -> None:
    assert len(brief(text, limit)) <= limit


@pytest.mark.parametrize(
    "text",
    [
        "// he is lying",
        "  // spaced",
        "//no blank",
        "note: careful",
        "NOTE : careful",
        "Note： full width",
        "*note:* bold",
        "_Notes:_ more",
        "&gt; note: quoted",
        "private: x",
        "Internal note: x",
        "Note to Jonas: x",
        ":lock: x",
        "🔒 x",
        "\u200b// hidden blank",
        "\n\n// after blank lines",
        "•  note: listed",
        "／／ full width",
    ],
)
def test_a_private_prefix_is_understood_however_it_is_typed(text: str) -> None:
    assert privacy(text) is Privacy.NOTE


@pytest.mark.parametrize(
    "text",
    [
        "Note that refunds take 5 days",
        "see https://shop.example",
        "A footnote: we open at 9",
        "My private number is 12: call it",
        "",
    ],
)
def test_ordinary_words_are_no_note(text: str) -> None:
    assert privacy(text) is Privacy.OPEN


def test_a_note_inside_a_message_keeps_the_whole_message_in() -> None:
    assert privacy("Hello Ada!\n// she called yesterday too") is Privacy.MIXED
