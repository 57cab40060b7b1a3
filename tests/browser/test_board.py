"""One person at the board: looking, filtering, moving, writing, by mouse, by keys and by touch."""

from __future__ import annotations

import httpx
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from gql_tickets.auth import DEMO_KEY
from tests.browser.boards import card, choose, column, is_live, slugs
from tests.browser.conftest import Server
from tests.browser.visits import Visitor

DETAIL = "/api/v1/ext/orgs/my-org/tickets"


@pytest_asyncio.fixture(loop_scope="session")
async def board(visitor: Visitor) -> Page:
    """The board, with its cards."""
    page = await visitor.open("/board")
    await card(page, "AM-42").wait_for()
    return page


async def stored(server: Server, slug: str) -> dict[str, object]:
    """A ticket as the service has it."""
    async with httpx.AsyncClient(headers={"X-API-Key": DEMO_KEY}) as client:
        answer = await client.get(f"{server.url}{DETAIL}/{slug}")
    found: dict[str, object] = answer.json()["ticket"]
    return found


async def done_in_all(server: Server) -> int:
    """How many tickets are done, as REST has it; the other tests of this file finish some."""
    async with httpx.AsyncClient(headers={"X-API-Key": DEMO_KEY}) as client:
        answer = await client.get(f"{server.url}{DETAIL}?status=done&limit=1")
    return int(answer.json()["total"])


async def test_columns_say_how_many_and_load_more_when_they_are_scrolled(
    board: Page, server: Server
) -> None:
    count = await done_in_all(server)
    assert count >= 68
    done = column(board, "Done")
    await expect(done.locator(".count")).to_contain_text(str(count))
    assert len(await slugs(done)) == 50
    await done.locator("ul").evaluate("list => list.scrollTo(0, list.scrollHeight)")
    await expect(done.locator("article")).to_have_count(count)
    assert len(set(await slugs(done))) == count


async def test_filters_are_in_the_address(visitor: Visitor, board: Page) -> None:
    await board.get_by_label("Repository").select_option(label="my-org/frontend")
    await expect(board).to_have_url(f"{visitor.url}/board?repository=2")
    await expect(card(board, "AM-42")).to_have_count(0)
    await board.get_by_label("Label", exact=True).select_option("css")
    await expect(board).to_have_url(f"{visitor.url}/board?repository=2&label=css")
    others = board.locator("article:not(:has(.label:text-is('css')))")
    await expect(others).to_have_count(0)
    shown = await board.locator("article").count()
    await board.reload()
    await expect(board.locator("article")).to_have_count(shown)
    await expect(others).to_have_count(0)
    await board.get_by_role("button", name="Show all").click()
    await expect(board).to_have_url(f"{visitor.url}/board")
    await expect(card(board, "AM-42")).to_have_count(1)


async def test_a_search_is_in_the_address_and_follows_what_is_written(
    visitor: Visitor, board: Page, server: Server
) -> None:
    await board.get_by_role("searchbox", name="Search").fill("umlauts")
    await expect(board).to_have_url(f"{visitor.url}/board?text=umlauts")
    await expect(card(board, "AM-42")).to_have_count(0)
    found = board.locator("article")
    assert await found.count() > 0
    await expect(board.locator("article:not(:has-text('umlauts'))")).to_have_count(0)
    async with httpx.AsyncClient(headers={"X-API-Key": DEMO_KEY}) as client:
        await client.put(f"{server.url}{DETAIL}/AM-41", json={"title": "More umlauts"})
    await expect(card(board, "AM-41")).to_be_visible()
    await board.get_by_role("searchbox", name="Search").fill("nothing has these words")
    await expect(found).to_have_count(0)


async def test_a_card_is_dragged_to_its_place(board: Page, server: Server) -> None:
    review = column(board, "In review")
    second = (await slugs(review))[1]
    await card(board, "AM-43").drag_to(card(review, second), target_position={"x": 40, "y": 4})
    await expect(card(review, "AM-43")).to_have_attribute("aria-busy", "false")
    assert (await slugs(review))[1:3] == ["AM-43", second]
    assert (await stored(server, "AM-43"))["status"] == "in_review"
    await board.reload()
    await card(board, "AM-42").wait_for()
    assert (await slugs(review))[1:3] == ["AM-43", second]


async def test_a_card_is_moved_by_keys_and_keeps_the_focus(board: Page, server: Server) -> None:
    await card(board, "AM-42").focus()
    await board.keyboard.press("Alt+ArrowDown")
    await expect(board.locator("[aria-live=polite]")).to_have_text(
        "AM-42 moved to In progress, position 2 of 21."
    )
    await expect(card(board, "AM-42")).to_be_focused()
    await board.keyboard.press("Alt+ArrowRight")
    moved = card(column(board, "In review"), "AM-42")
    await expect(moved).to_be_focused()
    await expect(moved).to_have_attribute("aria-busy", "false")
    assert (await stored(server, "AM-42"))["status"] == "in_review"
    assert (await slugs(column(board, "In review")))[1] == "AM-42"
    await board.keyboard.press("ArrowUp")
    await expect(card(board, (await slugs(column(board, "In review")))[0])).to_be_focused()


async def test_a_card_is_moved_by_its_menu(browser: Browser, server: Server) -> None:
    visitor = await Visitor.arrive(browser, server.url, width=390, height=844, touch=True)
    page = await visitor.open("/board")
    slug = (await slugs(column(page, "Backlog")))[2]
    await choose(page, slug, "Done")
    await expect(card(column(page, "Done"), slug)).to_have_attribute("aria-busy", "false")
    assert (await slugs(column(page, "Done")))[0] == slug
    assert (await stored(server, slug))["status"] == "done"
    assert visitor.complaints == []


async def test_a_ticket_is_created_where_it_is_to_be(board: Page, server: Server) -> None:
    await board.get_by_role("button", name="Add a ticket to To do").click()
    await board.get_by_label("New ticket in To do").fill("Water the plants")
    await board.keyboard.press("Enter")
    made = column(board, "To do").locator("article", has_text="Water the plants")
    await expect(made).to_have_count(1)
    slug = await made.locator(".slug").text_content()
    assert (await stored(server, slug or ""))["status"] == "todo"
    await board.get_by_label("New ticket in To do").fill("   ")
    await board.keyboard.press("Escape")
    await expect(board.get_by_label("New ticket in To do")).to_have_count(0)


async def test_a_card_is_edited_in_its_place(board: Page, server: Server) -> None:
    await card(board, "AM-150").focus()
    await board.keyboard.press("Enter")
    form = board.get_by_role("form", name="Edit AM-150")
    await form.get_by_label("Title").fill("Plants are watered")
    await form.get_by_label("Priority").select_option("URGENT")
    await form.get_by_label("Assignee").select_option(label="Mei Tanaka")
    await form.get_by_label("Labels").fill("garden")
    await form.get_by_label("Labels").press("Enter")
    await form.get_by_role("button", name="Save").click()
    edited = card(board, "AM-150")
    await expect(edited).to_contain_text("Plants are watered")
    await expect(edited).to_contain_text("garden")
    await expect(edited).to_be_focused()
    found = await stored(server, "AM-150")
    assert (found["title"], found["priority"], found["assignee_id"]) == (
        "Plants are watered",
        "urgent",
        3,
    )
    labels = found["labels"]
    assert isinstance(labels, list)
    assert labels[-1] == "garden"


async def test_a_key_is_asked_for_where_it_is_not_known(visitor: Visitor) -> None:
    page = visitor.page
    await page.add_init_script("sessionStorage.setItem('gql-tickets:key', 'amk_wrong')")
    await visitor.open("/board")
    await expect(page.get_by_role("alert")).to_be_visible()
    assert any("401" in text for text in visitor.complaints)  # the browser's own word for it
    visitor.complaints.clear()
    await page.get_by_label("API key").fill(DEMO_KEY)
    await page.get_by_role("button", name="Open").click()
    await card(page, "AM-42").wait_for()
    assert DEMO_KEY not in await visitor.stored()


async def test_who_leaves_takes_the_connection_along(visitor: Visitor) -> None:
    page = visitor.page
    async with page.expect_websocket() as opened:
        await visitor.open("/board")
    await is_live(page)
    socket = await opened.value
    async with socket.expect_event("close"):
        await page.get_by_role("button", name="Change key").click()
    await page.get_by_label("API key").wait_for()
