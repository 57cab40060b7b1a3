"""Two people at one board: each sees what the other does, through restarts and outages."""

from __future__ import annotations

import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from tests.browser.boards import card, choose, column, is_live, slugs
from tests.browser.conftest import Server
from tests.browser.visits import Visitor


@pytest_asyncio.fixture(loop_scope="session")
async def two(browser: Browser, server: Server) -> tuple[Page, Page]:
    """Two windows of two people, both live."""
    pages = []
    for _ in range(2):
        visitor = await Visitor.arrive(browser, server.url)
        page = await visitor.open("/board")
        await is_live(page)
        pages.append(page)
    return pages[0], pages[1]


async def test_each_sees_the_others_moves_and_a_restart_in_between(
    two: tuple[Page, Page], server: Server
) -> None:
    mine, theirs = two
    await choose(mine, "AM-43", "In review")
    await expect(card(column(theirs, "In review"), "AM-43")).to_be_visible()
    server.stop()
    for page in two:
        await expect(page.locator(".link")).to_contain_text("Offline")
    server.start()
    await choose(theirs, "AM-42", "Done")
    await expect(card(column(theirs, "Done"), "AM-42")).to_have_attribute("aria-busy", "false")
    await expect(card(column(mine, "Done"), "AM-42")).to_be_visible(timeout=20_000)
    for page in two:
        await is_live(page)
    assert await slugs(column(mine, "Done")) == await slugs(column(theirs, "Done"))


async def test_what_happened_while_one_was_away_is_caught_up(two: tuple[Page, Page]) -> None:
    mine, theirs = two
    slug = (await slugs(column(mine, "Backlog")))[0]
    await mine.context.set_offline(True)
    # Going offline leaves open sockets open: this is the network that goes away without a word.
    await choose(theirs, slug, "To do")
    await expect(card(column(theirs, "To do"), slug)).to_have_attribute("aria-busy", "false")
    await mine.context.set_offline(False)
    await expect(card(column(mine, "To do"), slug)).to_be_visible(timeout=30_000)


async def test_a_refused_write_is_undone(two: tuple[Page, Page]) -> None:
    mine, _ = two
    slug = (await slugs(column(mine, "Backlog")))[1]
    before = await slugs(column(mine, "Backlog"))
    await mine.context.set_offline(True)
    await choose(mine, slug, "Done")
    await expect(mine.get_by_role("alert")).to_contain_text(f"{slug} was not moved")
    assert await slugs(column(mine, "Backlog")) == before
    await mine.context.set_offline(False)


async def test_a_conflict_is_told_and_nothing_is_overwritten(two: tuple[Page, Page]) -> None:
    mine, theirs = two
    slug = (await slugs(column(mine, "To do")))[0]
    for page in two:
        await card(page, slug).focus()
        await page.keyboard.press("Enter")
        await (
            page.get_by_role("form")
            .get_by_label("Title")
            .fill("Mine" if page is mine else "Theirs")
        )
    await theirs.get_by_role("button", name="Save").click()
    await expect(card(theirs, slug)).to_contain_text("Theirs")
    await mine.get_by_role("button", name="Save").click()
    told = mine.get_by_role("form").get_by_role("alert").first
    await expect(told).to_contain_text("“Theirs”")
    await expect(card(theirs, slug)).to_contain_text("Theirs")
    await told.get_by_role("button", name="Keep mine").click()
    await expect(card(mine, slug)).to_contain_text("Mine")
    await expect(card(theirs, slug)).to_contain_text("Mine")


async def test_a_draft_outlives_a_move_of_its_card(two: tuple[Page, Page]) -> None:
    mine, theirs = two
    slug = (await slugs(column(mine, "In progress")))[-1]
    await card(mine, slug).focus()
    await mine.keyboard.press("Enter")
    await mine.get_by_role("form").get_by_label("Title").fill("Half a thought")
    await choose(theirs, slug, "In review")
    form = column(mine, "In review").get_by_role("form", name=f"Edit {slug}")
    await expect(form.get_by_label("Title")).to_have_value("Half a thought")
    await form.get_by_role("button", name="Save").click()
    await expect(card(column(theirs, "In review"), slug)).to_contain_text("Half a thought")


async def test_what_a_filter_hides_comes_and_goes_as_it_changes(two: tuple[Page, Page]) -> None:
    mine, theirs = two
    await mine.get_by_label("Label", exact=True).select_option("security")
    await expect(card(mine, "AM-42")).to_have_count(0)
    shown = await mine.locator("article").count()
    slug = next(one for one in await slugs(column(theirs, "To do")))
    await card(theirs, slug).focus()
    await theirs.keyboard.press("Enter")
    labels = theirs.get_by_role("form").get_by_label("Labels")
    await labels.fill("security")
    await labels.press("Enter")
    await theirs.get_by_role("button", name="Save").click()
    await expect(card(mine, slug)).to_be_visible()
    await expect(mine.locator("article")).to_have_count(shown + 1)
    await card(theirs, slug).focus()
    await theirs.keyboard.press("Enter")
    await theirs.get_by_role("button", name="Remove the label security").click()
    await theirs.get_by_role("button", name="Save").click()
    await expect(card(mine, slug)).to_have_count(0)
