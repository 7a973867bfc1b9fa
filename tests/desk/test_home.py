"""App Home in the practice workspace: what is pressed there, and when it is published."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import update

from escalation import handover
from escalation.practice.player import JSON, Play, buttons
from escalation.store.outbox import Outgoing
from labeling.clock import now
from tests.desk.conftest import JONAS, MINA, Scene, words


def home_of(play: Play, shows: Callable[[str], bool]) -> JSON:
    view: JSON = play.wait_for(lambda state: state["home"] if state["home"] and shows(words(state["home"])) else None)
    return view


def press(play: Play, view: JSON, action_id: str, value: str) -> None:
    (place,) = [one for one in buttons(view) if one["action_id"] == action_id and one.get("value") == value]
    play.click(view, action_id, place["block_id"])


def test_a_case_is_claimed_at_home_and_home_follows(scene: Scene) -> None:
    mina = scene.practice.play("mina")
    case_id = scene.raise_hand("my boots broke")
    scene.at_rest()
    mina.open_home()
    view = home_of(mina, lambda text: "my boots broke" in text)
    press(mina, view, "home_claim", str(case_id))
    view = home_of(mina, lambda text: "home_release" in text)
    assert scene.case(case_id).owner_id == MINA.id
    press(mina, view, "home_release", str(case_id))
    home_of(mina, lambda text: "home_release" not in text)
    assert scene.case(case_id).owner_id is None


def test_home_follows_what_happens_elsewhere(scene: Scene) -> None:
    mina = scene.practice.play("mina")
    mina.open_home()
    home_of(mina, lambda text: "Nobody is waiting" in text)
    scene.raise_hand("this one is new")
    home_of(mina, lambda text: "this one is new" in text)


def test_who_comes_second_is_told_at_home_who_has_the_case(scene: Scene) -> None:
    mina = scene.practice.play("mina")
    case_id = scene.raise_hand()
    mina.open_home()
    view = home_of(mina, lambda text: f"Case {case_id}" in text)
    with scene.database.transaction() as session:
        handover.claim(session, case_id, JONAS)
    press(mina, view, "home_claim", str(case_id))
    home_of(mina, lambda text: f"Case {case_id}: Jonas has this case." in text)


def test_a_label_is_undone_at_home(scene: Scene) -> None:
    mina = scene.agent("mina")
    case_id = scene.raise_hand("rent me a kayak")
    mina.click(case_id, "correct_guess_0")
    scene.until(scene.corrections)
    mina.play.open_home()
    view = home_of(mina.play, lambda text: "home_undo" in text)
    press(mina.play, view, "home_undo", str(scene.corrections()[0].turn_id))
    home_of(mina.play, lambda text: "None yet" in text)
    assert [one.kind for one in scene.corrections()] == ["intent", "withdrawn"]


def test_a_home_is_published_seldom_however_much_happens(scene: Scene) -> None:
    mina = scene.practice.play("mina")
    mina.open_home()
    home_of(mina, lambda text: "The queue" in text)
    before = len(mina.calls("views.publish"))
    for number in range(30):
        scene.raise_hand(f"question {number}")
    home_of(mina, lambda text: "*30* waiting" in text)
    assert len(mina.calls("views.publish")) - before <= 4


def test_of_two_desks_one_publishes_each_change(scene: Scene) -> None:
    mina = scene.practice.play("mina")
    first = scene.desk
    scene.desk = None
    second = scene.open_desk()
    assert first is not None
    mina.open_home()
    home_of(mina, lambda text: "The queue" in text)
    before = len(mina.calls("views.publish"))
    scene.raise_hand("this one is new")
    home_of(mina, lambda text: "this one is new" in text)
    scene.at_rest()
    for desk in (first, second):
        desk.stop()
    scene.desk = None
    shown = [words(call["arguments"]) for call in mina.calls("views.publish")[before:]]
    new = [view for view in shown if "this one is new" in view]
    assert new
    assert len(new) == len(set(new))


def test_a_home_is_published_after_slack_asked_for_a_pause(scene: Scene) -> None:
    mina = scene.practice.play("mina")
    mina.misbehave(method="views.publish", status=429, retry_after=1)
    mina.open_home()
    home_of(mina, lambda text: "The queue" in text)


def test_with_five_hundred_open_cases_home_is_whole_and_the_desk_still_answers(scene: Scene) -> None:
    scene.close_desk()
    for _ in range(500):
        scene.raise_hand()
    with scene.database.transaction() as session:  # their cards are there already
        session.execute(update(Outgoing).values(done_at=now()))
    scene.open_desk()
    mina = scene.practice.play("mina")
    mina.open_home()
    view = home_of(mina, lambda text: "1–20 of 500" in text)
    press(mina, view, "home_page_next", "1")
    home_of(mina, lambda text: "21–40 of 500" in text)
    case_id = scene.raise_hand("number 501")
    scene.agent("mina").card(case_id)
