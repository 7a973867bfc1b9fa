"""What a newcomer does after `handraise demo`: everything on its one page, in headless Chromium."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urljoin

import pytest
from playwright.sync_api import FrameLocator, Page, expect

from bot.cli.processes import Service
from tests.acceptance.stand import REPOSITORY
from tests.conftest import NewWindow
from tests.until import until

pytestmark = [pytest.mark.acceptance, pytest.mark.browser]

PATIENCE = 120_000
"""Milliseconds; a busy machine is slow, and a pass does not wait."""


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[str]:
    """The address that the command tells a newcomer to open."""
    command = ("demo", "--project", str(REPOSITORY), "--port", "0")
    running = Service(command, tmp_path / "demo.log", {"HANDRAISE_HOME": str(tmp_path / "home")})
    try:
        told = until(lambda: re.search(r"Open (\S+)", running.log.read_text()) or running.has_ended, 240)
        assert isinstance(told, re.Match), running.last_words()
        yield told[1]
    finally:
        running.stop()


@pytest.fixture
def page(new_window: NewWindow) -> Page:
    page: Page = new_window(viewport={"width": 1600, "height": 1000}).new_page()
    page.set_default_timeout(PATIENCE)
    expect.set_options(timeout=PATIENCE)
    return page


def ask(page: Page, chat: FrameLocator, step: int) -> None:
    page.locator("#steps button").nth(step).click()
    page.locator("#chips .chip").first.click()
    expect(chat.locator("#text")).not_to_have_value("")
    chat.locator("#send").click()


def answers_with(page: Page, demo: str) -> str:
    """The bot's own model: on a busy machine it follows the registry a moment later."""
    return str(page.request.get(urljoin(demo, "/ready")).json()["model"])


def test_one_page_shows_a_person_asking_an_agent_answering_and_the_bot_learning(demo: str, page: Page) -> None:
    page.goto(demo)
    shop, agent, trainer = (page.frame_locator(f"#{who} iframe") for who in ("customer", "agent", "trainer"))
    chat = shop.frame_locator("iframe")
    transcript = chat.locator("#transcript")

    untaught = answers_with(page, demo)
    ask(page, chat, 0)
    expect(transcript).to_contain_text("working days")
    ask(page, chat, 1)
    expect(transcript).to_contain_text("calling one of our people")

    agent.get_by_role("button", name="Claim").click()
    expect(chat.locator("body")).to_contain_text("Mina")
    agent.get_by_role("button", name="Reply in thread").first.click()
    reply = agent.get_by_role("textbox", name="Reply in the thread")
    reply.fill("Yes, our workshop sharpens them.")
    reply.press("Enter")
    expect(transcript).to_contain_text("Yes, our workshop sharpens them.")

    card = agent.locator("#thread")
    card.get_by_role("button", name=re.compile("Have something mended")).click()
    trainer.get_by_role("button", name=re.compile("^Accept")).click()
    card.get_by_role("button", name="Hand back to the bot").click()
    expect(transcript).to_contain_text("talking with the bot again")
    until(lambda: 5 in page.request.get(demo + "progress.json").json()["done"], 180)
    until(lambda: answers_with(page, demo) != untaught)

    before = transcript.locator("li").count()
    ask(page, chat, 5)
    expect(transcript.locator("li").nth(before + 1)).to_contain_text("workshop")
    until(lambda: page.request.get(demo + "progress.json").json()["done"] == [1, 2, 3, 4, 5, 6])
