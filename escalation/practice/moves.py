"""What a person does in the workspace, and what the app is told about it."""

from __future__ import annotations

from typing import Any

from escalation.practice import choices, events, payloads
from escalation.practice.channel import Channel
from escalation.practice.composer import compose
from escalation.practice.delivery import NotAcknowledged
from escalation.practice.emoji import known
from escalation.practice.message import Message
from escalation.practice.payloads import Place
from escalation.practice.people import Person
from escalation.practice.practice import Practice
from escalation.practice.refusal import JSON, Refused
from escalation.practice.views import View
from escalation.practice.workspace import Draft

LONGEST = 12_000
LARGEST_IN_WINDOW = 10_000_000
"""Bytes of a file that a window takes; in a thread it may be larger."""
NO_ANSWER = "app_did_not_answer"


class Moves:
    """One person's hands. Raises Refused; `app_did_not_answer` when nothing came back within 3 seconds."""

    def __init__(self, practice: Practice, person: Person) -> None:
        self.practice = practice
        self.workspace = practice.workspace
        self.person = person

    # Messages

    def post(self, channel: Channel, typed: str, thread_ts: str | None, broadcast: bool) -> Message:
        return self.workspace.post(channel, self._draft(typed, thread_ts, broadcast))

    def _draft(self, typed: str, thread_ts: str | None, broadcast: bool = False, more: JSON | None = None) -> Draft:
        if not typed.strip() and not more:
            raise Refused("no_text")
        if len(typed) > LONGEST:
            raise Refused("msg_too_long")
        text, blocks = compose(typed, self.workspace.people.values()) if typed.strip() else ("", [])
        return Draft(self.person.id, text, thread_ts, broadcast, tuple(blocks), more)

    def edit(self, channel: Channel, ts: str, typed: str) -> None:
        message = self._own(channel, ts, "cant_update_message")
        draft = self._draft(typed, None)
        changes = {"text": draft.text, "blocks": list(draft.blocks)}
        self.workspace.edit(channel, message, changes, self.person.id)

    def delete(self, channel: Channel, ts: str) -> None:
        self.workspace.delete(channel, self._own(channel, ts, "cant_delete_message"))

    def _own(self, channel: Channel, ts: str, otherwise: str) -> Message:
        message = self.workspace.message(channel, ts)
        if message.user != self.person.id:
            raise Refused(otherwise)
        return message

    def react(self, channel: Channel, ts: str, name: str, remove: bool) -> None:
        if not known(name):
            raise Refused("invalid_name")
        message = self.workspace.message(channel, ts)
        act = self.workspace.unreact if remove else self.workspace.react
        act(message, self.person.id, name)

    def upload(self, channel: Channel, name: str, content: bytes, typed: str, thread_ts: str | None) -> Message:
        stored = self.practice.files.keep(name, content, self.person.id)
        more = {"subtype": "file_share", "files": [stored.to_slack(self.practice.base_url)]}
        return self.workspace.post(channel, self._draft(typed, thread_ts, more=more))

    def keep(self, name: str, content: bytes) -> JSON:
        """For a window's file field: nobody sees it until the window is sent."""
        if len(content) > LARGEST_IN_WINDOW:
            raise Refused("window_file_too_large")
        return self.practice.files.keep(name, content, self.person.id).to_slack(self.practice.base_url)

    # Blocks

    async def act(self, place: Place, block_id: str | None, action_id: str, raw: Any) -> None:
        """A click or a choice."""
        block, element = self._element(place, block_id, action_id)
        state = self.enter(place, block, element, raw)
        if block["type"] == "input" and not block.get("dispatch_action"):
            return
        action = choices.action(block, element, state, self.workspace.next_ts())
        view_id = place.view.id if place.view else None
        payload = payloads.block_actions(
            self.person, place, action, self._trigger(view_id), self._shown(place), self._response_url(place)
        )
        await self._ask("interactive", payload)

    def enter(self, place: Place, block: JSON, element: JSON, raw: Any) -> JSON:
        """Keeps what was entered, without telling the app."""
        offered = self._offered(element, raw)
        try:
            state = choices.chosen(element, raw, offered)
        except choices.UnknownOption:
            raise Refused("unknown_option") from None
        if element["type"] not in ("button", "overflow"):
            holder = place.view or place.message
            assert holder is not None
            holder.values.setdefault(block["block_id"], {})[element["action_id"]] = state
        return state

    def _offered(self, element: JSON, raw: Any) -> list[JSON]:
        if element["type"] != choices.FILES:
            return self.practice.suggested.get((self.person.id, element["action_id"]), [])
        return [self._own_file(str(one)) for one in raw or []]

    def _own_file(self, file_id: str) -> JSON:
        stored = self.practice.files.find(file_id)
        if stored.user != self.person.id:
            raise Refused("file_not_found")
        return stored.to_slack(self.practice.base_url)

    def type_in(self, place: Place, block_id: str | None, action_id: str, raw: Any) -> None:
        """Typed or chosen in an input that waits for the submit button."""
        block, element = self._element(place, block_id, action_id)
        self.enter(place, block, element, raw)

    async def suggest(self, place: Place, block_id: str | None, action_id: str, query: str) -> JSON:
        """Asks the app for the options of an external_select."""
        block, element = self._element(place, block_id, action_id)
        payload = payloads.block_suggestion(
            self.person, place, block["block_id"], element["action_id"], query, self._shown(place)
        )
        answer = await self._ask("interactive", payload)
        groups = answer.get("option_groups") or []
        options = answer.get("options") or [option for group in groups for option in group["options"]]
        self.practice.suggest(self.person.id, element["action_id"], options[:100])
        return {"options": options[:100], "option_groups": groups}

    def _element(self, place: Place, block_id: str | None, action_id: str) -> tuple[JSON, JSON]:
        blocks = place.view.blocks if place.view else place.message.blocks if place.message else []
        found = choices.find(blocks, block_id, action_id)
        if found is None:
            raise Refused("action_not_found")
        return found

    def _shown(self, place: Place) -> JSON | None:
        return self.workspace.shown(place.message) if place.message else None

    def _trigger(self, view_id: str | None = None) -> str:
        seconds = self.practice.settings.trigger_seconds
        return self.practice.triggers.issue(self.person.id, seconds, view_id)

    def _response_url(self, place: Place) -> str:
        if place.channel is None:
            return ""
        ts = place.message.ts if place.message else None
        thread_ts = place.message.thread_ts if place.message else None
        secret = self.practice.triggers.issue_url(self.person.id, place.channel.id, ts, thread_ts)
        return f"{self.practice.base_url}/actions/{secret}"

    async def _ask(self, kind: str, payload: JSON) -> JSON:
        try:
            answer = await self.practice.delivery.ask(kind, payload)
        except NotAcknowledged as problem:
            raise Refused(NO_ANSWER, [problem.reason]) from None
        self.practice.record("acknowledgement", answer)
        return answer

    # Modals and home

    async def submit(self, view: View, raw: dict[str, Any]) -> dict[str, str]:
        """Sends the modal. Returns errors by block, empty when it was accepted."""
        self.fill(view, raw)
        problems = choices.problems(view.blocks, view.values)
        if problems:
            return problems
        payload = payloads.view_submission(self.person, view, self._trigger(view.id))
        return self._answered(view, await self._ask("interactive", payload))

    def _answered(self, view: View, answer: JSON) -> dict[str, str]:
        what = answer.get("response_action")
        if what == "errors":
            return _errors(view, answer)
        if what == "update":
            self.practice.views.update(view, answer.get("view") or {})
        elif what == "push":
            self.practice.views.push_answer(view, answer.get("view") or {})
        else:
            self.practice.views.close(view, whole_stack=what == "clear")
        return {}

    def fill(self, view: View, raw: dict[str, Any]) -> None:
        """`raw` is {action_id: entry}, or {block_id: {action_id: entry}} where action ids repeat."""
        place = Place(view=view)
        for name, entry in raw.items():
            nested = entry if isinstance(entry, dict) else {name: entry}
            block_id = name if isinstance(entry, dict) else None
            for action_id, one in nested.items():
                self.type_in(place, block_id, action_id, one)

    async def close(self, view: View, whole_stack: bool) -> None:
        self.practice.views.close(view, whole_stack or bool(view.body.get("clear_on_close")))
        if view.body.get("notify_on_close"):
            await self._ask("interactive", payloads.view_closed(self.person, view, whole_stack))

    def open_home(self) -> None:
        channel = self.workspace.direct(self.person.id)
        home = self.practice.views.home(self.person.id)
        shown = home.to_slack() if home else None
        event = events.home_opened(self.person.id, channel.id, shown, self.workspace.next_ts())
        self.practice.tell_app(event)

    # Commands and shortcuts

    async def command(self, channel: Channel, command: str, text: str) -> JSON:
        manifest = self.practice.manifest
        if manifest is not None and command not in manifest.commands:
            raise Refused("unknown_command")
        place = Place(channel=channel)
        payload = payloads.slash_command(
            self.person, channel, command, text, self._trigger(), self._response_url(place)
        )
        return await self._ask("slash_commands", payload)

    async def shortcut(self, callback_id: str, place: Place) -> None:
        """Global, or on a message. Only those of the manifest stand in Slack's menus, each in its own."""
        manifest, kind = self.practice.manifest, "message" if place.message else "global"
        wanted = (callback_id, kind)
        if manifest is not None and all((one["callback_id"], one["type"]) != wanted for one in manifest.shortcuts):
            raise Refused("unknown_shortcut")
        ts = self.workspace.next_ts()
        shown = self._shown(place)
        if shown is None:
            payload = payloads.shortcut(self.person, callback_id, self._trigger(), ts)
        else:
            url = self._response_url(place)
            payload = payloads.message_shortcut(self.person, callback_id, self._trigger(), ts, place, shown, url)
        await self._ask("interactive", payload)


def _errors(view: View, answer: JSON) -> dict[str, str]:
    """Slack shows an error only under a block that has an input."""
    errors: dict[str, str] = answer.get("errors") or {}
    inputs = {block["block_id"] for block in view.blocks if block["type"] == "input"}
    strangers = set(errors) - inputs
    if strangers or not errors:
        raise Refused("invalid_errors", [f"no input block is called {name}" for name in sorted(strangers)])
    return errors
