"""A bot's server with a clerk in Rasa's place, and a headless Chromium to look at its pages."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, Page

from bot import schema
from labeling.database import Database
from tests.conftest import NewWindow


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """One for all tests here; each has conversations of its own in it."""
    database = Database(f"sqlite:///{tmp_path_factory.mktemp('chat') / 'handraise.db'}")
    schema.upgrade(database)
    yield database
    database.close()


class Server:
    """The bot's process; started again, it is at the same address."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.start(port=0)

    def start(self, port: int) -> None:
        command = [sys.executable, "-m", "tests.browser.chat_server", str(self.database.url), str(port)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        self.address = self.process.stdout.readline().strip()
        assert self.address, "it did not start"

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()

    def start_again(self) -> None:
        self.start(port=int(self.address.rpartition(":")[2]))


@pytest.fixture(scope="module")
def server(database: Database) -> Iterator[Server]:
    server = Server(database)
    yield server
    server.kill()


@pytest.fixture
def address(server: Server) -> str:
    return server.address


@pytest.fixture
def window(new_window: NewWindow) -> BrowserContext:
    window: BrowserContext = new_window(viewport={"width": 420, "height": 700})
    return window


@pytest.fixture
def chat(window: BrowserContext, address: str) -> Page:
    page = window.new_page()
    page.goto(f"{address}/chat/frame?name=Larkfell+help")
    return page
