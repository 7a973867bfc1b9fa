"""What customers hear from Handraise itself, each in their language."""

from __future__ import annotations

import logging
from datetime import datetime, time, timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from bot.hearing import Words, hear
from escalation import handover
from escalation.desk_config import read_desk_config
from escalation.destination import Routing
from escalation.due_move import Rules
from escalation.handover import Outcome, Person
from escalation.hours import Hours
from escalation.phrasebook import ENGLISH, FALLBACK, SHIPPED, Phrasebook, read_phrases, speaking
from escalation.phrases import COUNTED, NAMES, placeholders
from escalation.section import DeskConfigRefused
from escalation.span import length, moment
from escalation.store.conversation import conversation_of
from escalation.store.message import Message, Speaker
from escalation.ticker import Ticker
from escalation.waiting import Waiting
from labeling.clock import now
from labeling.database import Database
from labeling.language import accepted, is_language

GERMAN = SHIPPED["de"]
FRENCH = {name: getattr(ENGLISH, name) for name in NAMES} | {"page": dict(ENGLISH.page), "thanks": "Merci."}
MINA = Person("U1", "Mina")


@pytest.mark.parametrize("language", SHIPPED)
def test_a_language_that_comes_along_says_everything_with_the_same_placeholders(language: str) -> None:
    ours = SHIPPED[language]
    for name in NAMES:
        assert placeholders(getattr(ours, name)) == placeholders(getattr(ENGLISH, name)), name
    assert {name: placeholders(text) for name, text in ours.page.items()} == {
        name: placeholders(text) for name, text in ENGLISH.page.items()
    }
    texts = {name: getattr(ours, name) for name in NAMES} | dict(ours.page)
    assert {name: len(texts[name].split(", ")) for name in COUNTED} == COUNTED


def said(database: Database, sender: str) -> list[str]:
    with database.reading() as session:
        conversation = conversation_of(session, "callback", sender)
        rows = select(Message.text).where(Message.conversation_id == conversation.id)
        return list(session.exec(rows.where(Message.speaker == Speaker.SYSTEM.value).order_by(Message.number)))


def call(database: Database, sender: str, language: str, text: str = "help") -> int:
    hear(database, Words("callback", sender, text, language=language))
    with database.transaction() as session:
        case = handover.open_case(session, conversation_of(session, "callback", sender), "Unsure.")
        assert case.id is not None
        return case.id


def test_each_customer_hears_who_comes_and_goes_in_their_own_language(either_database: Database) -> None:
    for sender, language in {"grit": "de-AT", "emma": "en-GB", "aino": "fi", "anon": ""}.items():
        case_id = call(either_database, sender, language)
        with either_database.transaction() as session:
            handover.reply(session, case_id, MINA, "Hello", f"{case_id}.1")
            handover.close(session, case_id, MINA, Outcome.ANSWERED)
    english = [ENGLISH.agent_is_here, ENGLISH.answered, ENGLISH.rating]
    german = [GERMAN.agent_is_here, GERMAN.answered, GERMAN.rating]
    assert said(either_database, "grit") == [text.format(name="Mina") for text in german]
    for sender in ("emma", "aino", "anon"):
        assert said(either_database, sender) == [text.format(name="Mina") for text in english]


def test_the_answer_to_the_rating_question_is_known_in_every_language(database: Database) -> None:
    case_id = call(database, "grit", "de")
    with database.transaction() as session:
        handover.reply(session, case_id, MINA, "Hallo", "1.1")
        handover.close(session, case_id, MINA, Outcome.ANSWERED)
    hear(database, Words("callback", "grit", "5, sehr nett", language="de"))
    assert said(database, "grit")[-1] == GERMAN.thanks


def test_who_waits_is_told_so_in_the_language_that_they_wrote_last(database: Database) -> None:
    call(database, "grit", "en")
    hear(database, Words("callback", "grit", "hallo?", language="de"))
    rules = Rules(Hours(), Waiting())
    ticker = Ticker(database, rules, Routing(), clock=lambda: now() + timedelta(minutes=6))
    while ticker.tick():
        pass
    assert said(database, "grit") == [GERMAN.busy]


@pytest.mark.parametrize(
    ("at", "text"),
    [
        (datetime(2026, 11, 25, 16), "heute um 16:00 (UTC)"),
        (datetime(2026, 11, 26, 9), "morgen um 09:00 (UTC)"),
        (datetime(2026, 11, 30, 9), "am Montag um 09:00 (UTC)"),
        (datetime(2027, 3, 1, 9), "am 1. März um 09:00 (UTC)"),
        (None, "so bald wie möglich"),
    ],
)
def test_moments_are_told_in_german(at: datetime | None, text: str) -> None:
    assert moment(at, datetime(2026, 11, 25, 12), Hours(open={"mon": ((time(9), time(10)),)}), GERMAN) == text


@pytest.mark.parametrize(
    ("hours", "text"), [(0.5, "30 Minuten"), (1, "einer Stunde"), (4, "4 Stunden"), (48, "2 Tagen")]
)
def test_spans_are_told_in_german(hours: float, text: str) -> None:
    assert length(hours, GERMAN) == text


def test_a_project_may_word_a_part_of_a_language_that_comes_along() -> None:
    book = read_phrases({"de": {"busy": "Moment noch.", "page": {"welcome": "Moin."}}})
    german = book.of("de-CH")
    assert (german.busy, german.nobody) == ("Moment noch.", GERMAN.nobody)
    assert (german.page["welcome"], german.page["send"]) == ("Moin.", GERMAN.page["send"])
    assert book.of("en") == ENGLISH


def test_a_project_may_bring_a_language_and_make_it_the_one_for_all_others(caplog: pytest.LogCaptureFixture) -> None:
    book = speaking(read_phrases({"fr": FRENCH, "de-CH": {"busy": "Grüezi."}}), "fr-CA")
    assert [book.language_of(tag) for tag in ("it", "", "de_CH", "de-AT")] == ["fr", "fr", "de-ch", "de"]
    assert (book.of("it").thanks, book.of("de-CH").busy) == ("Merci.", "Grüezi.")
    assert not caplog.messages


def test_a_project_whose_language_has_no_phrases_is_told_so_in_one_line(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        assert speaking(Phrasebook(), "sq").main == FALLBACK
    assert caplog.messages == ["desk.yml has no phrases in sq, config.yml's language: customers hear English"]


@pytest.mark.parametrize(
    ("written", "line"),
    [
        (["de"], "phrases must hold languages such as de, en, and is ['de']"),
        ({"german": {}}, "phrases knows no language german; write its tag, such as de or pt-BR"),
        ({"dr": {}}, "phrases knows no language dr; "),
        ({True: {}}, "phrases knows no language True; "),
        ({"fr": {"busy": "Patience."}}, "phrases.fr.page lacks title and "),
        ({"fr": {**FRENCH, "busy": None}}, "phrases.fr.busy must be a text, and is None"),
        ({"fr": {name: text for name, text in FRENCH.items() if name != "soon"}}, "phrases.fr lacks soon; "),
        ({"de": {"bussy": "x"}}, "phrases.de has no knob bussy; there are busy, "),
        ({"de": {"page": {"sent": "x"}}}, "phrases.de.page has no knob sent; there are title, "),
        ({"de": {"closed": "ab {when}"}}, "phrases.de.closed may hold these placeholders: {opens}, and is "),
        ({"de": {"busy": "{opens}"}}, "phrases.de.busy may hold these placeholders: none, and is '{opens}'"),
        ({"de": {"closed": "ab {opens"}}, "phrases.de.closed has a brace too many or too few"),
        ({"de": {"closed": "{opens.__class__}"}}, "phrases.de.closed may hold these placeholders: {opens}"),
        ({"de": {"weekdays": "Mo, Di"}}, "phrases.de.weekdays must be 7 words with commas between them"),
    ],
)
def test_what_is_missing_or_wrong_is_said_in_one_line(written: object, line: str) -> None:
    with pytest.raises(DeskConfigRefused) as refused:
        read_phrases(written)
    assert str(refused.value).startswith(line)
    assert "\n" not in str(refused.value)


def test_desk_yml_is_read_with_the_projects_own_language(tmp_path: Path) -> None:
    (tmp_path / "desk.yml").write_text("phrases: {de: {support: Hilfe}}", encoding="utf-8")
    book = read_desk_config(tmp_path / "desk.yml", language="de").phrases
    assert (book.of("it").support, book.of("en").support) == ("Hilfe", "Support")


@pytest.mark.parametrize(
    ("header", "languages"),
    [
        ("de-DE,de;q=0.9,en;q=0.8", ("de-DE", "de", "en")),
        ("en;q=0.5, de", ("de", "en")),
        ("fr;q=0, *;q=0.1, en", ("en",)),
        ("de;q=much, , 12", ()),
    ],
)
def test_a_browsers_languages_are_read_in_its_order(header: str, languages: tuple[str, ...]) -> None:
    assert accepted(header) == languages


@pytest.mark.parametrize("tag", ["de", "de-AT", "pt_BR", "gsw", "zh-Hant-TW"])
def test_tags_of_languages_are_known(tag: str) -> None:
    assert is_language(tag)
