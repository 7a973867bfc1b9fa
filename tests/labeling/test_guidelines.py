"""Guidelines in the database: sown from the file, edited by people, every wording kept."""

from __future__ import annotations

from starlette.testclient import TestClient

from labeling.database import Database
from labeling.guidelines import Guideline, Guidelines, current_guidelines, sow_guidelines, write_guideline
from labeling.store.guideline import wordings_of

FILE = {"rent_gear": Guideline("rent_gear", "Rent gear", "Wants to hire.", "hire a tent", "buy a tent", "buy")}


def titles(database: Database) -> dict[str, str]:
    with database.reading() as session:
        return {intent: one.title for intent, one in current_guidelines(session).items()}


def test_what_the_file_says_is_taken_over_once(either_database: Database) -> None:
    sow_guidelines(either_database, FILE)
    sow_guidelines(either_database, FILE)
    with either_database.reading() as session:
        assert current_guidelines(session) == FILE
        assert len(wordings_of(session, "rent_gear")) == 1


def test_the_files_next_wording_is_one_more_row(database: Database) -> None:
    sow_guidelines(database, FILE)
    sow_guidelines(database, {"rent_gear": Guideline("rent_gear", "Hire gear")})
    assert titles(database) == {"rent_gear": "Hire gear"}
    with database.reading() as session:
        assert [row.title for row in wordings_of(session, "rent_gear")] == ["Hire gear", "Rent gear"]


def test_the_file_does_not_undo_what_a_person_wrote(database: Database) -> None:
    sow_guidelines(database, FILE)
    with database.transaction() as session:
        write_guideline(session, Guideline("rent_gear", "Borrow gear"), "Noor")
    sow_guidelines(database, {"rent_gear": Guideline("rent_gear", "Hire gear")})
    sow_guidelines(database, {})
    assert titles(database) == {"rent_gear": "Borrow gear"}


def test_an_intent_that_left_the_file_is_offered_no_longer_and_may_come_back(database: Database) -> None:
    sow_guidelines(database, FILE)
    sow_guidelines(database, {})
    assert titles(database) == {}
    sow_guidelines(database, FILE)
    assert titles(database) == {"rent_gear": "Rent gear"}


def test_what_was_just_written_is_read_at_once_where_it_is_asked_for(database: Database) -> None:
    guidelines = Guidelines(database)
    assert dict(guidelines) == {}
    sow_guidelines(database, FILE)
    guidelines.forget()
    assert guidelines["rent_gear"].counter_intent == "buy"
    assert len(guidelines) == 1


def test_a_trainer_rewords_a_guideline_and_the_earlier_wording_stays(browser: TestClient, database: Database) -> None:
    browser.post("/name", data={"name": "Noor"})
    assert "Nobody has written it yet." in browser.get("/guidelines").text
    words = {
        "title": "Hire gear",
        "definition": "Wants to hire.",
        "counter_example": "when open",
        "counter_intent": "",
    }
    assert browser.post("/guidelines/rent_gear", data=words).headers["location"] == "/guidelines"
    browser.post("/guidelines/rent_gear", data=words)  # again: nothing new
    browser.post("/guidelines/rent_gear", data={**words, "counter_intent": "store_hours", "title": "Hire <gear>"})
    page = browser.get("/guidelines").text
    assert "Hire &lt;gear&gt;" in page
    assert "(Store hours)" in page
    with database.reading() as session:
        assert [(row.title, row.author) for row in wordings_of(session, "rent_gear")] == [
            ("Hire <gear>", "Noor"),
            ("Hire gear", "Noor"),
        ]
    assert "Every wording so far" in browser.get("/guidelines/rent_gear").text


def test_a_guideline_that_no_button_could_show_is_refused(browser: TestClient) -> None:
    for words in ({"title": " "}, {"title": "x" * 31}, {"title": "Hire", "counter_intent": "rent_gaer"}):
        assert browser.post("/guidelines/rent_gear", data=words).status_code == 409


def test_guidelines_are_searched_by_their_words(browser: TestClient) -> None:
    browser.post("/guidelines/rent_gear", data={"title": "Hire gear", "definition": "Wants a tent."})
    page = browser.get("/guidelines?words=TENT").text
    assert 'id="rent_gear"' in page
    assert 'id="store_hours"' not in page
