"""The pictures of the documentation, of a fresh demo: `./dev pictures` takes them anew."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.boards import card, is_live
from tests.browser.conftest import Server
from tests.browser.visits import Visitor

FOLDER = Path(__file__).parents[2] / "docs/pictures"
WIDTH, HEIGHT = 1280, 720
Scheme = Literal["light", "dark"]


async def take(page: Page, name: str) -> None:
    """Write what the window shows."""
    await page.wait_for_load_state("networkidle")
    await page.evaluate("document.fonts.ready")
    await page.screenshot(path=FOLDER / name, animations="disabled", caret="hide")


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_board(browser: Browser, server: Server, scheme: Scheme) -> None:
    visitor = await Visitor.arrive(browser, server.url, width=WIDTH, height=HEIGHT, scheme=scheme)
    page = await visitor.open("/board")
    await card(page, "AM-42").wait_for()
    await is_live(page)
    await take(page, f"board-{scheme}.png")


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_graphiql(browser: Browser, server: Server, scheme: Scheme) -> None:
    visitor = await Visitor.arrive(browser, server.url, width=WIDTH, height=HEIGHT, scheme=scheme)
    page = await visitor.open("/graphql")
    await page.get_by_role("button", name="Execute query").click()
    await expect(page.locator(".graphiql-response")).to_contain_text('"totalCount": 156')
    await take(page, f"graphiql-{scheme}.png")
