"""The question what was meant: what channels are shown, and what counts as an answer."""

from __future__ import annotations

from pathlib import Path

import pytest
from rasa.core.channels.channel import CollectingOutputChannel, OutputChannel
from rasa.core.channels.facebook import MessengerBot
from rasa.core.channels.telegram import TelegramOutput
from rasa.core.channels.twilio import TwilioOutput

from bot.asking import ASKINGS, Asking, asking_in, place_in, says_none
from bot.courier import has_buttons
from bot.question import Question, make_question, question_in, spelt_out
from labeling.guidelines import Guideline, GuidelinesRefused
from labeling.titles import Titles, read_translated

ASKED = Question(7, ("refund", "returns"), ("My refund?", "Send it back", "None of these"), {"order": "LF-1"})


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("1", "refund"),
        (" 2. ", "returns"),
        ("(3)", "escalate"),
        ("#1", "refund"),
        ("my REFUND", "refund"),
        ("send it back!", "returns"),
        ("none of these", "escalate"),
        ("the second", "returns"),
        ("send back", "returns"),
        ("back", None),
        ("my refund", "refund"),
        ("my refund back", None),
        ("second one please", "returns"),
        ("Option 2", "returns"),
        ("the 1st", "refund"),
        ("number one", "refund"),
        ("No.", "escalate"),
        ("neither", "escalate"),
        ("no, the second", "returns"),
        ("the first or the second", None),
        ("the second parcel", None),
        ("no, my parcel", None),
        ("no, I meant the one", None),
        ("no one", None),
        ("that one", None),
        ("the", None),
        ("0", None),
        ("4", None),
        ("12", None),
        pytest.param("1" * 4_400, None, id="endless"),
        ("yes", None),
        ("send it back please, and quickly", None),
        ("?", None),
    ],
)
def test_a_number_or_a_title_is_an_answer_and_nothing_else_is(text: str, answer: str | None) -> None:
    assert ASKED.answer_in(text, None) == answer


def test_a_button_answers_the_question_that_offered_it() -> None:
    offered = ASKED.payload()["quick_replies"]

    assert [ASKED.answer_in(None, button["payload"]) for button in offered] == ["refund", "returns", "escalate"]
    assert ASKED.answer_in("1", "/hours") is None


def test_the_chosen_intent_comes_with_what_the_message_named_and_no_button_grows_by_it() -> None:
    assert ASKED.command("refund") == '/refund{"order": "LF-1"}'
    assert ASKED.command("escalate") == "/escalate"
    assert all(len(button["payload"]) < 64 for button in ASKED.payload()["quick_replies"])


def test_a_question_survives_the_database() -> None:
    assert question_in(ASKED.payload()) == ASKED
    assert question_in({"buttons": []}) is None


def test_what_is_no_plain_value_is_not_carried_along() -> None:
    parsed = {"entities": [{"entity": "order", "value": "LF-1"}, {"entity": "time", "value": {"from": 1}}]}

    made = make_question(7, ("refund", "returns"), ("A", "B"), parsed, Asking("Which?", "None"), "en")

    assert (made.titles, made.entities) == (("A", "B", "None"), {"order": "LF-1"})


def test_channels_without_buttons_read_numbers() -> None:
    plain = spelt_out(ASKED.payload(), "Which?")

    assert plain == "Which?\n1. My refund?\n2. Send it back\n3. None of these"


def test_channels_without_buttons_read_the_titles_of_others_and_no_commands() -> None:
    offered = {"buttons": [{"title": "Opening hours", "payload": "/hours"}], "quick_replies": []}

    assert spelt_out(offered, "Hello!") == "Hello!\n– Opening hours"
    assert spelt_out({}, "Hello.") == "Hello."


@pytest.mark.parametrize(
    ("kind", "shows"),
    [(TwilioOutput, False), (OutputChannel, False), (TelegramOutput, True), (MessengerBot, True)],
)
def test_which_of_rasas_channels_have_buttons_is_known(kind: type[OutputChannel], shows: bool) -> None:
    assert has_buttons(kind.__new__(kind)) is shows
    assert has_buttons(CollectingOutputChannel())


TITLES = Titles(
    "en",
    ({}, {"refund": Guideline("refund", "My refund")}),
    {"refund": {"de": "Meine Erstattung", "fr": "Mon remboursement"}, "returns": {"de": "Rücksendung"}},
)


@pytest.mark.parametrize(
    ("wanted", "language"),
    [("de", "de"), ("de-AT", "de"), ("DE_at", "de"), ("fr", "en"), ("en-GB", "en"), ("", "en"), ("xx", "en")],
)
def test_a_question_is_in_one_language_the_customers_where_every_title_is(wanted: str, language: str) -> None:
    assert TITLES.language_for(wanted, ("refund", "returns")) == language


def test_a_title_that_nobody_wrote_is_the_intents_name() -> None:
    assert [TITLES.title(intent, "en") for intent in ("refund", "store_hours")] == ["My refund", "Store hours"]
    assert TITLES.title("returns", "de") == "Rücksendung"


def test_titles_in_other_languages_stand_in_the_guidelines_file(tmp_path: Path) -> None:
    file = tmp_path / "guidelines.yml"
    file.write_text("refund:\n  title: My refund\n  titles: {de-AT: Erstattung}\nhours:\n  title: Hours\n")

    assert read_translated(file) == {"refund": {"de-at": "Erstattung"}}
    assert read_translated(tmp_path / "missing.yml") == {}


def test_titles_that_are_no_titles_are_refused_in_a_line(tmp_path: Path) -> None:
    file = tmp_path / "guidelines.yml"
    file.write_text("refund:\n  titles: Erstattung\n")

    with pytest.raises(GuidelinesRefused, match="titles of refund must map a language"):
        read_translated(file)


def test_every_language_has_words_and_an_unknown_one_is_asked_in_english() -> None:
    assert all(asking.question and asking.none for asking in ASKINGS.values())
    assert (asking_in("de-CH"), asking_in("tlh")) == (ASKINGS["de"], ASKINGS["en"])


@pytest.mark.parametrize("language", ASKINGS)
def test_every_language_counts_to_four_in_both_ways_and_says_no(language: str) -> None:
    asking = ASKINGS[language]
    for places in (asking.ordinals.split(), asking.numbers.split()):
        assert [place_in(word, asking) for word in places] == [1, 2, 3, 4]
    assert all(says_none(word, asking) for word in asking.no.split())
    assert not says_none(asking.question, asking)


@pytest.mark.parametrize(
    ("text", "place"),
    [("das zweite", 2), ("Nummer eins bitte", 1), ("die dritte Möglichkeit", 3), ("2.", 2), ("zweimal", None)],
)
def test_in_german_places_are_named_as_germans_do(text: str, place: int | None) -> None:
    assert place_in(text, ASKINGS["de"]) == place
