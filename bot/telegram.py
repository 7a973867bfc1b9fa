"""Rasa's Telegram channel with one output for as long as the bot runs."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from aiogram.utils.exceptions import TelegramAPIError
from rasa.core.channels.channel import UserMessage
from rasa.core.channels.telegram import TelegramInput, TelegramOutput
from sanic import Blueprint

log = logging.getLogger(__name__)


class Telegram(TelegramInput):
    """Rasa's own makes an output whenever it is asked for one, and then tells Telegram where the bot is on a loop of
    its own. That fails where a loop is running, and every output keeps a connection open.
    """

    def __init__(
        self, access_token: str | None, verify: str | None, webhook_url: str | None, debug_mode: bool = True
    ) -> None:
        """Raises ValueError where the token cannot be one."""
        super().__init__(access_token, verify, webhook_url, debug_mode)
        try:
            self._output = TelegramOutput(access_token)
        except TelegramAPIError as error:
            raise ValueError(f"access_token: {error}") from error

    def get_output_channel(self) -> TelegramOutput:
        return self._output

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """Tells Telegram where the bot is when it starts, beside everything else."""
        blueprint = super().blueprint(on_new_message)
        telling: list[asyncio.Task[None]] = []

        @blueprint.listener("after_server_start")
        async def begin(*_: Any) -> None:
            telling.append(asyncio.create_task(self.tell_where()))

        @blueprint.listener("after_server_stop")
        async def end(*_: Any) -> None:
            for task in telling:
                task.cancel()
            await self._output.session.close()

        return blueprint

    async def tell_where(self) -> None:
        """A failure stops nothing: what was told at an earlier start still counts."""
        try:
            await self._output.set_webhook(self.webhook_url)
        except (TelegramAPIError, asyncio.TimeoutError) as error:
            again = "open /webhooks/telegram/set_webhook to try again"
            log.error("telegram was not told where the bot is (%s); %s", str(error) or type(error).__name__, again)
