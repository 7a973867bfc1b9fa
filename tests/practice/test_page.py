"""The practice page in headless Chromium: what a person sees, clicks and types."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from slack_bolt import App

from tests.conftest import NewWindow
from tests.practice.conftest import actions, button, file_field, modal, mrkdwn, plain, text_field
from tests.practice.server import PracticeServer
from tests.practice.test_socket_mode import Connected, Heard

pytestmark = pytest.mark.browser
Open = Callable[..., Any]


@pytest.fixture
def open_page(new_window: NewWindow, practice: PracticeServer) -> Iterator[Open]:
    """Opens the page as somebody; the test fails if the page raised an error."""
    problems = []

    def open_it(query: str = "?as=mina", width: int = 1100, height: int = 800) -> Any:
        page = new_window(viewport={"width": width, "height": height}).new_page()
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.goto(f"{practice.url}/{query}")
        return page

    yield open_it
    assert problems == []


def test_a_visitor_chooses_who_to_be(open_page: Open):
    page = open_page("")
    page.get_by_role("button", name="Priya Nair").click()
    assert page.locator("#who").input_value() == "U0PRIYANAIR"
    page.wait_for_url("**/?as=priya*")


def test_what_is_typed_in_the_channel_and_in_a_thread_is_posted(open_page: Open, practice: PracticeServer):
    page = open_page()
    page.fill("#reply", "Does anyone know the pole?")
    page.keyboard.press("Enter")
    page.locator("#channel article", has_text="Does anyone know the pole?").hover()
    page.locator("#channel article", has_text="Does anyone know the pole?").get_by_label("Reply in thread").click()
    page.fill("#thread-reply", "It is the long one.")
    page.keyboard.press("Enter")
    page.locator("#thread article", has_text="It is the long one.").wait_for()
    with practice.play("jonas") as jonas:
        reply = jonas.wait_for_message(lambda m: m["text"] == "It is the long one.")
    assert (reply["user"], bool(reply["thread_ts"])) == ("U0MINAOKAFO", True)


def test_what_customers_wrote_stays_text(open_page: Open, practice: PracticeServer):
    nasty = '<img src=x onerror="document.title=\'caught\'"> <script>document.title="caught"</script>'
    escaped = nasty.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    blocks = [
        {"type": "section", "text": mrkdwn(f"unique-nasty {escaped}")},
        {"type": "header", "text": plain(nasty)},
        {"type": "section", "text": mrkdwn("<javascript:alert(1)|a link>")},
    ]
    practice.client().chat_postMessage(channel="#support", text=escaped, username=nasty, blocks=blocks)
    page = open_page()
    message = page.locator("#channel article", has_text="unique-nasty")
    message.wait_for()
    assert "<script>" in message.inner_text()
    assert message.locator("img[onerror], script, a[href^='javascript']").count() == 0
    assert page.title().endswith("Practice workspace")


def test_a_click_opens_a_modal_that_says_what_is_missing_and_is_sent(
    open_page: Open, practice: PracticeServer, connect: Connected
):
    heard = Heard()

    def build(app: App) -> None:
        @app.action("page_ask")
        def ask(ack: Any, body: dict[str, Any], client: Any) -> None:
            ack()
            view = modal(text_field("b", "why"), callback_id="page_why", title=plain("What was it?"))
            client.views_open(trigger_id=body["trigger_id"], view=view)

        @app.view("page_why")
        def submitted(ack: Any, view: dict[str, Any]) -> None:
            ack()
            heard.note(view["state"]["values"]["b"]["why"]["value"])

    connect(practice, build)
    card = actions(button("page_ask", accessibility_label="Ask me"))
    practice.client().chat_postMessage(channel="#support", text="a card", blocks=[card])
    page = open_page()
    page.get_by_role("button", name="Ask me").last.click()
    dialog = page.get_by_role("dialog", name="What was it?")
    dialog.get_by_role("button", name="Send").click()
    dialog.get_by_text("Please complete this required field.").wait_for()
    dialog.get_by_label("Why").fill("a tent pole")
    page.keyboard.press("Enter")
    dialog.wait_for(state="hidden")
    assert heard.reaches(1) == ["a tent pole"]


def test_files_are_chosen_in_a_modal_and_survive_its_refusal(
    open_page: Open, practice: PracticeServer, connect: Connected
):
    heard = Heard()

    def build(app: App) -> None:
        @app.action("page_files")
        def ask(ack: Any, body: dict[str, Any], client: Any) -> None:
            ack()
            view = modal(text_field("b", "why"), file_field("f", "files"), callback_id="page_sent")
            client.views_open(trigger_id=body["trigger_id"], view=view)

        @app.view("page_sent")
        def submitted(ack: Any, view: dict[str, Any]) -> None:
            ack()
            heard.note([file["name"] for file in view["state"]["values"]["f"]["files"]["files"]])

    connect(practice, build)
    card = actions(button("page_files", accessibility_label="Send files"))
    practice.client().chat_postMessage(channel="#support", text="a card", blocks=[card])
    page = open_page()
    page.get_by_role("button", name="Send files").last.click()
    dialog = page.get_by_role("dialog", name="A window")
    names = ("pole.png", "plan.png", "wrong.png")
    dialog.get_by_label("Files").set_input_files(
        [{"name": name, "mimeType": "image/png", "buffer": b"x"} for name in names]
    )
    dialog.get_by_label("Leave wrong.png out").click()
    dialog.get_by_role("button", name="Send").click()
    dialog.get_by_text("Please complete this required field.").wait_for()
    dialog.get_by_label("Why").fill("a tent pole")
    dialog.get_by_text("plan.png").wait_for()
    page.keyboard.press("Enter")
    dialog.wait_for(state="hidden")
    assert heard.reaches(1) == [["pole.png", "plan.png"]]


def test_a_long_list_is_searched_with_the_keyboard_alone(
    open_page: Open, practice: PracticeServer, connect: Connected
):
    heard, intents = Heard(), [f"intent {n}" for n in range(30)] + ["refund status"]

    def build(app: App) -> None:
        @app.options("page_intent")
        def search(ack: Any, payload: dict[str, Any]) -> None:
            ack(options=[{"text": plain(i), "value": i} for i in intents if payload["value"] in i])

        @app.action("page_intent")
        def chosen(ack: Any, action: dict[str, Any]) -> None:
            ack()
            heard.note(action["selected_option"]["value"])

    connect(practice, build)
    menu = {
        "type": "external_select",
        "action_id": "page_intent",
        "min_query_length": 2,
        "placeholder": plain("Which one?"),
    }
    practice.client().chat_postMessage(channel="#support", text="choose", blocks=[actions(menu)])
    page = open_page()
    box = page.get_by_role("combobox", name="Which one?")
    box.focus()
    page.keyboard.type("refund")
    page.get_by_role("option", name="refund status").wait_for()
    page.keyboard.press("Enter")
    assert heard.reaches(1) == ["refund status"]


def test_a_dangerous_button_asks_first(open_page: Open, practice: PracticeServer, connect: Connected):
    heard = Heard()
    connect(practice, lambda app: app.action("page_close")(lambda ack: heard.note(ack())) and None)
    question = {"title": plain("Close it?"), "text": mrkdwn("*Really*"), "confirm": plain("Yes"), "deny": plain("No")}
    card = actions(button("page_close", confirm=question, accessibility_label="Close case"))
    practice.client().chat_postMessage(channel="#support", text="a card", blocks=[card])
    page = open_page()
    for answer in ("No", "Yes"):
        page.get_by_role("button", name="Close case").last.click()
        page.get_by_role("dialog", name="Close it?").get_by_role("button", name=answer).click()
    heard.reaches(1)
    assert len(heard) == 1


@pytest.mark.parametrize("width", [480, 375])
def test_nothing_sticks_out_on_a_narrow_page(open_page: Open, practice: PracticeServer, width: int):
    wide = [
        {"type": "section", "fields": [mrkdwn("*A*\n" + "long" * 30)] * 4},
        actions(*(button(f"b{n}") for n in range(6))),
    ]
    practice.client().chat_postMessage(channel="#support", text="wide", blocks=wide)
    page = open_page(width=width, height=700)
    page.locator("#channel article").last.wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator("#channel .messages").evaluate("box => box.scrollWidth <= box.clientWidth")


def test_a_new_reply_in_a_thread_is_marked_until_it_is_read(open_page: Open, practice: PracticeServer):
    slack = practice.client()
    root = slack.chat_postMessage(channel="#support", text="unread-root")["ts"]
    slack.chat_postMessage(channel="#support", text="unread-reply", thread_ts=root)
    page = open_page()
    line = page.locator("#channel article", has_text="unread-root").locator(".thread-line")
    assert "new" in line.inner_text()
    line.click()
    page.locator("#thread article", has_text="unread-reply").wait_for()
    page.locator("#channel article", has_text="unread-root").locator(".thread-line:not(.new)").wait_for()


def test_a_person_edits_and_deletes_what_they_wrote(open_page: Open, practice: PracticeServer):
    with practice.play() as mina:
        ts = mina.post("unique-frist")
        page = open_page()
        page.locator("#channel article", has_text="unique-frist").hover()
        page.locator("#channel article", has_text="unique-frist").get_by_label("Edit").click()
        page.get_by_label("Edit your message").fill("unique-first")
        page.keyboard.press("Enter")
        edited = mina.wait_for_message(lambda m: m["ts"] == ts and m.get("edited"))
        assert edited["text"] == "unique-first"
        page.locator("#channel article", has_text="unique-first").hover()
        page.locator("#channel article", has_text="unique-first").get_by_label("Delete").click()
        page.get_by_role("dialog", name="Delete this message?").get_by_role("button", name="Delete").click()
        page.locator("#channel article", has_text="unique-first").wait_for(state="detached")
        assert mina.wait_for(lambda state: all(m["ts"] != ts for m in state["messages"]))


def test_a_time_that_slack_would_localise_is_shown_in_the_readers_words(open_page: Open, practice: PracticeServer):
    text = "unique-date <!date^1700000000^{date_num} {ago}|fallback>"
    practice.client().chat_postMessage(channel="#support", text=text)
    message = open_page().locator("#channel article", has_text="unique-date")
    message.wait_for()
    assert "2023-11-14" in message.inner_text() and "fallback" not in message.inner_text()


def test_a_link_to_a_message_opens_its_thread_on_the_page(open_page: Open, practice: PracticeServer):
    with practice.play("jonas") as jonas:
        ts = jonas.post("A root that is linked to")
        jonas.post("and its reply", thread_ts=ts)
    address = f"{practice.url}/archives/{practice.channel}/p{ts.replace('.', '')}"
    home = {"type": "home", "blocks": [{"type": "section", "text": mrkdwn(f"<{address}|Case 1>")}]}
    practice.client().views_publish(user_id="U0MINAOKAFO", view=home)
    page = open_page("?as=mina&channel=home")
    page.get_by_role("link", name="Case 1").click()
    page.locator("#thread article", has_text="and its reply").wait_for()
    assert page.locator("#who").input_value() == "U0MINAOKAFO"


def test_a_person_called_by_a_user_group_reads_its_handle(open_page: Open, practice: PracticeServer):
    practice.client().chat_postMessage(channel=practice.channel, text="<!subteam^S0SUPPORT01> somebody waits")
    page = open_page()
    assert page.locator("#channel article", has_text="somebody waits").locator(".mention").inner_text() == "@support"
