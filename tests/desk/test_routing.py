"""To which channel a case goes, and whom it calls; what is named in desk.yml is found in Slack at the start."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from escalation.destination import Destination, Routing, Rule, Subject, read_routing, refuse_strange_rules
from escalation.due_move import Rules
from escalation.handover import Person
from escalation.hours import Hours
from escalation.practice.workspace import EVERYBODY
from escalation.section import DeskConfigRefused
from escalation.slack.settings import SettingsRefused
from escalation.store.agent import agent_of
from escalation.ticker import Ticker
from escalation.waiting import Waiting, read_waiting, refuse_strange_targets
from labeling.clock import now
from tests.desk.conftest import Agent, Scene, all_text

MINA = Person("U0MINAOKAFO", "Mina")
REFUNDS = Rule(Destination("#refunds"), intents=("refund_status",))
GERMAN = Rule(Destination("#german"), languages=("de",))
FAST = Rule(Destination(call=("@support",)), tiers=("critical",), channels=("webchat", "telegram"))
ROUTING = Routing((FAST, REFUNDS, GERMAN))


@pytest.mark.parametrize(
    ("subject", "rule"),
    [
        (Subject("refund_status", "routine", "", "webchat"), REFUNDS),
        (Subject("refund_status", "critical", "", "webchat"), FAST),
        (Subject("refund_status", "critical", "", "rest"), REFUNDS),
        (Subject("order_status", "routine", "de-AT", "webchat"), GERMAN),
        (Subject("order_status", "routine", "DE", "webchat"), GERMAN),
    ],
)
def test_the_first_rule_that_fits_decides(subject: Subject, rule: Rule) -> None:
    assert ROUTING.destination_of(subject) == rule.destination


@pytest.mark.parametrize("language", ["", "den", "en-DE"])
def test_what_fits_no_rule_goes_to_the_desks_own_channel(language: str) -> None:
    assert ROUTING.destination_of(Subject(None, None, language, "webchat")) == Destination()


@pytest.mark.parametrize(
    ("rule", "line"),
    [
        ({"tiers": ["critical"]}, "routing.rules[1] leads nowhere: it needs a channel, a call or a lead"),
        ({"tier": "critical"}, "routing.rules[1] has no knob tier; there are intents, tiers, languages, channels, "),
        ({"tiers": "critical"}, "routing.rules[1].tiers must be a list of texts, and is 'critical'"),
        ("critical", "routing.rules[1] must hold knobs (intents, "),
    ],
)
def test_a_wrong_rule_is_refused_in_one_line(rule: object, line: str) -> None:
    with pytest.raises(DeskConfigRefused) as refused:
        read_routing({"rules": [rule]})
    assert str(refused.value).startswith(line)


def test_a_tier_that_does_not_exist_is_refused() -> None:
    with pytest.raises(DeskConfigRefused, match=r"routing.rules\[1\].tiers: there is no tier vital"):
        refuse_strange_rules(Routing((Rule(Destination("#x"), tiers=("vital",)),)), ["routine"])
    with pytest.raises(DeskConfigRefused, match=r"waiting.tiers: there is no tier vital; config.yml has routine"):
        refuse_strange_targets(read_waiting({"tiers": {"vital": {}}}), ["routine"])


@pytest.mark.parametrize(
    ("written", "line"),
    [
        ({"first_minutes": 0}, "waiting.first_minutes must be a number from 0.1 to 10080, and is 0"),
        (
            {"tiers": {"critical": {"frist": 1}}},
            "waiting.tiers.critical has no knob frist; there are first_minutes, ",
        ),
    ],
)
def test_wrong_rules_of_waiting_are_refused_in_one_line(written: object, line: str) -> None:
    with pytest.raises(DeskConfigRefused) as refused:
        read_waiting(written)
    assert str(refused.value).startswith(line)


def test_a_case_goes_to_its_rules_channel_and_calls_whom_it_names(scene: Scene) -> None:
    name = f"refunds-{scene.channel.lower()}"
    channel = scene.practice.play("mina").make_channel(name, bot=True, members=EVERYBODY)
    rule = Rule(Destination(f"#{name}", call=("@support", "@Jonas")), intents=("refund_status",))
    scene.new_desk(routing=Routing((rule,)))
    case_id = scene.raise_hand()
    card = Agent(scene.practice.play("mina"), channel).card(case_id)
    assert "<!subteam^S0SUPPORT01> <@U0JONASFELD>" in all_text(card)
    assert "<!subteam^S0SUPPORT01>" in card["text"]
    scene.at_rest()
    assert scene.case(case_id).slack_channel == channel


def test_replies_in_a_routed_channel_reach_the_customer(scene: Scene) -> None:
    name = f"replies-{scene.channel.lower()}"
    channel = scene.practice.play("mina").make_channel(name, bot=True, members=EVERYBODY)
    scene.new_desk(routing=Routing((Rule(Destination(f"#{name}"), tiers=("sensitive",)),)))
    case_id = scene.raise_hand()
    Agent(scene.practice.play("mina"), channel).reply(case_id, "I am on it.")
    scene.until(lambda: scene.heard(case_id) == ["I am on it."])


def test_who_is_away_is_not_called(scene: Scene) -> None:
    with scene.database.transaction() as session:
        agent_of(session, "U0JONASFELD").away_since = now()
    scene.new_desk(routing=Routing((Rule(Destination(call=("@jonas", "@priya"))),)))
    text = all_text(scene.agent("mina").card(scene.raise_hand()))
    assert "<@U0PRIYANAIR>" in text
    assert "<@U0JONASFELD>" not in text


@pytest.mark.parametrize(
    ("sections", "line"),
    [
        ({"routing": Routing((Rule(Destination("#nowhere")),))}, "there is no channel #nowhere"),
        ({"routing": Routing((Rule(Destination("#support-leads")),))}, "the bot is not in #support-leads"),
        ({"routing": Routing((Rule(Destination(call=("@nobody",))),))}, "there is nobody called @nobody in Slack"),
        ({"waiting": Waiting(lead="@nobody")}, "there is nobody called @nobody in Slack"),
    ],
)
def test_a_name_that_slack_does_not_know_is_refused_at_the_start(
    scene: Scene, sections: dict[str, Any], line: str
) -> None:
    with pytest.raises(SettingsRefused) as refused:
        scene.new_desk(**sections)
    assert str(refused.value).startswith(line)
    assert "\n" not in str(refused.value)


def later(scene: Scene, **ahead: float) -> None:
    """Everything that is due by then happens."""
    desk = scene.desk
    assert desk is not None
    rules = Rules(Hours(), desk.config.waiting)

    def clock() -> datetime:
        return now() + timedelta(**ahead)

    ticker = Ticker(scene.database, rules, desk.config.routing, clock)
    while ticker.tick():
        pass


def test_a_nudge_about_a_case_that_nobody_has_is_seen_in_the_channel(scene: Scene) -> None:
    scene.new_desk(routing=Routing((Rule(Destination(call=("@support",))),)), waiting=Waiting(lead="@leads"))
    mina = scene.agent("mina")
    case_id = scene.raise_hand()
    mina.card(case_id)
    later(scene, minutes=11)
    nudge = mina.finds(f"Nobody has taken case {case_id} yet")
    assert nudge["subtype"] == "thread_broadcast"
    assert nudge["thread_ts"] == mina.card(case_id)["ts"]
    assert nudge["text"].startswith("<!subteam^S0SUPPORT01> ⏰")
    later(scene, minutes=21)
    assert mina.finds("Please see that somebody answers")["text"].startswith("<!subteam^S0LEADS0001> 🔔")


def test_a_nudge_of_the_owner_stays_in_the_thread(scene: Scene) -> None:
    mina = scene.agent("mina")
    case_id = scene.raise_hand()
    mina.click(case_id, "claim")
    scene.until(lambda: scene.case(case_id).owner_id == MINA.id)
    later(scene, minutes=11)
    nudge = mina.finds("The customer has been waiting for your answer")
    assert nudge["text"].startswith(f"<@{MINA.id}> ⏰")
    assert nudge.get("subtype") != "thread_broadcast"


def test_a_nudge_is_posted_once_even_if_the_desk_dies_after_posting(scene: Scene) -> None:
    mina = scene.agent("mina")
    case_id = scene.raise_hand()
    mina.card(case_id)
    scene.at_rest()
    mina.play.misbehave(method="chat.postMessage", status=500, performed=True)
    later(scene, minutes=11)
    scene.at_rest()
    assert len([one for one in mina.sees() if "Nobody has taken case" in one["text"]]) == 1


def test_a_customer_who_returns_to_a_case_that_closed_itself_is_seen_in_the_channel(scene: Scene) -> None:
    mina = scene.agent("mina")
    case_id = scene.raise_hand(sender="returner")
    mina.reply(case_id, "Done.")
    scene.until(lambda: scene.heard(case_id) == ["Done."])
    later(scene, hours=25)
    later(scene, hours=30)
    scene.until(lambda: scene.case(case_id).outcome == "inactive")
    scene.write(case_id, "one more thing")
    back = mina.finds("The customer is back")
    assert back["subtype"] == "thread_broadcast"
    assert back["thread_ts"] == mina.finds("one more thing")["thread_ts"]
    assert scene.case(case_id).state == "open"
