"""GraphiQL: it runs, completes, documents, and keeps no key."""

from __future__ import annotations

from playwright.async_api import Page, expect

from gql_tickets.auth import DEMO_KEY
from tests.browser.visits import Visitor


async def run(page: Page) -> None:
    """Press the button that runs the document."""
    await page.get_by_role("button", name="Execute query").click()


async def test_the_examples_run_with_the_demos_key(visitor: Visitor) -> None:
    page = await visitor.open("/graphql")
    answer = page.get_by_label("Operation Results").or_(page.locator(".graphiql-response"))
    await run(page)
    await expect(answer.first).to_contain_text('"totalCount": 156')
    await page.get_by_role("tab", name="Create").click()
    await run(page)
    await expect(answer.first).to_contain_text('"slug": "AM-157"')
    # The key was used, and is nowhere but in the session.
    assert DEMO_KEY not in await visitor.stored()


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
