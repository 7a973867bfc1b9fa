"""The JSON API, and the retraining behind it, over a real port."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from labeling.database import Database
from labeling.project import Project
from labeling.retraining import ensure_live
from tests.labeling.conftest import served
from tests.labeling.turns import correct, corrected
from tests.until import until


@pytest.fixture
def service(project: Project, database: Database) -> Iterator[httpx.Client]:
    ensure_live(project, database)
    with served(project, database) as address, httpx.Client(base_url=address, timeout=60) as client:
        yield client


def settled(service: httpx.Client) -> dict[str, object]:
    """Waits until the first run has ended, and gives what came of it."""
    until(lambda: (run := service.get("/api/retrain").json())["state"] == "idle" and run["number"] > 0)
    run: dict[str, object] = service.get("/api/retrain").json()
    return run


def test_what_is_accepted_is_live_soon_after(service: httpx.Client, database: Database) -> None:
    before = service.get("/api/status").json()["version"]
    turn_id = corrected(database, "is it possible to borrow a stove from you")
    queue = service.get("/api/queue").json()
    assert (queue["total"], queue["turns"][0]["agreed"]) == (1, {"intent": "rent_gear", "second": None, "new": False})
    told = service.post(f"/api/turns/{turn_id}/review", json={"decision": "accept", "trainer": "Noor"}).json()
    assert (told["decision"], told["label"], told["trainer"]) == ("accepted", "rent_gear", "Noor")
    run = settled(service)
    assert (run["outcome"], run["labels"]) == ("promoted", 1)
    now = service.get("/api/status").json()
    assert now["version"] == run["version"] != before
    assert (now["to_review"], now["is_behind"]) == (0, False)
    assert service.post("/api/rollback", json={"trainer": "Noor"}).json() == {"version": before}
    assert service.get("/api/pulse").json()["live"] == before
    page = service.get("/model").text
    assert f"Noor went back to {before}." in page
    assert "<svg" in page


def test_all_that_people_agree_on_is_accepted_at_once_and_learned_in_one_run(
    service: httpx.Client, database: Database
) -> None:
    for i in range(5):
        corrected(database, f"could i hire {i} stoves")
    disputed = corrected(database, "open on sunday for tent hire?")
    correct(database, disputed, "store_hours", person="Jonas")
    assert service.post("/api/accept_all", json={"trainer": "script"}).json() == {"accepted": 5}
    assert [turn["id"] for turn in service.get("/api/queue").json()["turns"]] == [disputed]
    assert settled(service)["labels"] == 5
    assert service.get("/api/retrain").json()["number"] == 1


def test_a_retraining_that_fails_is_said_and_the_page_lives_on(
    service: httpx.Client, project: Project, database: Database
) -> None:
    (project.root / "frozen.csv").write_text("text,intent\nhello,\n")
    service.post("/api/retrain", json={})
    run = settled(service)
    assert "has no intent" in str(run["error"])
    assert "Not retrained" in service.get("/").text


def test_mistakes_get_one_sentence(service: httpx.Client, database: Database) -> None:
    turn_id = corrected(database, "hire a tent?")
    asked = [
        (404, "/api/turns/4711/review", {"decision": "accept"}),
        (409, f"/api/turns/{turn_id}/review", {"decision": "undo"}),
        (409, f"/api/turns/{turn_id}/review", {"decision": "change", "intent": "no_such_intent"}),
        (409, f"/api/turns/{turn_id}/review", {"decision": "change", "intent": ""}),
        (422, f"/api/turns/{turn_id}/review", {"decision": "delete"}),
        (422, "/api/turns/one/review", {"decision": "accept"}),
        (404, "/api/rollback", {"version": "nothing"}),
    ]
    for status, path, body in asked:
        answer = service.post(path, json=body)
        assert (answer.status_code, list(answer.json())) == (status, ["error"])
        assert answer.json()["error"].count("\n") == 0


def test_every_intent_is_offered_with_its_title(service: httpx.Client) -> None:
    intents = {one["intent"]: one["title"] for one in service.get("/api/intents").json()}
    assert intents["rent_gear"] == "Rent gear"
