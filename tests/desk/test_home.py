"""App Home, the queue's window, the command, and labelling any message: what agents have beside the cards."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import jsonschema
import pytest
from sqlalchemy import update

from escalation import handover
from escalation.handover import Person
from escalation.hours import Hours
from escalation.practice.player import JSON, Play, buttons
from escalation.slack.home.view import Home, draw_home, queue_window
from escalation.slack.intents import Intents
from escalation.store.agent import Agent as AgentRow
from escalation.store.case import case_by_id
from escalation.store.outbox import Outgoing
from escalation.team import Entry, Labelled, Mine, Numbers, Team, read_mine, read_team
from labeling.clock import now
from labeling.store.correction import Correction
from labeling.store.turn import Turn
from tests.desk.conftest import GUIDELINES, RANKING, Scene
from tests.desk.test_manifest import SHARED

MINA, JONAS = Person("U0MINAOKAFO", "Mina"), Person("U0JONASFELD", "Jonas")
INTENTS = Intents(GUIDELINES, set)
URL = "https://team.slack.example/"
SINCE = datetime(2026, 11, 25, 9, 0)


def entry(number: int, **more: Any) -> Entry:
    plain = Entry(
        case_id=number,
        tier="routine",
        customer_name="Ada <!channel>",
        channel="webchat",
        text="where is <my> money? " * 40,
        since=SINCE,
        waits=True,
        contact="",
        slack_channel="C0123456789",
        slack_ts="1800000000.000100",
    )
    return replace(plain, **more)


def label(number: int) -> Labelled:
    said = Correction(
        turn_id=number, kind="intent", intent="rent_gear", person_id="U1", person_name="M", source="slack"
    )
    return Labelled("rent a <tent>", said)


NUMBERS = Numbers(500, 40, timedelta(minutes=4), 12, 30)
CROWDED = Home(
    team=Team(tuple(entry(number) for number in range(1, 501)), NUMBERS),
    mine=Mine(tuple(entry(number) for number in range(600, 640)), tuple(label(n) for n in range(1, 41))),
    team_url=URL,
    away_since=SINCE,
    page=3,
    notice="Case 7: Jonas has this case.",
)
EMPTY = Home(Team((), Numbers(0, 0, None, 0, 0)), Mine((), ()), URL)


def words(view: JSON) -> str:
    return json.dumps(view, ensure_ascii=False)


# Drawing


@pytest.mark.parametrize("home", [CROWDED, EMPTY, replace(CROWDED, page=99), replace(CROWDED, page=-1)])
def test_a_home_fits_slacks_own_schema_and_limits(home: Home) -> None:
    view = draw_home(home, INTENTS)
    assert len(view["blocks"]) <= 100
    file = SHARED / "home.schema.json"
    if not file.exists():
        pytest.skip("Slack's schema is not at hand (HANDRAISE_SHARED)")
    jsonschema.validate(view, json.loads(file.read_text(encoding="utf-8")))


@pytest.mark.parametrize("home", [CROWDED, EMPTY])
def test_the_queues_window_fits_slacks_own_schema(home: Home) -> None:
    file = SHARED / "modal.schema.json"
    if not file.exists():
        pytest.skip("Slack's schema is not at hand (HANDRAISE_SHARED)")
    jsonschema.validate(queue_window(home.team, URL), json.loads(file.read_text(encoding="utf-8")))


def test_five_hundred_cases_are_paged_and_none_is_left_out() -> None:
    seen: list[str] = []
    for page in range(25):
        view = draw_home(replace(CROWDED, page=page), INTENTS)
        seen += [one["value"] for one in buttons_of(view) if one["action_id"] == "home_claim"]
    assert seen == [str(number) for number in range(1, 501)]


def test_a_page_leads_on_and_back() -> None:
    view = draw_home(CROWDED, INTENTS)
    pages = [one["value"] for one in buttons_of(view) if one["action_id"].startswith("home_page")]
    assert pages == ["2", "4"]
    assert "61–80 of 500" in words(view)


def test_nothing_that_a_customer_wrote_can_act() -> None:
    view = words(draw_home(CROWDED, INTENTS))
    assert "<!channel>" not in view
    assert "<my>" not in view
    assert "<tent>" not in view


def test_a_case_leads_to_its_thread() -> None:
    assert f"<{URL}archives/C0123456789/p1800000000000100|Case 61>" in words(draw_home(CROWDED, INTENTS))


def buttons_of(view: JSON) -> list[JSON]:
    return [
        element
        for block in view["blocks"]
        for element in (*block.get("elements", []), block.get("accessory"))
        if isinstance(element, dict) and "action_id" in element
    ]


# Reading


def test_the_strictest_tier_comes_first_and_in_it_who_has_waited_longest(scene: Scene) -> None:
    scene.close_desk()
    tiers = ["routine", "critical", "routine", None]
    ids = [scene.raise_hand() for _ in tiers]
    with scene.database.transaction() as session:
        for case_id, tier in zip(ids, tiers, strict=True):
            case_by_id(session, case_id).tier = tier
    with scene.database.reading() as session:
        team = read_team(session, now() - timedelta(hours=1), ["critical", "routine"])
    assert [one.case_id for one in team.queue] == [ids[1], ids[0], ids[2], ids[3]]


def test_the_numbers_of_today_are_those_of_today(scene: Scene) -> None:
    scene.close_desk()
    first, second, third = (scene.raise_hand() for _ in range(3))
    with scene.database.transaction() as session:
        for case_id, minutes in ((first, 2), (second, 6)):
            handover.reply(session, case_id, MINA, "Hello", f"180000000{case_id}.000100")
            case = case_by_id(session, case_id)
            assert case.answered_at is not None
            case.opened_at = case.answered_at - timedelta(minutes=minutes)
        handover.close(session, first, MINA, handover.Outcome.ANSWERED)
    with scene.database.reading() as session:
        numbers = read_team(session, now() - timedelta(hours=1), []).numbers
        tomorrow = read_team(session, now() + timedelta(hours=1), []).numbers
    assert numbers == Numbers(1, 1, timedelta(minutes=4), 1, 0)
    assert tomorrow == Numbers(1, 1, None, 0, 0)
    assert third


def test_my_labels_are_my_last_words_and_not_what_i_took_back(scene: Scene) -> None:
    scene.close_desk()
    for _ in range(3):
        scene.raise_hand()
    with scene.database.transaction() as session:
        for turn_id, kind, intent in (
            (1, "intent", "a"),
            (2, "intent", "b"),
            (1, "intent", "c"),
            (2, "withdrawn", None),
        ):
            say = {"kind": kind, "intent": intent, "source": "slack"}
            session.add(Correction(turn_id=turn_id, person_id=MINA.id, person_name="Mina", **say))
            session.flush()
    with scene.database.reading() as session:
        mine = read_mine(session, MINA.id, now() - timedelta(hours=1))
        theirs = read_mine(session, JONAS.id, now() - timedelta(hours=1))
        labels = read_team(session, now() - timedelta(hours=1), []).numbers.labels_today
    assert [(one.turn_id, one.correction.intent) for one in mine.labels] == [(1, "c")]
    assert theirs.labels == ()
    assert labels == 1


def test_a_day_begins_where_the_people_are() -> None:
    assert Hours(zone="Asia/Tokyo").day_start(datetime(2026, 11, 25, 16)) == datetime(2026, 11, 25, 15)


# In the practice workspace, with Slack's own SDK


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


# The command


def whispered(play: Play, has: str) -> JSON:
    return play.wait_for_message(lambda message: bool(message.get("ephemeral")) and has in words(message))


def test_the_queue_is_told_to_whoever_asks(scene: Scene) -> None:
    mina = scene.practice.play("mina")
    scene.raise_hand("where are my boots")
    mina.command("/handraise", "queue", scene.channel)
    assert "where are my boots" in words(whispered(mina, "waits since"))


def test_status_tells_the_numbers_and_what_one_has(scene: Scene) -> None:
    mina = scene.agent("mina")
    case_id = scene.raise_hand()
    mina.click(case_id, "claim")
    scene.until(lambda: scene.case(case_id).owner_id)
    mina.play.command("/handraise", "STATUS", scene.channel)
    told = words(whispered(mina.play, "being helped"))
    assert "*You* have 1 case and gave no labels today" in told
    assert f"Case {case_id}" in told


def test_away_and_back(scene: Scene) -> None:
    mina = scene.practice.play("mina")
    mina.command("/handraise", "away", scene.channel)
    whispered(mina, "You are away")
    with scene.database.reading() as session:
        row = session.get(AgentRow, MINA.id)
        assert row is not None
        assert row.away_since is not None
    mina.command("/handraise", "back", scene.channel)
    whispered(mina, "You are back")
    with scene.database.reading() as session:
        row = session.get(AgentRow, MINA.id)
        assert row is not None
        assert row.away_since is None


@pytest.mark.parametrize("word", ["", "help", "quue", "`<!channel>`"])
def test_help_is_told_to_whoever_needs_it(scene: Scene, word: str) -> None:
    mina = scene.practice.play("mina")
    mina.command("/handraise", word, scene.channel)
    told = whispered(mina, "What you can say here")
    assert "<!channel>" not in words(told)


def test_nobody_hands_a_case_to_somebody_who_is_away(scene: Scene) -> None:
    jonas = scene.practice.play("jonas")
    jonas.command("/handraise", "away", scene.channel)
    whispered(jonas, "You are away")
    mina = scene.agent("mina")
    case_id = scene.raise_hand()
    mina.click(case_id, "claim")
    scene.until(lambda: scene.case(case_id).owner_id)
    mina.click(case_id, "hand_to", JONAS.id)
    mina.finds("Jonas is away. Please choose somebody else.")
    assert scene.case(case_id).owner_id == MINA.id


# Shortcuts


def test_the_global_shortcut_shows_the_queue(scene: Scene) -> None:
    mina = scene.practice.play("mina")
    scene.raise_hand("where are my boots")
    mina.shortcut("show_queue")
    view = mina.wait_for(lambda state: state["modals"])[-1]
    assert "where are my boots" in words(view)
    mina.close(view)


def test_any_message_in_slack_can_be_labelled(scene: Scene) -> None:
    mina = scene.agent("mina")
    ts = mina.play.post("A customer on the phone: can I *rent* a kayak &amp; a tent?", channel=scene.channel)
    message = mina.finds("rent")
    mina.play.shortcut("label_message", message)
    view = mina.play.wait_for(lambda state: state["modals"])[-1]
    assert mina.play.suggest(view, "intent", "rent")[0]["value"] == "rent_gear"
    assert mina.play.submit(view, {"words": "can I rent a kayak?", "intent": "rent_gear"}) == {}
    assert "Labelled as *Rents gear*" in words(mina.play.wait_for(lambda state: state["modals"])[-1])
    (said,) = scene.until(scene.corrections)
    with scene.database.reading() as session:
        turn = session.get(Turn, said.turn_id)
    assert turn is not None
    assert (turn.text, turn.route, turn.model_version) == ("can I rent a kayak?", "found", "")
    assert (said.intent, said.suggestion_visible, said.person_id) == ("rent_gear", False, MINA.id)
    assert ts


def test_the_same_message_twice_is_one_turn_with_two_words_about_it(scene: Scene) -> None:
    turns = set()
    for who in ("mina", "jonas"):
        agent = scene.agent(who)
        if who == "mina":
            agent.play.post("the zip broke", channel=scene.channel)
        agent.play.shortcut("label_message", agent.finds("the zip broke"))
        view = agent.play.wait_for(lambda state: state["modals"])[-1]
        agent.play.suggest(view, "intent", "refund")
        values = {"intent": "refund_request", **({"words": "the zip broke"} if who == "mina" else {})}
        assert agent.play.submit(view, values) == {}
        scene.until(lambda: len(scene.corrections()) == len(turns) + 1)
        turns.add(scene.corrections()[-1].id)
    assert len({one.turn_id for one in scene.corrections()}) == 1


def test_a_relayed_customers_message_is_labelled_as_the_turn_that_it_is(scene: Scene) -> None:
    mina = scene.agent("mina")
    case_id = scene.raise_hand()
    message = scene.write(case_id, "and I want to rent a tent", RANKING)
    mina.play.shortcut("label_message", mina.finds("and I want to rent a tent"))
    view = mina.play.wait_for(lambda state: state["modals"])[-1]
    mina.play.suggest(view, "intent", "rent")
    assert mina.play.submit(view, {"intent": "rent_gear"}) == {}
    (said,) = scene.until(scene.corrections)
    with scene.database.reading() as session:
        turn = session.get(Turn, said.turn_id)
    assert turn is not None
    assert turn.message_id == message.id


def test_the_bots_own_words_are_no_customers(scene: Scene) -> None:
    mina = scene.agent("mina")
    case_id = scene.raise_hand()
    mina.click(case_id, "claim")
    with scene.database.transaction() as session:
        handover.enqueue(session, case_id, handover.Errand.NUDGE, note="something of ours")
    mina.play.shortcut("label_message", mina.finds("something of ours"))
    view = mina.play.wait_for(lambda state: state["modals"])[-1]
    assert "no words of a customer" in words(view)
    mina.play.close(view)
