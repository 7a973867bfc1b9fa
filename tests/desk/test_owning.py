"""Whose case it is, and what becomes of the words of those whose it is not."""

from __future__ import annotations

from escalation.owning import Owning
from escalation.slack.press import Do
from escalation.store.case import CaseState
from tests.desk.conftest import Agent, Scene, all_text


def claimed_by_mina(scene: Scene) -> tuple[int, Agent, Agent]:
    case_id = scene.raise_hand()
    mina, jonas = scene.agent("mina"), scene.agent("jonas")
    mina.click(case_id, Do.CLAIM.value)
    jonas.finds("talks with Mina")
    return case_id, mina, jonas


def told(scene: Scene, case_id: int) -> list[str]:
    return [message.text for message in scene.said(case_id, "system")]


def test_a_case_is_handed_to_a_colleague_who_is_called_into_the_thread(scene: Scene) -> None:
    case_id, mina, jonas = claimed_by_mina(scene)
    mina.click(case_id, Do.HAND_TO.value, "U0JONASFELD")
    jonas.finds("talks with Jonas")
    call = jonas.finds("hands this case to you")
    assert "<@U0JONASFELD>" in call["text"]
    assert call["thread_ts"] == jonas.card(case_id)["ts"]
    assert told(scene, case_id) == ["Mina from our team is here.", "Jonas from our team is here."]
    jonas.reply(case_id, "Taking over from Mina.")
    scene.until(lambda: scene.heard(case_id) == ["Taking over from Mina."])


def test_a_case_that_nobody_has_can_be_handed_to_somebody(scene: Scene) -> None:
    case_id = scene.raise_hand()
    scene.agent("mina").click(case_id, Do.HAND_TO.value, "U0PRIYANAIR")
    scene.agent("priya").finds("talks with Priya")


def test_who_does_not_have_a_case_cannot_hand_it_on(scene: Scene) -> None:
    case_id, _, jonas = claimed_by_mina(scene)
    jonas.click(case_id, Do.HAND_TO.value, "U0PRIYANAIR")
    jonas.finds("Mina has this case.")
    assert scene.case(case_id).owner_name == "Mina"


def test_a_case_is_not_handed_to_a_bot(scene: Scene) -> None:
    case_id, mina, _ = claimed_by_mina(scene)
    mina.click(case_id, Do.HAND_TO.value, "U0HANDRAISE")
    mina.finds("nobody who can take a case")
    assert scene.case(case_id).owner_name == "Mina"


def test_handing_a_case_to_oneself_claims_it_and_calls_nobody(scene: Scene) -> None:
    case_id = scene.raise_hand()
    mina = scene.agent("mina")
    mina.click(case_id, Do.HAND_TO.value, "U0MINAOKAFO")
    mina.finds("talks with Mina")
    scene.at_rest()
    assert "hands this case" not in str([all_text(message) for message in mina.sees()])


def test_a_colleague_can_send_as_themselves_and_the_case_stays_where_it_is(scene: Scene) -> None:
    case_id, _, jonas = claimed_by_mina(scene)
    jonas.reply(case_id, "The parcel left *today*")
    question = jonas.finds("Send it as yourself? Or take the case?")
    jonas.play.click(question, Do.SEND_AS_SELF.value)
    scene.until(lambda: scene.heard(case_id) == ["The parcel left today"])
    assert scene.said(case_id, "agent")[0].author == "Jonas"
    assert scene.case(case_id).owner_name == "Mina"


def test_where_a_reply_shall_not_claim_it_is_held_until_its_author_decides(scene: Scene) -> None:
    scene.new_desk(owning=Owning(claim_on_reply=False))
    case_id = scene.raise_hand()
    jonas = scene.agent("jonas")
    jonas.reply(case_id, "Hello, I am looking.")
    question = jonas.finds("Nobody has this case yet, so your reply is held back")
    assert scene.heard(case_id) == []
    assert scene.case(case_id).state == CaseState.OPEN.value
    jonas.play.click(question, Do.SEND_HELD.value)
    scene.until(lambda: scene.heard(case_id) == ["Hello, I am looking."])
    assert scene.case(case_id).owner_name == "Jonas"


def test_a_held_reply_to_a_case_that_was_closed_meanwhile_is_not_sent(scene: Scene) -> None:
    case_id, mina, jonas = claimed_by_mina(scene)
    jonas.reply(case_id, "Wait, one more thing")
    question = jonas.finds("is held back")
    mina.click(case_id, Do.CLOSE.value)
    mina.finds("Closed by")
    jonas.play.click(question, Do.SEND_AS_SELF.value)
    jonas.finds("closed meanwhile, so your reply was not sent")
    assert scene.heard(case_id) == []
