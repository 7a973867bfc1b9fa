"""Files between a customer and a case's thread."""

from __future__ import annotations

from dataclasses import asdict

import pytest

from escalation import handover
from escalation.file_limits import FileLimits
from escalation.practice.player import JSON
from escalation.relay import Policy, Relay
from escalation.slack.attachments import Attachments
from escalation.slack.press import FILES, WORDS, Do, Written
from escalation.store.case import case_by_id
from escalation.store.conversation import Conversation
from escalation.store.file import StoredFile, files_of, keep_file
from escalation.store.inbox import Incoming, receive, waiting
from escalation.store.message import Message
from tests.desk.conftest import Agent, Scene

PNG = b"\x89PNG\r\n\x1a\n" + b"a small picture"
PDF = b"%PDF-1.7 a small page"
BUTTON = Relay(policy=Policy.BUTTON)


def claimed(scene: Scene) -> tuple[int, Agent]:
    case_id = scene.raise_hand()
    mina = scene.agent("mina")
    mina.click(case_id, Do.CLAIM.value)
    mina.finds("talks with Mina")
    return case_id, mina


def upload(scene: Scene, agent: Agent, case_id: int, name: str, content: bytes, text: str = "") -> str:
    return agent.play.upload(name, content, text, agent.card(case_id)["ts"], scene.channel)


def kept(scene: Scene, case_id: int) -> list[StoredFile]:
    with scene.database.reading() as session:
        return [file for message in scene.said(case_id, "agent") for file in files_of(session, message.id or 0)]


def customer_sends(scene: Scene, case_id: int, name: str, content: bytes) -> Message:
    with scene.database.transaction() as session:
        case = case_by_id(session, case_id)
        conversation = session.get(Conversation, case.conversation_id)
        assert conversation is not None
        message, _ = handover.hear(session, conversation, "", None)
        stored = keep_file(session, name, "png", content, message.id)
        message.payload = {"files": [{"key": stored.key, "name": name, "kind": "png", "size": len(content)}]}
        handover.pass_on(session, case, message)
    return message


def on(scene: Scene, case_id: int, channel: str) -> None:
    """The customer writes on another channel."""
    with scene.database.transaction() as session:
        conversation = session.get(Conversation, scene.case(case_id).conversation_id)
        assert conversation is not None
        conversation.channel = channel


def test_an_agents_file_goes_to_the_customer_with_its_words(scene: Scene) -> None:
    case_id, mina = claimed(scene)
    upload(scene, mina, case_id, "label.png", PNG, "Here you go")
    scene.until(lambda: scene.heard(case_id) == ["Here you go"])
    (file,) = kept(scene, case_id)
    assert (file.name, file.kind, file.content) == ("label.png", "png", PNG)
    (shown,) = scene.said(case_id, "agent")[0].payload["files"]
    assert shown == {"key": file.key, "name": "label.png", "kind": "png", "size": len(PNG)}


def test_a_file_without_words_is_sent_too(scene: Scene) -> None:
    case_id, mina = claimed(scene)
    upload(scene, mina, case_id, "terms.pdf", PDF)
    scene.until(lambda: [file.kind for file in kept(scene, case_id)] == ["pdf"])
    assert scene.heard(case_id) == [""]


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("page.png", b"<svg>\x00</svg>", "page.png is of a kind that cannot be sent. These can: png, jpg"),
        ("large.png", PNG + b"x" * 3000, "large.png is too large (0.0 MB): files of up to 0.002 MB can be sent."),
    ],
)
def test_a_file_that_cannot_pass_is_refused_out_loud_while_the_words_are_sent(
    scene: Scene, name: str, content: bytes, why: str
) -> None:
    scene.new_desk(files=FileLimits(largest_mb=0.002))
    case_id, mina = claimed(scene)
    upload(scene, mina, case_id, name, content, "Here you go")
    assert "The rest of your message was sent." in mina.finds(why)["text"]
    assert scene.heard(case_id) == ["Here you go"]
    assert kept(scene, case_id) == []


def test_a_file_beside_a_note_is_a_note(scene: Scene) -> None:
    case_id, mina = claimed(scene)
    ts = upload(scene, mina, case_id, "fraud.png", PNG, "note: look at this")
    scene.until(lambda: mina.reactions(ts) == ["lock"])
    assert scene.heard(case_id) == []
    with scene.database.reading() as session:
        assert [file.name for file in session.query(StoredFile) if file.message_id] == []


def test_a_held_file_is_sent_with_its_words_or_forgotten(scene: Scene) -> None:
    case_id, _ = claimed(scene)
    jonas = scene.agent("jonas")
    upload(scene, jonas, case_id, "label.png", PNG, "I have it")
    question = jonas.finds("is held back")
    jonas.play.click(question, Do.SEND_AS_SELF.value)
    scene.until(lambda: [file.name for file in kept(scene, case_id)] == ["label.png"])
    upload(scene, jonas, case_id, "secret.png", PNG)
    question = jonas.finds("(a file)")
    jonas.play.click(question, Do.KEEP_HELD.value)
    scene.at_rest()
    with scene.database.reading() as session:
        assert session.query(StoredFile).filter_by(name="secret.png").count() == 0


def test_a_file_goes_when_its_message_is_taken_back(scene: Scene) -> None:
    case_id, mina = claimed(scene)
    ts = upload(scene, mina, case_id, "label.png", PNG, "Here you go")
    scene.until(lambda: kept(scene, case_id))
    mina.play.react(ts, "lock", scene.channel)
    scene.until(lambda: kept(scene, case_id) == [])


def test_where_customers_cannot_reach_the_bot_a_file_is_refused(scene: Scene) -> None:
    case_id, mina = claimed(scene)
    on(scene, case_id, "telegram")
    upload(scene, mina, case_id, "label.png", PNG, "Here you go")
    mina.finds("label.png cannot be sent on telegram: desk.yml names no files.public_address.")
    assert kept(scene, case_id) == []


def test_a_customers_file_is_uploaded_into_the_thread(scene: Scene) -> None:
    case_id, mina = claimed(scene)
    customer_sends(scene, case_id, "damage & <b>.png", PNG)
    shared = mina.finds("sent a file: damage &amp; &lt;b&gt;.png")
    assert shared["thread_ts"] == mina.card(case_id)["ts"]
    assert [file["size"] for file in shared["files"]] == [len(PNG)]


def test_an_upload_that_was_cut_short_after_it_ended_well_is_not_repeated(scene: Scene) -> None:
    case_id, mina = claimed(scene)
    mina.play.misbehave(method="files.completeUploadExternal", status=503, performed=True)
    customer_sends(scene, case_id, "damage.png", PNG)
    scene.at_rest()
    shared = [message for message in mina.sees() if message.get("files")]
    assert len(shared) == 1


def test_the_bots_token_goes_to_slack_and_to_nobody_else() -> None:
    attachments = Attachments("xoxb-secret", "https://slack.com/api/", FileLimits())
    for url in ("https://evil.example/slack.com/x", "https://evilslack.com/x", "http://files.slack.com/x", ""):
        attached = attachments.fetch([{"name": "x.png", "size": 1, "url": url}])
        assert "kept outside this workspace" in attached.refusals[0]


# Where only the button sends: files go along in its window


def reply_window(agent: Agent, case_id: int) -> JSON:
    agent.click(case_id, Do.REPLY.value)
    window = agent.play.modal()
    assert window is not None
    return window


def send(agent: Agent, case_id: int, words: str, **files: bytes) -> dict[str, str]:
    """In the window of the card's button; what the window objects to comes back."""
    chosen = [agent.play.keep(name.replace("_", "."), content) for name, content in files.items()]
    return agent.play.submit(reply_window(agent, case_id), {WORDS: words, FILES: chosen})


def test_files_go_to_the_customer_from_the_window_and_are_shown_in_the_thread(scene: Scene) -> None:
    scene.new_desk(relay=BUTTON)
    case_id, mina = claimed(scene)
    assert send(mina, case_id, "Here you go", label_png=PNG, terms_pdf=PDF) == {}
    scene.until(lambda: [file.name for file in kept(scene, case_id)] == ["label.png", "terms.pdf"])
    (message,) = scene.said(case_id, "agent")
    assert (message.text, [file["kind"] for file in message.payload["files"]]) == ("Here you go", ["png", "pdf"])
    scene.at_rest()
    shared = [one for one in mina.play.thread(mina.card(case_id)["ts"], scene.channel) if one.get("files")]
    assert [file["size"] for one in shared for file in one["files"]] == [len(PNG), len(PDF)]
    assert "Mina sent the customer a file" in shared[0]["text"]


def test_a_file_alone_can_be_sent_from_the_window_reworded_and_taken_back(scene: Scene) -> None:
    scene.new_desk(relay=BUTTON)
    case_id, mina = claimed(scene)
    assert send(mina, case_id, "", label_png=PNG) == {}
    shown = mina.finds("📎 label.png")
    number = scene.said(case_id, "agent")[0].id
    mina.play.choose(shown, Do.OWN.value, f"{Do.EDIT_OWN.value}:{number}")
    window = mina.play.modal()
    assert window is not None
    assert mina.play.submit(window, {WORDS: "Print this"}) == {}
    scene.until(lambda: scene.heard(case_id) == ["Print this"])
    assert [file["name"] for file in scene.said(case_id, "agent")[0].payload["files"]] == ["label.png"]
    mina.play.choose(mina.finds("Print this (edited)"), Do.OWN.value, f"{Do.TAKE_BACK_OWN.value}:{number}")
    scene.until(lambda: kept(scene, case_id) == [])


def test_a_window_says_at_once_that_a_file_is_too_large(scene: Scene) -> None:
    scene.new_desk(relay=BUTTON, files=FileLimits(largest_mb=0.002))
    case_id, mina = claimed(scene)
    objections = send(mina, case_id, "Here you go", large_png=PNG + b"x" * 3000)
    assert objections[FILES].startswith("large.png is too large (0.0 MB)")
    assert scene.heard(case_id) == []


def test_a_file_of_a_wrong_kind_from_the_window_is_refused_out_loud_while_the_words_are_sent(scene: Scene) -> None:
    scene.new_desk(relay=BUTTON)
    case_id, mina = claimed(scene)
    assert send(mina, case_id, "Here you go", page_png=b"<svg>\x00</svg>") == {}
    assert "The rest of your message was sent." in mina.finds("page.png is of a kind that cannot be sent.")["text"]
    assert scene.heard(case_id) == ["Here you go"]
    assert send(mina, case_id, "", other_png=b"<svg>\x00</svg>") == {}
    assert "Nothing was sent." in mina.finds("other.png is of a kind that cannot be sent.")["text"]
    assert scene.heard(case_id) == ["Here you go"]


def test_the_window_wants_words_or_a_file(scene: Scene) -> None:
    scene.new_desk(relay=BUTTON)
    case_id, mina = claimed(scene)
    assert send(mina, case_id, "") == {WORDS: "Please write something."}


def test_files_are_given_back_by_name_where_the_window_was_overtaken(scene: Scene) -> None:
    scene.new_desk(relay=BUTTON)
    case_id, _ = claimed(scene)
    scene.close_desk()
    with scene.database.transaction() as session:
        written = Written("V1", case_id, False, "Here", None, "U0JONASFELD", "Jonas", (unreachable("label.png"),))
        receive(session, written.key, "written", asdict(written))
    scene.new_desk(relay=BUTTON)
    given_back = scene.agent("jonas").finds("Your reply was not sent: Here [label.png]")
    assert "Mina has this case." in given_back["text"]


def unreachable(name: str) -> dict[str, object]:
    return {"name": name, "size": 3, "url": ""}


def test_the_window_takes_files_only_where_customers_can_have_them(scene: Scene) -> None:
    scene.new_desk(relay=BUTTON, files=FileLimits(largest_mb=20))
    case_id, mina = claimed(scene)
    field = next(block for block in reply_window(mina, case_id)["blocks"] if block["block_id"] == FILES)
    assert field["hint"]["text"] == "png, jpg, gif, webp, pdf, txt; up to 10 MB each."
    on(scene, case_id, "telegram")
    assert FILES not in [block["block_id"] for block in reply_window(mina, case_id)["blocks"]]


def test_a_slow_file_keeps_no_other_case_waiting(scene: Scene) -> None:
    slow, mina = claimed(scene)
    other = scene.raise_hand()
    mina.play.misbehave(method="download", seconds=8)
    upload(scene, mina, slow, "map.png", PNG, "Here you go")
    mina.reply(other, "Hello!")
    scene.until(lambda: scene.heard(other) == ["Hello!"])
    assert scene.heard(slow) == []
    scene.until(lambda: scene.heard(slow) == ["Here you go"])


def test_what_comes_after_a_slow_file_in_its_case_waits_for_it(scene: Scene) -> None:
    case_id, mina = claimed(scene)
    mina.play.misbehave(method="download", seconds=2)
    ts = upload(scene, mina, case_id, "map.png", PNG, "Here you goo")
    mina.reply(case_id, "It is the second house.")
    mina.edit(ts, "Here you go")
    mina.click(case_id, Do.CLOSE.value)
    scene.until(lambda: scene.case(case_id).closed_at)
    assert scene.heard(case_id) == ["Here you go", "It is the second house."]
    assert [file.content for file in kept(scene, case_id)] == [PNG]
    last = scene.said(case_id, "system")[-1]
    assert all(message.number < last.number for message in scene.said(case_id, "agent"))


def test_a_lock_under_a_message_whose_file_is_still_on_its_way_keeps_it_in(scene: Scene) -> None:
    case_id, mina = claimed(scene)
    mina.play.misbehave(method="download", seconds=2)
    ts = upload(scene, mina, case_id, "map.png", PNG, "between us")
    mina.play.react(ts, "lock", scene.channel)
    scene.at_rest()
    assert scene.heard(case_id) == []
    assert kept(scene, case_id) == []


def test_a_desk_that_dies_while_a_file_is_on_its_way_loses_nothing(scene: Scene) -> None:
    case_id, mina = claimed(scene)
    mina.play.misbehave(method="download", seconds=8)
    upload(scene, mina, case_id, "map.png", PNG, "Here you go")
    mina.reply(case_id, "It is the second house.")
    scene.until(lambda: len(waiting_items(scene)) == 2)
    scene.close_desk()
    assert scene.heard(case_id) == []
    scene.open_desk()
    scene.until(lambda: scene.heard(case_id) == ["Here you go", "It is the second house."])
    assert [file.content for file in kept(scene, case_id)] == [PNG]


def test_a_file_that_slack_does_not_give_out_is_tried_again_and_then_the_words_go_without_it(scene: Scene) -> None:
    case_id, mina = claimed(scene)
    mina.play.misbehave(method="download", status=500, times=3)
    upload(scene, mina, case_id, "map.png", PNG, "Here you go")
    mina.reply(case_id, "It is the second house.")
    mina.finds("Slack did not give us your file. Please attach it again. The rest of your message was sent.")
    scene.until(lambda: scene.heard(case_id) == ["Here you go", "It is the second house."])
    assert kept(scene, case_id) == []


def waiting_items(scene: Scene) -> list[Incoming]:
    with scene.database.reading() as session:
        return waiting(session)
