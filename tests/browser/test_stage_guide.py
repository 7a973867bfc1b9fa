"""The demo's guide in headless Chromium, where the server is away for a moment."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, expect

from bot import stage

pytestmark = pytest.mark.browser


@pytest.fixture
def guide(tmp_path: Path) -> Iterator[str]:
    """The guide's own files, with two steps of which the first has happened."""
    shutil.copytree(Path(stage.__file__).parent, tmp_path / "stage")
    panes = dict.fromkeys(("customer", "agent", "trainer"), "about:blank")
    steps = [{"title": "Ask", "text": "…"}, {"title": "Answer", "text": "…"}]
    (tmp_path / "stage" / "config.json").write_text(json.dumps({**panes, "steps": steps}))
    (tmp_path / "stage" / "progress.json").write_text('{"done": [1]}')
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(SimpleHTTPRequestHandler, directory=str(tmp_path)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/stage/"
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_guide_goes_on_when_the_bot_is_back(window: BrowserContext, guide: str) -> None:
    page = window.new_page()
    page.route("**/progress.json", lambda route: route.abort())
    with page.expect_event("requestfailed"):
        page.goto(guide)
    page.unroute("**/progress.json")
    expect(page.locator("#steps .done")).to_have_count(1)
    expect(page.locator("#step-title")).to_have_text("2. Answer.")
