"""Rasa's Telegram channel in a bot of ours, against a local server that speaks as much of the Bot API as it needs."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest
from aiogram.bot.api import TelegramAPIServer
from rasa.core.channels.channel import UserMessage
from sanic import Sanic

from bot.channels import ChannelRefused, read_channels
from bot.telegram import Telegram
from labeling.port import address, listen
from labeling.project import Project
from tests.bot.conftest import write_project

TOKEN = "123456:abcdef"  # as long as Telegram's are not
BOT = {"id": 123456, "is_bot": True, "first_name": "Larkfell", "username": "larkfell"}


class BotApi:
    """Remembers what it was asked; refuses to be told where a bot is as often as `refusals` says."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.refusals = 0
        api = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"] or 0)).decode()
                method = self.path.rpartition("/")[2]
                said = {name: values[0] for name, values in parse_qs(body).items()}
                api.asked.append((method, said))
                status, answer = api.answer(method, said)
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.end_headers()
                self.wfile.write(json.dumps(answer).encode())

            def log_message(self, *_: Any) -> None:
                """Tests print nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def answer(self, method: str, said: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        if method == "setWebhook" and self.refusals > 0:
            self.refusals -= 1
            return 401, {"ok": False, "error_code": 401, "description": "Unauthorized"}
        if method == "getMe":
            return 200, {"ok": True, "result": BOT}
        if method == "sendMessage":
            chat = {"id": int(said["chat_id"]), "type": "private"}
            sent = {"message_id": len(self.asked), "date": 0, "chat": chat, "text": said["text"]}
            return 200, {"ok": True, "result": sent}
        return 200, {"ok": True, "result": True}

    def count(self, method: str) -> int:
        return [name for name, _ in self.asked].count(method)

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def api() -> Iterator[BotApi]:
    api = BotApi()
    yield api
    api.close()


def project(tmp_path: Path, token: str = TOKEN) -> Project:
    mine = write_project(tmp_path, callback_port=1)
    where = "https://bot.example.com/webhooks/telegram/webhook"
    credentials = {"telegram": {"access_token": token, "verify": "larkfell", "webhook_url": where}}
    (tmp_path / "credentials.yml").write_text(json.dumps(credentials))
    return mine


async def serve(channel: Telegram, api: BotApi, refusals: int = 0) -> list[str]:
    """Starts the channel as a bot does, lets a customer write, and returns what reached the bot."""
    api.refusals = refusals
    heard: list[str] = []

    async def handle(message: UserMessage) -> None:
        heard.append(f"{message.sender_id}: {message.text}")
        await message.output_channel.send_response(message.sender_id, {"text": "Hello."})

    channel.get_output_channel().server = TelegramAPIServer.from_base(api.url)
    app = Sanic("telegram-test", configure_logging=False)
    app.blueprint(channel.blueprint(handle), url_prefix="/webhooks/telegram")
    with listen("127.0.0.1", 0) as listening:
        server = await app.create_server(sock=listening, return_asyncio_server=True, access_log=False)
        assert server is not None
        await server.startup()
        await server.before_start()
        await server.after_start()
        await server.start_serving()
        while api.count("setWebhook") == 0:
            await asyncio.sleep(0.01)
        said = {"message_id": 1, "date": 0, "chat": {"id": 7, "type": "private"}, "text": "hi"}
        async with httpx.AsyncClient() as client:
            url = f"{address(listening, '127.0.0.1').rstrip('/')}/webhooks/telegram/webhook"
            (await client.post(url, json={"update_id": 1, "message": said})).raise_for_status()
        for _ in range(2):
            await channel.get_output_channel().send_response("7", {"text": "Mina: Hello."})
        server.close()
        await server.before_stop()
        await server.after_stop()
    return heard


@pytest.mark.parametrize("refusals", [0, 1])
def test_telegram_is_told_once_where_the_bot_is_and_one_output_says_everything(
    tmp_path: Path, api: BotApi, refusals: int, caplog: pytest.LogCaptureFixture
) -> None:
    channel = read_channels(project(tmp_path))["telegram"]
    assert isinstance(channel, Telegram)
    assert asyncio.run(serve(channel, api, refusals)) == ["7: hi"]
    assert [said["text"] for name, said in api.asked if name == "sendMessage"] == [
        "Hello.",
        "Mina: Hello.",
        "Mina: Hello.",
    ]
    assert api.count("setWebhook") == 1
    assert ("was not told where the bot is (Unauthorized)" in caplog.text) == bool(refusals)


def test_a_token_that_is_none_is_refused_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(ChannelRefused, match="telegram cannot be used: access_token"):
        read_channels(project(tmp_path, token="mine"))
