"""Socket Mode with a real Bolt app: events, clicks, modals, searched menus, retries and lost connections."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk.errors import SlackApiError
from slack_sdk.socket_mode import SocketModeClient

from escalation.practice.player import Play, PlayRefused
from tests.practice.conftest import Build, actions, button, file_field, hang_up, modal, plain, text_field
from tests.practice.server import PracticeServer

Connected = Callable[[PracticeServer, Build], SocketModeHandler]
Body = dict[str, Any]


class Heard(list[Any]):
    """What the app was told, waiting for more."""

    def __init__(self) -> None:
        super().__init__()
        self._more = threading.Condition()

    def note(self, what: Any) -> None:
        with self._more:
            self.append(what)
            self._more.notify_all()

    def reaches(self, count: int) -> list[Any]:
        with self._more:
            assert self._more.wait_for(lambda: len(self) >= count, timeout=90), f"heard only {list(self)}"
        return self


def posted(server: PracticeServer, play: Play, *blocks: Body) -> Body:
    ts = server.client().chat_postMessage(channel="#support", text="a card", blocks=list(blocks))["ts"]
    return play.wait_for_message(lambda message: message["ts"] == ts)


def test_what_a_person_writes_reaches_the_app_escaped(practice: PracticeServer, mina: Play, connect: Connected):
    heard = Heard()
    connect(practice, lambda app: app.event("message")(lambda event: heard.note(event)) and None)
    root = mina.post("a < b & c @Jonas Feld 👋🏽 https://larkfell.example/x.")
    mina.post("in the thread", thread_ts=root)
    first, second = sorted(heard.reaches(2), key=lambda event: str(event["ts"]))
    assert first["text"] == "a &lt; b &amp; c <@U0JONASFELD> :wave::skin-tone-4: <https://larkfell.example/x>."
    assert (first["user"], first["channel_type"]) == ("U0MINAOKAFO", "channel") and first["client_msg_id"]
    assert (second["thread_ts"], second["parent_user_id"]) == (root, "U0MINAOKAFO")


def test_an_edit_and_a_deletion_arrive_as_slack_sends_them(practice: PracticeServer, mina: Play, connect: Connected):
    heard = Heard()
    connect(practice, lambda app: app.event("message")(lambda event: heard.note(event)) and None)
    ts = mina.post("frist")
    mina.edit(ts, "first")
    mina.delete(ts)
    events = {event.get("subtype"): event for event in heard.reaches(3)}
    changed, deleted = events["message_changed"], events["message_deleted"]
    assert changed["message"]["edited"]["user"] == "U0MINAOKAFO"
    assert (changed["previous_message"]["text"], changed["message"]["text"]) == ("frist", "first")
    assert deleted["deleted_ts"] == ts


def test_reactions_and_files_are_told(practice: PracticeServer, mina: Play, connect: Connected):
    heard = Heard()

    def build(app: App) -> None:
        app.event("reaction_added")(lambda event: heard.note(event["reaction"]))
        app.event({"type": "message", "subtype": "file_share"})(lambda event: heard.note(event["files"][0]["name"]))
        app.event("message")(lambda: None)

    connect(practice, build)
    mina.react(mina.post("x"), "lock")
    mina.upload("pole.png", b"not a picture", "look")
    assert set(heard.reaches(2)) == {"lock", "pole.png"}


def test_a_click_opens_a_modal_whose_words_come_back(practice: PracticeServer, mina: Play, connect: Connected):
    heard = Heard()

    def build(app: App) -> None:
        @app.action("ask")
        def ask(ack: Any, body: Body, client: Any) -> None:
            ack()
            client.views_open(trigger_id=body["trigger_id"], view=modal(text_field("b", "why"), callback_id="why"))

        @app.view("why")
        def submitted(ack: Any, view: Body) -> None:
            answer = view["state"]["values"]["b"]["why"]["value"]
            heard.note(answer)
            ack(response_action="errors", errors={"b": "Say more."}) if answer == "no" else ack()

    connect(practice, build)
    mina.click(posted(practice, mina, actions(button("ask"))), "ask")
    view = mina.wait_for(lambda state: state["modals"])[-1]
    assert mina.submit(view) == {"b": "Please complete this required field."}
    assert mina.submit(view, {"why": "no"}) == {"b": "Say more."}
    assert mina.submit(view, {"why": "because"}) == {}
    assert heard == ["no", "because"] and mina.modal() is None


def test_files_chosen_in_a_modal_come_with_it_and_the_app_can_fetch_them(
    practice: PracticeServer, mina: Play, connect: Connected
):
    heard = Heard()

    def build(app: App) -> None:
        @app.action("ask_files")
        def ask(ack: Any, body: Body, client: Any) -> None:
            ack()
            field = file_field("b", "files", max_files=2, filetypes=["png"])
            client.views_open(trigger_id=body["trigger_id"], view=modal(field, callback_id="files"))

        @app.view("files")
        def submitted(ack: Any, view: Body) -> None:
            ack()
            heard.note(view["state"]["values"]["b"]["files"])

    connect(practice, build)
    mina.click(posted(practice, mina, actions(button("ask_files"))), "ask_files")
    window = mina.wait_for(lambda state: state["modals"])[-1]
    assert mina.submit(window) == {"b": "Please complete this required field."}
    pole, plan = mina.keep("pole.png", b"a pole"), mina.keep("plan.pdf", b"a plan")
    assert "plan.pdf" in mina.submit(window, {"files": [pole, plan]})["b"]
    assert "at most 2" in mina.submit(window, {"files": [pole, pole, pole]})["b"]
    with practice.play("jonas") as jonas, pytest.raises(PlayRefused):
        jonas.submit(window, {"files": [pole]})
    assert mina.submit(window, {"files": [pole]}) == {}
    (state,) = heard.reaches(1)
    assert (state["type"], [file["name"] for file in state["files"]]) == ("file_input", ["pole.png"])
    fetched = httpx.get(
        state["files"][0]["url_private_download"],
        headers={"Authorization": f"Bearer {practice.bot_token}"},
        trust_env=False,
    )
    assert fetched.content == b"a pole"


def test_a_modal_may_be_replaced_stacked_and_cleared(practice: PracticeServer, mina: Play, connect: Connected):
    def build(app: App) -> None:
        @app.action("open")
        def open_it(ack: Any, body: Body, client: Any) -> None:
            ack()
            client.views_open(trigger_id=body["trigger_id"], view=modal(callback_id="1", title=plain("One")))

        app.view("1")(lambda ack: ack(response_action="push", view=modal(callback_id="2", title=plain("Two"))))
        app.view("2")(lambda ack: ack(response_action="update", view=modal(callback_id="3", title=plain("Three"))))
        app.view("3")(lambda ack: ack(response_action="clear"))

    connect(practice, build)
    mina.click(posted(practice, mina, actions(button("open"))), "open")
    titles = []
    view = mina.wait_for(lambda state: state["modals"])[-1]
    while view:
        titles.append((view["title"]["text"], len(mina.state()["modals"])))
        mina.submit(view)
        view = mina.modal()
    assert titles == [("One", 1), ("Two", 2), ("Three", 2)]


def test_a_searched_menu_asks_the_app_and_takes_only_what_it_offers(
    practice: PracticeServer, mina: Play, connect: Connected
):
    heard = Heard()

    def build(app: App) -> None:
        intents = ["refund status", "return an item", "size advice"]

        @app.options("intent")
        def search(ack: Any, payload: Body) -> None:
            ack(options=[{"text": plain(i), "value": i} for i in intents if payload["value"] in i])

        @app.action("intent")
        def chosen(ack: Any, action: Body) -> None:
            ack()
            heard.note(action["selected_option"]["value"])

    connect(practice, build)
    card = posted(practice, mina, actions({"type": "external_select", "action_id": "intent", "min_query_length": 0}))
    assert [option["value"] for option in mina.suggest(card, "intent", "re")] == ["refund status", "return an item"]
    with pytest.raises(PlayRefused, match="unknown_option"):
        mina.choose(card, "intent", "size advice")
    mina.choose(card, "intent", "refund status")
    assert heard.reaches(1) == ["refund status"]


def test_a_trigger_opens_one_modal_and_only_while_it_is_fresh(own_practice: PracticeServer, connect: Connected):
    heard, triggers = Heard(), []

    def build(app: App) -> None:
        @app.action("keep")
        def keep(ack: Any, body: Body) -> None:
            ack()
            triggers.append(body["trigger_id"])

    def open_with(trigger: str) -> str:
        try:
            own_practice.client().views_open(trigger_id=trigger, view=modal())
        except SlackApiError as problem:
            return str(problem.response["error"])
        return "opened"

    connect(own_practice, build)
    with own_practice.play() as mina:
        card = posted(own_practice, mina, actions(button("keep")))
        mina.settings(trigger_seconds=60)
        mina.click(card, "keep")
        heard += [open_with(triggers[0]), open_with(triggers[0])]
        mina.settings(trigger_seconds=0)
        mina.click(card, "keep")
        heard += [open_with(triggers[1]), open_with("1.2.nonsense")]
    assert heard == ["opened", "exchanged_trigger_id", "expired_trigger_id", "invalid_trigger_id"]


def test_two_updates_of_a_modal_cannot_cross(practice: PracticeServer, mina: Play, connect: Connected):
    opened: list[Body] = []

    def build(app: App) -> None:
        @app.action("hash")
        def open_it(ack: Any, body: Body, client: Any) -> None:
            ack()
            opened.append(client.views_open(trigger_id=body["trigger_id"], view=modal())["view"])

    connect(practice, build)
    mina.click(posted(practice, mina, actions(button("hash"))), "hash")
    view = mina.wait_for(lambda state: state["modals"] and opened)[-1]
    slack = practice.client()
    slack.views_update(view_id=view["id"], hash=view["hash"], view=modal(title=plain("Newer")))
    with pytest.raises(SlackApiError, match="hash_conflict"):
        slack.views_update(view_id=view["id"], hash=view["hash"], view=modal())
    mina.close(mina.modal() or {})
    with pytest.raises(SlackApiError, match="not_found"):
        slack.views_update(view_id=view["id"], view=modal())


def test_a_response_url_answers_the_one_who_clicked(practice: PracticeServer, mina: Play, connect: Connected):
    def build(app: App) -> None:
        @app.action("reply")
        def reply(ack: Any, respond: Any) -> None:
            ack()
            respond(text="only for you", replace_original=False)

    connect(practice, build)
    mina.click(posted(practice, mina, actions(button("reply"))), "reply")
    assert mina.wait_for_message(lambda m: m.get("ephemeral") and m["text"] == "only for you")


def test_a_command_and_a_shortcut_reach_the_app(practice: PracticeServer, mina: Play, connect: Connected):
    heard = Heard()

    def build(app: App) -> None:
        @app.command("/handraise")
        def command(ack: Any, command: Body) -> None:
            heard.note(command["text"])
            ack("Three wait.")

        @app.shortcut("label_it")
        def shortcut(ack: Any, shortcut: Body) -> None:
            ack()
            heard.note(shortcut["message"]["text"])

        app.event("message")(lambda: None)

    connect(practice, build)
    mina.command("/handraise", "queue")
    ts = mina.post("a customer problem")
    mina.shortcut("label_it", {"channel": practice.channel, "ts": ts})
    assert heard.reaches(2) == ["queue", "a customer problem"]
    assert mina.wait_for_message(lambda message: message["text"] == "Three wait.")["ephemeral"]


def test_app_home_is_opened_and_published(practice: PracticeServer, mina: Play, connect: Connected):
    def build(app: App) -> None:
        @app.event("app_home_opened")
        def opened(event: Body, client: Any) -> None:
            client.views_publish(user_id=event["user"], view={"type": "home", "blocks": [{"type": "divider"}]})

    connect(practice, build)
    mina.open_home()
    assert mina.wait_for(lambda state: state["home"] and state["home"]["blocks"][0]["type"] == "divider")


def test_a_click_that_nobody_answers_is_said_to_the_person(own_practice: PracticeServer, connect: Connected):
    connect(own_practice, lambda app: app.action("slow")(lambda ack: None) and None)
    with own_practice.play() as mina, pytest.raises(PlayRefused) as problem:
        mina.settings(ack_seconds=0.4)
        mina.click(posted(own_practice, mina, actions(button("slow"))), "slow")
    assert problem.value.code == "app_did_not_answer"


def test_an_event_without_acknowledgement_comes_again_three_times(own_practice: PracticeServer):
    seen = Heard()
    client = _deaf_client(own_practice, seen)
    try:
        with own_practice.play() as mina:
            mina.settings(ack_seconds=0.4)
            mina.post("hello?")
        attempts = [(request.retry_attempt, request.retry_reason) for request in seen.reaches(4)]
    finally:
        hang_up(own_practice, client)
    assert attempts == [(0, ""), (1, "timeout"), (2, "timeout"), (3, "timeout")]
    assert len({request.payload["event_id"] for request in seen}) == 1


def _deaf_client(server: PracticeServer, seen: Heard) -> SocketModeClient:
    """Listens, and never acknowledges."""
    client = SocketModeClient(app_token=server.app_token, web_client=server.client())
    client.socket_mode_request_listeners.append(lambda _, request: seen.note(request))
    client.connect()
    with server.play() as play:
        play.wait_for(lambda state: state["app"]["connected"])
    return client


def test_of_two_connections_each_event_goes_to_one(own_practice: PracticeServer, connect: Connected):
    heard = Heard()
    for name in ("one", "two"):
        connect(own_practice, lambda app, name=name: app.event("message")(lambda event: heard.note(name)) and None)
    with own_practice.play() as mina:
        mina.wait_for(lambda state: state["app"]["connections"] == 2)
        for number in range(4):
            mina.post(str(number))
    assert sorted(heard.reaches(4)) == ["one", "one", "two", "two"]


@pytest.mark.parametrize("how", ["drop", "refresh_requested"])
def test_after_a_lost_connection_the_app_comes_back(own_practice: PracticeServer, connect: Connected, how: str):
    heard = Heard()
    connect(own_practice, lambda app: app.event("message")(lambda event: heard.note(event["text"])) and None)
    with own_practice.play() as mina:
        assert mina.misbehave(socket=how)["dropped"] == 1
        mina.wait_for(lambda state: state["app"]["connected"], seconds=20)
        mina.post("are you there?")
    assert heard.reaches(1) == ["are you there?"]


def test_a_forged_ticket_opens_no_connection(practice: PracticeServer):
    dialling = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13"}
    key = {"Sec-WebSocket-Key": "cHJhY3RpY2Ugd29ya3NwYQ=="}
    answer = httpx.get(f"{practice.url}/link/?ticket=forged", headers={**dialling, **key})
    assert answer.status_code == 403
