"""Slack's web socket: the client opens it again whenever it breaks, and what is in the way is said in a line."""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web import SlackResponse

from escalation.slack.failure import Later, verdict_on
from escalation.slack.settings import Settings, SettingsRefused

log = logging.getLogger(__name__)

CALL_SECONDS = 10
CLOSE_SECONDS = 5.0
PING_SECONDS = 3.0
"""How often the socket is tried, and so how long a dead one goes unseen."""
_MEANWHILE = "What agents write meanwhile is read when it is open again."


class SocketMode:
    """Slack reaches us without an address of ours."""

    def __init__(self, bolt: App, settings: Settings, on_connected: Callable[[], None]) -> None:
        """`on_connected` is called at every opening."""
        # The client's own words are lines of Python; what an operator needs to know, `_Opener` says.
        silent = logging.getLogger("escalation.slack.socket")
        silent.setLevel(logging.CRITICAL)
        self._opener = _Opener(base_url=settings.api_url, timeout=CALL_SECONDS, retry_handlers=[], logger=silent)
        self._handler: Any = SocketModeHandler(
            bolt, settings.app_token, logger=silent, web_client=self._opener, ping_interval=PING_SECONDS
        )

        def hear(_: object, message: dict[str, Any], __: object = None) -> None:
            if message.get("type") == "hello":
                on_connected()

        self._handler.client.message_listeners.append(hear)

    def start(self) -> None:
        """Raises SettingsRefused."""
        try:
            self._handler.connect()
        except SlackApiError as refused:
            code = refused.response.get("error")
            hint = "copy it anew from Basic Information, App-Level Tokens, and switch Socket Mode on"
            raise SettingsRefused(f"Slack refuses SLACK_APP_TOKEN ({code}): {hint}") from refused
        self._opener.tells = True

    def stop(self) -> None:
        """Closing waits for the read and the wait in progress, which take seconds; both are ended first."""
        client = self._handler.client
        client.closed, client.auto_reconnect_enabled = True, False
        reading = client.current_session.sock if client.current_session else None
        if reading is not None:
            with suppress(OSError):
                reading.shutdown(socket.SHUT_RDWR)
        client.message_queue.put(None)
        closing = threading.Thread(target=self._handler.close, name="closing", daemon=True)
        closing.start()
        closing.join(CLOSE_SECONDS)  # the client joins its threads without a limit


class _Opener(WebClient):
    """Asks Slack for sockets, and tells the operator once what keeps it from opening one."""

    tells = False
    """Once the desk has started; before that a refusal ends it."""
    _trouble = ""

    def apps_connections_open(self, *, app_token: str, **more: Any) -> SlackResponse:
        try:
            opened = super().apps_connections_open(app_token=app_token, **more)
        except SlackApiError as refused:
            self._tell(_sentence(refused))
            raise
        except (SlackClientError, OSError):
            self._tell("Slack cannot be reached: check the network. The desk goes on trying.")
            raise
        if self._trouble:
            log.warning("the socket to Slack is open again; what was missed is read now")
        self._trouble = ""
        return opened

    def _tell(self, trouble: str) -> None:
        if self.tells and trouble != self._trouble:
            log.error("the socket to Slack is closed. %s %s", trouble, _MEANWHILE)
            self._trouble = trouble


def _sentence(refused: SlackApiError) -> str:
    code = refused.response.get("error")
    verdict = verdict_on(refused, attempts=1)
    if isinstance(verdict, Later) and not verdict.for_operator:
        return verdict.why
    return (
        f"Slack refuses SLACK_APP_TOKEN ({code}): generate one anew under Basic Information, App-Level Tokens, see "
        "that Socket Mode is on, and restart the desk."
    )
