"""The trainers' page over HTTP, as a browser without scripts uses it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from labeling import registry
from labeling.database import Database
from labeling.labels import labels
from labeling.project import Project
from labeling.store.correction import CorrectionKind
from labeling.traffic import LEAST
from labeling.web import Settings, create_app, read_settings
from labeling.web.settings import TokenMissing
from tests.labeling.conftest import HERE
from tests.labeling.turns import correct, corrected, turn


def given(database: Database) -> dict[int, str | None]:
    with database.reading() as session:
        return {label.turn_id: label.intent for label in labels(session)}


def test_an_empty_queue_says_what_fills_it(browser: TestClient) -> None:
    assert "Nothing waits for you" in browser.get("/").text


def test_a_trainer_accepts_with_one_press_and_undoes_it(browser: TestClient, database: Database) -> None:
    turn_id = corrected(database, "can i hire a tent")
    page = browser.get("/").text
    assert "can i hire a tent" in page
    assert f'action="/turns/{turn_id}/accept"' in page
    answer = browser.post(f"/turns/{turn_id}/accept", data={"back": "/?tier=routine"})
    assert (answer.status_code, answer.headers["location"]) == (303, f"/?tier=routine&done={turn_id}")
    assert given(database) == {turn_id: "rent_gear"}
    assert f'action="/turns/{turn_id}/undo"' in browser.get(f"/?done={turn_id}").text
    browser.post(f"/turns/{turn_id}/undo")
    assert given(database) == {}


def test_a_trainer_changes_rejects_and_says_that_it_is_no_request(browser: TestClient, database: Database) -> None:
    first, second, third = (corrected(database, text) for text in ("one", "two", "three"))
    browser.post(f"/turns/{first}/change", data={"intent": "store_hours"})
    browser.post(f"/turns/{second}/change", data={"nothing": "true"})
    browser.post(f"/turns/{third}/reject")
    assert given(database) == {first: "store_hours", second: None}
    reviewed = browser.get("/reviewed").text
    assert re.findall(r'id="turn-(\d+)"', reviewed) == [str(third), str(second), str(first)]


def test_a_new_intent_needs_to_be_meant_as_one(browser: TestClient, database: Database) -> None:
    turn_id = corrected(database, "one")
    answer = browser.post(f"/turns/{turn_id}/change", data={"intent": "pre owned"})
    assert answer.status_code == 409
    assert "say that it is new" in answer.text
    browser.post(f"/turns/{turn_id}/change", data={"intent": "pre owned", "new": "true"})
    assert given(database) == {turn_id: "pre_owned"}


def test_what_customers_and_agents_wrote_is_text_and_never_markup(browser: TestClient, database: Database) -> None:
    turn_id = turn(database, "<script>alert(1)</script><img src=x onerror=alert(2)>")
    correct(database, turn_id, '"><b>umbrella', person="<i>Mina</i>", kind=CorrectionKind.NEW_INTENT)
    for path in ("/", "/?words=%3Cscript%3E", f"/turns/{turn_id}", "/?words=%22%3E%3Cscript%3Ealert(3)"):
        page = browser.get(path).text
        assert "<script>alert" not in page
        assert "<img" not in page
        assert "<i>Mina" not in page
        assert "<b>umbrella" not in page
    assert "&lt;script&gt;alert(1)" in browser.get("/").text


def test_the_case_of_a_turn_is_given_as_a_file_where_conversations_are_kept(
    browser: TestClient, project: Project, database: Database
) -> None:
    turn_id = corrected(database, "can i hire a tent")
    assert f"/turns/{turn_id}/case.json" not in browser.get("/").text
    assert browser.get(f"/turns/{turn_id}/case.json").status_code == 404
    kept = {turn_id: {"case": {"id": 7}}}
    app = create_app(project, database, case_record=lambda _, turn: kept.get(turn))
    with TestClient(app, base_url=HERE) as there:
        assert f"/turns/{turn_id}/case.json" in there.get("/").text
        answer = there.get(f"/turns/{turn_id}/case.json")
        assert answer.json() == kept[turn_id]
        assert answer.headers["content-disposition"] == 'attachment; filename="case-7.json"'
        assert there.get("/turns/99/case.json").status_code == 404


def test_the_browser_is_told_to_run_our_scripts_only(browser: TestClient) -> None:
    policy = browser.get("/").headers["content-security-policy"]
    assert "default-src 'none'; script-src 'self';" in policy
    assert "http://127.0.0.1:*" in policy.split("frame-ancestors")[1]


@pytest.mark.parametrize("path", ["/accept_all", "/model/retrain", "/api/accept_all", "/api/turns/1/review"])
def test_a_change_from_another_sites_page_is_refused(browser: TestClient, database: Database, path: str) -> None:
    corrected(database, "can i hire a tent")
    for headers in ({"origin": "https://evil.example"}, {"origin": "null"}, {"sec-fetch-site": "cross-site"}):
        answer = browser.post(path, headers=headers, json={})
        assert answer.status_code == 403
    assert given(database) == {}


def test_our_own_page_may_change(browser: TestClient, database: Database) -> None:
    corrected(database, "can i hire a tent")
    answer = browser.post("/accept_all", headers={"origin": HERE, "sec-fetch-site": "same-origin"})
    assert answer.status_code == 303
    assert list(given(database).values()) == ["rent_gear"]


def test_a_foreign_host_name_is_refused_where_no_token_guards(browser: TestClient) -> None:
    assert browser.get("/", headers={"host": "evil.example"}).status_code == 403


def test_the_trainers_name_is_asked_once_and_goes_with_decisions(browser: TestClient, database: Database) -> None:
    turn_id = corrected(database, "can i hire a tent")
    assert "Your name goes with every decision" in browser.get("/").text
    browser.post("/name", data={"name": " Noor  Özil ", "back": "/"})
    page = browser.get("/").text
    assert "Your name goes with every decision" not in page
    assert "Noor Özil" in page
    browser.post(f"/turns/{turn_id}/accept")
    assert "Noor Özil" in browser.get("/api/reviewed").json()["turns"][0]["trainer"]


def test_a_link_gives_a_name_where_there_is_none_and_renames_nobody(
    browser: TestClient, project: Project, database: Database
) -> None:
    for name in ("Noor", "Mallory"):
        assert browser.get("/", params={"as": name}).headers["location"] == "/"
        assert "Noor" in browser.get("/").text
    app = create_app(project, database, Settings("0.0.0.0", "s3cret"))
    with TestClient(app, base_url="http://labels.example", follow_redirects=False) as client:
        client.post("/login", data={"token": "s3cret"})
        client.get("/", params={"as": "Mallory"})
        assert "Mallory" not in client.get("/").text


def test_whoever_asks_for_health_is_not_told_where_the_database_is(project: Project, database: Database) -> None:
    client, place = TestClient(create_app(project, database, Settings()), base_url=HERE), Path(database.url.database)
    assert client.get("/health").json() == {"ready": True}
    database.close()
    place.unlink()
    place.mkdir()
    answer = client.get("/health")
    assert answer.status_code == 503
    assert "The database cannot be reached just now." in answer.text
    assert place.name not in answer.text


def test_nobody_is_sent_to_another_site(browser: TestClient) -> None:
    for target in ("//evil.example", "https://evil.example/", "/\\evil.example", "evil"):
        assert browser.post("/name", data={"name": "Noor", "back": target}).headers["location"] == "/"


def test_outside_this_machine_a_token_is_needed_to_start_at_all() -> None:
    with pytest.raises(TokenMissing, match="HANDRAISE_TRAINER_TOKEN"):
        read_settings({}, "0.0.0.0")
    assert read_settings({"HANDRAISE_TRAINER_TOKEN": "s3cret"}, "0.0.0.0").token == "s3cret"
    assert read_settings({}, "127.0.0.1").token is None


def test_with_a_token_strangers_see_nothing_and_trainers_come_in(project: Project, database: Database) -> None:
    corrected(database, "can i hire a tent")
    app = create_app(project, database, Settings("0.0.0.0", "s3cret"))
    with TestClient(app, base_url="http://labels.example", follow_redirects=False) as client:
        assert client.get("/").headers["location"] == "/login"
        assert client.get("/api/queue").status_code == 401
        assert client.post("/accept_all").headers["location"] == "/login"
        assert client.post("/login", data={"token": "guess"}).status_code == 403
        assert given(database) == {}
        assert client.get("/api/queue", headers={"authorization": "Bearer s3cret"}).json()["total"] == 1
        client.post("/login", data={"token": "s3cret"})
        assert "can i hire a tent" in client.get("/").text
        assert "s3cret" not in str(client.cookies.jar)


def test_before_the_first_model_the_models_page_says_so(browser: TestClient) -> None:
    assert "No model is live yet" in browser.get("/model").text


def test_traffic_that_no_model_can_look_at_is_refused_in_a_sentence(browser: TestClient, database: Database) -> None:
    for number in range(LEAST):
        turn(database, f"message {number}")
    assert "No intent model is live yet" in browser.post("/production/look").text
    with database.transaction() as session:
        damaged = registry.Trained("m1", "snapshot", "all-MiniLM-L6-v2", 1, 0, {}, b"no archive")
        registry.promote(session, registry.register(session, damaged).version)
    answer = browser.post("/production/look")
    assert answer.status_code == 409
    assert "The live intent model m1 cannot be loaded" in answer.text


def test_accepting_means_what_the_page_showed(browser: TestClient, database: Database) -> None:
    turn_id = corrected(database, "can i hire a tent")
    shown = {"intent": "rent_gear", "seen": "true"}
    correct(database, turn_id, "store_hours")
    answer = browser.post(f"/turns/{turn_id}/accept", data=shown)
    assert (answer.status_code, given(database)) == (409, {})
    correct(database, turn_id, "rent_gear")
    browser.post(f"/turns/{turn_id}/accept", data=shown)
    assert given(database) == {turn_id: "rent_gear"}


def test_where_people_disagree_each_answer_is_one_press(browser: TestClient, database: Database) -> None:
    turn_id = corrected(database, "can i hire a tent")
    correct(database, turn_id, "delivery_cost", person="Jonas")
    page = browser.get("/").text
    assert f"/turns/{turn_id}/accept" not in page
    offered = re.findall(r'name="intent" value="(\w+)"', page)
    assert offered == ["rent_gear", "delivery_cost", "store_hours"]


def test_two_requests_in_one_are_accepted_as_the_page_shows_them(browser: TestClient, database: Database) -> None:
    turn_id = turn(database, "hire a tent, and when do you open?")
    correct(database, turn_id, "rent_gear", kind=CorrectionKind.TWO_IN_ONE, second="store_hours")
    page = browser.get("/").text
    assert "Accept: Rent gear and Store hours" in page
    shown = {"intent": "rent_gear", "second": "store_hours", "seen": "true"}
    browser.post(f"/turns/{turn_id}/accept", data=shown)
    assert given(database) == {turn_id: "rent_gear"}
    assert "as “<span" in browser.get("/reviewed").text
    answer = browser.get(f"/api/turns/{turn_id}").json()
    assert (answer["label"], answer["second_label"]) == ("rent_gear", "store_hours")


def test_what_an_agent_could_not_tell_is_shown_and_has_nothing_to_accept(
    browser: TestClient, database: Database
) -> None:
    turn_id = turn(database, "it does the thing again")
    correct(database, turn_id, None, kind=CorrectionKind.CANNOT_TELL)
    page = browser.get("/").text
    assert "could not tell" in page
    assert "second opinion" in page
    assert f"/turns/{turn_id}/accept" not in page


def test_an_unknown_turn_is_said_so(browser: TestClient) -> None:
    answer = browser.post("/turns/4711/accept")
    assert answer.status_code == 404
    assert "no turn 4711" in answer.text
