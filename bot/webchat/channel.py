"""The web chat as a Rasa channel."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from rasa.core.channels.channel import InputChannel, UserMessage
from sanic import Blueprint

from bot.webchat.api import chat_blueprint

NAME = "webchat"


class WebChat(InputChannel):
    """Has no output to push to: the page reads its conversation's stream."""

    @classmethod
    def name(cls) -> str:
        return NAME

    def url_prefix(self) -> str:
        return "/chat"

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """Uses the gate's own `hear`, because the page is told that a message is stored before it is answered."""
        return chat_blueprint(NAME)
