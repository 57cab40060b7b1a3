"""GraphiQL: it runs, completes, documents, and keeps no key."""

from __future__ import annotations

import asyncio

import httpx
from playwright.async_api import Page, expect

from gql_tickets.auth import DEMO_KEY
from tests.browser.visits import Visitor


async def run(page: Page) -> None:
    """Press the button that runs the document."""
    await page.get_by_role("button", name="Execute query").click()


async def test_the_examples_run_with_the_demos_key(visitor: Visitor) -> None:
    page = await visitor.open("/graphql")
    answer = page.locator(".graphiql-response")
    await run(page)
    await expect(answer).to_contain_text('"totalCount": 156')
    await page.get_by_role("tab", name="Create").click()
    await run(page)
    await expect(answer).to_contain_text('"slug": "AM-157"')
    # The key was used, and is nowhere but in the session.
    assert DEMO_KEY not in await visitor.stored()


async def test_a_subscription_listens_with_the_key_of_the_headers(visitor: Visitor) -> None:
    page = await visitor.open("/graphql")
    answer = page.locator(".graphiql-response")
    await page.get_by_role("tab", name="Changes").click()
    await run(page)
    stop = page.get_by_role("button", name="Stop query")
    await expect(stop).to_be_visible()
    async with httpx.AsyncClient(headers={"X-API-Key": DEMO_KEY}) as client:
        for number in range(50):
            # The socket needs a moment to be open, and tells nobody when it is.
            changed = await client.put(
                f"{visitor.url}/api/v1/ext/orgs/my-org/tickets/AM-43", json={"title": f"T{number}"}
            )
            assert changed.status_code == 200
            if "AM-43" in (await answer.text_content() or ""):
                break
            await asyncio.sleep(0.1)
    await expect(answer).to_contain_text('"slug": "AM-43"')
    await stop.click()


async def test_it_completes_and_documents(visitor: Visitor) -> None:
    page = await visitor.open("/graphql")
    await page.get_by_role("button", name="Show Documentation Explorer").click()
    await page.get_by_role("link", name="Query", exact=True).first.click()
    await expect(page.get_by_text("The Kanban board").first).to_be_visible()
    editor = page.locator(".graphiql-query-editor .monaco-editor").first
    await editor.click()
    await page.keyboard.press("ControlOrMeta+A")
    await page.keyboard.type("{ vie")
    await page.keyboard.press("Control+Space")
    await expect(page.locator(".suggest-widget").get_by_text("viewer").first).to_be_visible()


async def test_a_key_lasts_as_long_as_the_session(visitor: Visitor) -> None:
    page = await visitor.open("/graphql")
    header = page.locator(".graphiql-editor-tool .monaco-editor").last
    await header.click()
    await page.keyboard.press("ControlOrMeta+A")
    await page.keyboard.type('{"X-API-Key": "amk_mine"')
    await page.wait_for_timeout(800)  # GraphiQL debounces its edits by half a second
    await page.reload()
    await expect(page.locator(".graphiql-editor-tool").last).to_contain_text("amk_mine")
    assert "amk_mine" not in await visitor.stored()
