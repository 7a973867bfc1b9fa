"""Canned replies: suggested by what the customer wants, filled in, edited, sent in the agent's name, and counted."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlmodel import select

from escalation.desk_config import DeskConfig
from escalation.placeholder import CannedConfig, fill, found_in, left_open, read_canned
from escalation.section import DeskConfigRefused
from escalation.slack.canned.item import INTENT, TEXT, TITLE
from escalation.slack.press import Do
from labeling.store.canned_reply import CannedReply, CannedUse, offered
from tests.desk.conftest import Scene, all_text

CONFIG = DeskConfig(canned=CannedConfig({"order_number": re.compile(r"LF-\d{5}")}))
REFUND = "Hello {customer}, the refund for {order_number} left us today. {agent}"


def keep(scene: Scene, title: str, text: str, intent: str | None = None) -> int:
    with scene.database.transaction() as session:
        one = CannedReply(title=title, text=text, intent=intent, author="Mina")
        session.add(one)
        session.flush()
        assert one.id is not None
        return one.id


def window(scene: Scene) -> dict[str, Any]:
    shown = scene.agent("mina").play.modal()
    assert shown is not None
    return shown


def written(scene: Scene) -> str:
    """What stands in the text field."""
    return next(str(b["element"].get("initial_value")) for b in window(scene)["blocks"] if b["type"] == "input")


def all_uses(scene: Scene) -> list[CannedUse]:
    with scene.database.reading() as session:
        return list(session.exec(select(CannedUse)))


def test_the_reply_for_what_the_customer_wants_is_filled_in_and_sent_and_counted(scene: Scene) -> None:
    scene.close_desk()
    scene.open_desk(CONFIG)
    keep(scene, "Opening hours", "We open at nine.", "store_hours")
    refund = keep(scene, "Refund left us", REFUND, "refund_status")
    case_id = scene.raise_hand("where is my money for LF-48213??", customer_name="Ada")
    mina = scene.agent("mina")
    mina.click(case_id, Do.CANNED.value)
    first = next(block for block in window(scene)["blocks"] if block["type"] == "section")
    assert "Refund left us" in first["text"]["text"]
    assert "sent 0 ×" in first["text"]["text"]
    mina.play.click(window(scene), f"{Do.CANNED_USE.value}_{refund}")
    assert written(scene) == "Hello Ada, the refund for LF-48213 left us today. Mina"
    assert mina.play.submit(window(scene)) == {}
    scene.until(lambda: scene.heard(case_id) == ["Hello Ada, the refund for LF-48213 left us today. Mina"])
    assert scene.case(case_id).owner_name == "Mina"
    shown = mina.finds("left us today. Mina")
    assert shown["thread_ts"] == mina.card(case_id)["ts"]
    assert [(use.canned_id, use.was_edited) for use in all_uses(scene)] == [(refund, False)]
    mina.click(case_id, Do.CANNED.value)
    assert "sent 1 ×" in str(window(scene))


def test_what_cannot_be_filled_in_must_be_filled_by_hand(scene: Scene) -> None:
    scene.close_desk()
    scene.open_desk(CONFIG)
    refund = keep(scene, "Refund left us", REFUND, "refund_status")
    case_id = scene.raise_hand(customer_name="Ada")
    mina = scene.agent("mina")
    mina.click(case_id, Do.CANNED.value)
    mina.play.click(window(scene), f"{Do.CANNED_USE.value}_{refund}")
    errors = mina.play.submit(window(scene))
    assert errors == {f"{TEXT}:{refund}": "Please fill in {order_number} first."}
    assert mina.play.submit(window(scene), {TEXT: "Hello Ada, it left us."}) == {}
    scene.until(lambda: scene.heard(case_id) == ["Hello Ada, it left us."])
    assert [use.was_edited for use in all_uses(scene)] == [True]


def test_all_others_are_found_by_typing(scene: Scene) -> None:
    keep(scene, "Refund left us", "It left us.", "refund_status")
    hours = keep(scene, "Opening hours", "We open at nine.", "store_hours")
    case_id = scene.raise_hand()
    mina = scene.agent("mina")
    mina.click(case_id, Do.CANNED.value)
    offered_now = mina.play.suggest(window(scene), Do.CANNED_PICK.value, "open")
    assert [one["value"] for one in offered_now] == [str(hours)]
    mina.play.choose(window(scene), Do.CANNED_PICK.value, str(hours))
    assert written(scene) == "We open at nine."


def test_a_colleagues_case_is_not_talked_into(scene: Scene) -> None:
    hours = keep(scene, "Opening hours", "We open at nine.")
    case_id = scene.raise_hand()
    scene.agent("jonas").click(case_id, Do.CLAIM.value)
    mina = scene.agent("mina")
    mina.finds("talks with Jonas")
    mina.click(case_id, Do.CANNED.value)
    mina.play.click(window(scene), f"{Do.CANNED_USE.value}_{hours}")
    assert "Jonas has this case" in mina.play.submit(window(scene))[f"{TEXT}:{hours}"]
    assert scene.heard(case_id) == []


def test_a_canned_reply_is_written_changed_and_retired_in_slack(scene: Scene) -> None:
    case_id = scene.raise_hand()
    mina = scene.agent("mina")
    mina.click(case_id, Do.CANNED.value)
    assert "no canned replies yet" in str(window(scene))
    mina.play.click(window(scene), Do.CANNED_NEW.value)
    mina.play.suggest(window(scene), INTENT, "refund where")
    fields = {TITLE: "Refund left us", TEXT: "It left {customer}.", INTENT: "refund_status"}
    assert mina.play.submit(window(scene), fields) == {}

    def replies() -> list[CannedReply]:
        with scene.database.reading() as session:
            return offered(session)

    (one,) = scene.until(replies)
    assert (one.title, one.text, one.intent, one.author) == (
        "Refund left us",
        "It left {customer}.",
        "refund_status",
        "Mina",
    )
    assert "Kept: *Refund left us*" in str(window(scene))
    mina.play.close(window(scene), all_of_them=True)
    mina.click(case_id, Do.CANNED.value)
    mina.play.click(window(scene), f"{Do.CANNED_USE.value}_{one.id}")
    mina.play.click(window(scene), Do.CANNED_EDIT.value)
    assert mina.play.submit(window(scene), {TEXT: "It has left us."}) == {}
    scene.until(lambda: replies()[0].text == "It has left us.")
    mina.play.click(window(scene), Do.CANNED_EDIT.value)
    mina.play.click(window(scene), Do.CANNED_RETIRE.value)
    scene.until(lambda: replies() == [])
    assert "offered to nobody any more" in str(window(scene))


def test_a_closed_case_offers_none(scene: Scene) -> None:
    case_id = scene.raise_hand()
    mina = scene.agent("mina")
    assert "Canned reply…" in all_text(mina.card(case_id))
    mina.click(case_id, Do.CLOSE.value)
    mina.finds("Closed by")
    assert "Canned reply…" not in all_text(mina.card(case_id))


def test_placeholders_are_filled_where_known_and_named_where_not() -> None:
    assert fill("{customer}, {order_number} {Not One}", {"customer": "Ada"}) == "Ada, {order_number} {Not One}"
    assert fill("Hello {customer|there}", {"customer": ""}) == "Hello there"
    assert fill("Hello {customer|there}", {"customer": "Ada"}) == "Hello Ada"
    assert left_open("{a} {b} {a} {Not One}") == ("{a}", "{b}")
    assert found_in(["LF-11111", "no, lf-22222", "hm"], read_canned({"placeholders": {"no": "LF-\\d+"}})) == {
        "no": "lf-22222"
    }


@pytest.mark.parametrize("written", [{"customer": "x"}, {"Order": "x"}, {"order": "("}])
def test_a_placeholder_that_cannot_work_is_refused(written: dict[str, str]) -> None:
    with pytest.raises(DeskConfigRefused, match=r"canned\.placeholders"):
        read_canned({"placeholders": written})
