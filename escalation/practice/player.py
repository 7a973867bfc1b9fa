"""A person in the practice workspace, played by a program: tests and `handraise replay` use it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import httpx

from labeling.refusal import Refusal

JSON = dict[str, Any]


class PlayRefused(Refusal):
    """The workspace refused the move. `code` is Slack's; app_did_not_answer means: is the desk running?"""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(f"{sentence} ({code})")
        self.code = code


class PracticeSilent(Refusal):
    """No practice workspace answers there. Check its address, and that it runs."""


class Play:
    """One person's hands and eyes. Close it, or use it as a context manager."""

    def __init__(self, url: str, who: str = "mina") -> None:
        self.url = url.rstrip("/")
        self.who = who
        self._client = httpx.Client(base_url=self.url, timeout=40.0, trust_env=False)
        self._version = 0
        self._messages: dict[tuple[str, str], JSON] = {}

    def __enter__(self) -> Play:
        return self

    def __exit__(self, *exception: object) -> None:
        self._client.close()

    def playing(self, who: str) -> Play:
        """The same workspace as somebody else."""
        return Play(self.url, who)

    # Seeing

    def state(self, wait: int = 0) -> JSON:
        """Everything this person sees; waits at most `wait` seconds for a change since the last look.

        Only what changed is fetched, so looking often is cheap.
        """
        news = self._news(wait)
        if news["version"] < self._version:  # the workspace was started anew
            self._version = 0
            self._messages.clear()
            news = self._news(0)
        self._version = news["version"]
        for message in news["messages"]:
            self._messages[message["channel"], message["ts"]] = message
        for gone in news["gone"]:
            self._messages.pop((gone["channel"], gone["ts"]), None)
        return {**news, "messages": list(self._messages.values())}

    def _news(self, wait: int) -> JSON:
        return self._read("state", {"as": self.who, "since": self._version, "wait": wait, "limit": 0})

    def messages(self, channel: str = "support") -> list[JSON]:
        """Everything this person sees in the channel, replies and ephemeral messages included, oldest first."""
        state = self.state()
        known = {one["name"]: one["id"] for one in state["channels"]}
        wanted = known.get(channel.removeprefix("#"), channel)
        found = [m for m in state["messages"] if m["channel"] == wanted and not m.get("deleted")]
        return sorted(found, key=lambda message: str(message["ts"]))

    def thread(self, ts: str, channel: str = "support") -> list[JSON]:
        found: list[JSON] = self._read("thread", {"as": self.who, "channel": channel, "ts": ts})["messages"]
        return found

    def modal(self) -> JSON | None:
        """The modal on top."""
        modals = self.state()["modals"]
        return modals[-1] if modals else None

    def home(self) -> JSON | None:
        view: JSON | None = self.state()["home"]
        return view

    def calls(self, method: str = "", after: int = 0) -> list[JSON]:
        found = self._read("calls", {"after": after})["calls"]
        return [call for call in found if method in ("", call["method"])]

    def deliveries(self) -> list[JSON]:
        found: list[JSON] = self._read("deliveries", {})["deliveries"]
        return found

    def wait_for(self, what: Callable[[JSON], Any], seconds: float = 15.0) -> Any:
        """Waits until `what(state)` is true, and returns it. Raises TimeoutError."""
        end = time.monotonic() + seconds
        found = what(self.state())
        while not found:
            left = end - time.monotonic()
            if left <= 0:
                raise TimeoutError("nothing of the kind appeared in the practice workspace")
            found = what(self.state(wait=max(1, min(int(left), 20))))
        return found

    def wait_for_message(self, what: Callable[[JSON], Any], seconds: float = 15.0) -> JSON:
        """The first message of which `what` is true."""

        def find(state: JSON) -> JSON | None:
            alive = (message for message in state["messages"] if not message.get("deleted"))
            return next((message for message in alive if what(message)), None)

        found: JSON = self.wait_for(find, seconds)
        return found

    # Acting

    def post(self, text: str, thread_ts: str | None = None, channel: str = "support", broadcast: bool = False) -> str:
        """Returns the message's ts."""
        body = {"channel": channel, "text": text, "thread_ts": thread_ts, "broadcast": broadcast}
        return str(self._act("post", body)["ts"])

    def edit(self, ts: str, text: str, channel: str = "support") -> None:
        self._act("edit", {"channel": channel, "ts": ts, "text": text})

    def delete(self, ts: str, channel: str = "support") -> None:
        self._act("delete", {"channel": channel, "ts": ts})

    def react(self, ts: str, name: str, channel: str = "support", remove: bool = False) -> None:
        self._act("react", {"channel": channel, "ts": ts, "name": name, "remove": remove})

    def upload(self, name: str, content: bytes, text: str = "", thread_ts: str = "", channel: str = "support") -> str:
        """Returns the message's ts."""
        fields = {"as": self.who, "channel": channel, "text": text, "thread_ts": thread_ts}
        return str(self._ask("POST", "upload", data=fields, files={"file": (name, content)})["ts"])

    def keep(self, name: str, content: bytes) -> str:
        """For a window's file field, whose entry is a list of such ids. Returns the file's id."""
        kept = self._ask("POST", "keep", data={"as": self.who}, files={"file": (name, content)})
        return str(kept["file"]["id"])

    def click(self, where: JSON, action_id: str, block_id: str | None = None) -> None:
        """Presses a button in a message or a view, as they stand in `state`."""
        self.choose(where, action_id, None, block_id)

    def choose(self, where: JSON, action_id: str, value: Any, block_id: str | None = None) -> None:
        """Chooses an option by its value; the app is told as for a click."""
        body = {**_place(where), "action_id": action_id, "block_id": block_id, "value": value}
        self._act("action", body)

    def suggest(self, where: JSON, action_id: str, query: str, block_id: str | None = None) -> list[JSON]:
        """Types into an external_select; returns the options that the app offers."""
        body = {**_place(where), "action_id": action_id, "block_id": block_id, "query": query}
        options: list[JSON] = self._act("suggest", body)["options"]
        return options

    def submit(self, view: JSON, values: JSON | None = None) -> dict[str, str]:
        """Sends a modal, `values` by action_id. Returns errors by block_id; empty means accepted."""
        body = {"view_id": view["id"], "values": values or {}}
        errors: dict[str, str] = self._act("submit", body)["errors"]
        return errors

    def close(self, view: JSON, all_of_them: bool = False) -> None:
        self._act("close", {"view_id": view["id"], "all": all_of_them})

    def open_home(self) -> None:
        self._act("home", {})

    def command(self, command: str, text: str = "", channel: str = "support") -> None:
        self._act("command", {"channel": channel, "command": command, "text": text})

    def shortcut(self, callback_id: str, message: JSON | None = None) -> None:
        self._act("shortcut", {"callback_id": callback_id, **(_place(message) if message else {})})

    # Ordering

    def misbehave(self, **order: Any) -> JSON:
        """See `play.py`: method=…, delivery=…, socket=… or behave=True."""
        return self._send("misbehave", order)

    def settings(self, **knobs: Any) -> JSON:
        return self._send("settings", knobs)

    def make_channel(self, name: str, **more: Any) -> str:
        """Makes or changes a channel: private, archived, bot, members. Returns its id."""
        return str(self._send("channel", {"name": name, **more})["channel"])

    def _act(self, act: str, body: JSON) -> JSON:
        return self._send(act, {"as": self.who, **body})

    def _send(self, path: str, body: JSON) -> JSON:
        return self._ask("POST", path, json=body)

    def _read(self, path: str, asked: dict[str, str | int]) -> JSON:
        return self._ask("GET", path, params=asked)

    def _ask(self, method: str, path: str, **more: Any) -> JSON:
        try:
            response = self._client.request(method, f"/play/{path}", **more)
            body: JSON = response.json()
        except (httpx.TransportError, ValueError) as error:
            raise PracticeSilent(f"no practice workspace answers at {self.url}: {error}") from error
        if response.status_code != 200:
            raise PlayRefused(body.get("error", str(response.status_code)), body.get("sentence", ""))
        return body


def _place(where: JSON) -> JSON:
    """A message, or a view."""
    return {"channel": where["channel"], "ts": where["ts"]} if "ts" in where else {"view_id": where["id"]}


def buttons(message: JSON) -> list[JSON]:
    """Every element with an action_id in a message or view."""
    return [
        {**element, "block_id": block["block_id"]}
        for block in message.get("blocks", [])
        for element in (*block.get("elements", []), block.get("accessory"), block.get("element"))
        if isinstance(element, dict) and "action_id" in element
    ]
