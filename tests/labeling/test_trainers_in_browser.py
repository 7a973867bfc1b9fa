"""The trainers' page in headless Chromium: keys, the searchable list, and what appears by itself."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from labeling.database import Database
from labeling.labels import labels
from labeling.project import Project
from labeling.store.correction import CorrectionKind
from tests.conftest import NewWindow
from tests.labeling.conftest import served
from tests.labeling.drawn import answered
from tests.labeling.turns import correct, corrected, turn

pytestmark = pytest.mark.browser
playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")


@pytest.fixture
def page(new_window: NewWindow, project: Project, database: Database) -> Iterator[object]:
    with served(project, database) as address:
        opened = new_window(base_url=address).new_page()
        complaints: list[str] = []
        opened.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        opened.on("pageerror", lambda error: complaints.append(str(error)))
        yield opened
        opened.close()
    assert complaints == []


def given(database: Database) -> dict[int, str | None]:
    with database.reading() as session:
        return {label.turn_id: label.intent for label in labels(session)}


def test_keys_accept_change_and_undo_without_a_mouse(page: object, database: Database) -> None:
    first, second = corrected(database, "can i hire a tent"), corrected(database, "hire skis?")
    page.goto("/?as=Noor")
    page.keyboard.press("a")
    page.get_by_text("Accepted: Rent gear.").wait_for()
    assert given(database) == {first: "rent_gear"}
    page.keyboard.press("c")
    page.keyboard.type("store h")
    page.keyboard.press("Enter")
    page.get_by_text("Changed: Store hours.").wait_for()
    assert given(database) == {first: "rent_gear", second: "store_hours"}
    page.get_by_text("Nothing waits for you").wait_for()
    page.get_by_role("button", name="Undo").click()
    page.locator(f"#turn-{second}").wait_for()
    assert given(database) == {first: "rent_gear"}


def test_two_requests_in_one_are_both_kept_accepted_or_chosen_among_what_people_said(
    page: object, database: Database
) -> None:
    agreed = turn(database, "hire a tent, and when do you open?")
    correct(database, agreed, "rent_gear", kind=CorrectionKind.TWO_IN_ONE, second="store_hours")
    disputed = turn(database, "a tent for when you open")
    correct(database, disputed, "rent_gear", kind=CorrectionKind.TWO_IN_ONE, second="store_hours")
    correct(database, disputed, "store_hours", person="Jonas")
    page.goto("/?as=Noor")
    page.get_by_role("button", name="Accept: Rent gear and Store hours").click()
    page.get_by_text("Accepted: Rent gear and Store hours.").wait_for()
    page.get_by_role("button", name="Rent gear and Store hours", exact=True).click()
    page.get_by_text("Changed: Rent gear and Store hours.").wait_for()
    with database.reading() as session:
        kept = {label.turn_id: (label.intent, label.second) for label in labels(session)}
    assert kept == dict.fromkeys((agreed, disputed), ("rent_gear", "store_hours"))


def test_a_new_intent_is_offered_for_a_name_that_none_has(page: object, database: Database) -> None:
    turn_id = corrected(database, "used tents?")
    page.goto("/?as=Noor")
    page.keyboard.press("c")
    page.keyboard.type("second hand")
    page.get_by_role("option", name="New intent: second hand").click()
    page.get_by_text("Changed: second hand.").wait_for()
    assert given(database) == {turn_id: "second_hand"}


def test_a_correction_made_elsewhere_appears_by_itself(page: object, database: Database) -> None:
    page.goto("/?as=Noor")
    page.get_by_text("Nothing waits for you").wait_for()
    corrected(database, "can i hire a tent")
    page.get_by_text("can i hire a tent").wait_for()
    assert page.locator("[data-count=to_review]").inner_text() == "1"


def test_accepting_everything_takes_a_second_press(page: object, database: Database) -> None:
    turns = [corrected(database, "can i hire a tent"), corrected(database, "hire skis?")]
    page.goto("/?as=Noor")
    page.get_by_role("button", name="Accept all that people agree on").click()
    assert given(database) == {}
    page.get_by_role("button", name="Press again to accept them all").click()
    page.get_by_text("Nothing waits for you").wait_for()
    assert given(database) == dict.fromkeys(turns, "rent_gear")


def test_what_a_customer_wrote_stays_text_when_the_script_redraws(page: object, database: Database) -> None:
    page.goto("/?as=Noor")
    corrected(database, "<img src=x onerror=document.title='taken'> hire?")
    page.get_by_text("<img src=x onerror").wait_for()
    assert page.title() == "To review · Handraise"


def test_an_auditor_needs_the_keyboard_alone_and_sees_the_guess_only_afterwards(
    page: object, database: Database
) -> None:
    first, second = answered(database, "can i hire a tent"), answered(database, "is anybody there")
    page.goto("/?as=Noor")
    page.goto("/audit")
    assert page.get_by_text("97 %").count() == 0
    page.keyboard.type("rent")
    page.keyboard.press("Enter")
    playwright.expect(page.locator(".revealed")).to_contain_text("The bot was wrong.")
    playwright.expect(page.locator(".revealed")).to_contain_text("97 % sure")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    page.keyboard.press("n")
    playwright.expect(page.locator("#main")).to_contain_text("No answer waits for an audit")
    assert given(database) == {first: "rent_gear", second: None}


def test_a_redrawn_page_leaves_the_keyboard_where_it_was(page: object, database: Database) -> None:
    corrected(database, "can i hire a tent")
    page.goto("/?as=Noor")
    card = page.locator(".turn", has_text="can i hire a tent")
    places = (page.get_by_role("link", name="Guidelines"), card.get_by_role("button", name="Reject"), card)
    for number, place in enumerate(places):
        place.focus()
        corrected(database, f"another question {number}")
        page.get_by_text(f"another question {number}").wait_for()
        playwright.expect(place).to_be_focused()


def test_letters_decide_nothing_while_the_focus_is_elsewhere(page: object, database: Database) -> None:
    turn_id = corrected(database, "can i hire a tent")
    page.goto("/?as=Noor")
    playwright.expect(page.locator(".turn")).to_be_focused()
    page.get_by_role("link", name="Guidelines").focus()
    page.keyboard.type("ar")
    page.keyboard.press("j")
    playwright.expect(page.locator(".turn")).to_be_focused()
    assert given(database) == {}
    page.keyboard.press("a")
    page.get_by_text("Accepted: Rent gear.").wait_for()
    assert given(database) == {turn_id: "rent_gear"}
