"""Swagger UI: authorized in the demo, and able to try a request."""

from __future__ import annotations

from playwright.async_api import expect

from gql_tickets.auth import DEMO_KEY
from tests.browser.visits import Visitor


async def test_a_request_can_be_tried(visitor: Visitor) -> None:
    page = await visitor.open("/api/docs")
    row = page.locator("#operations-Tickets-getTicket")
    await row.locator(".opblock-summary-control").click()
    await row.get_by_role("button", name="Execute").click()
    answer = row.locator(".responses-table.live-responses-table")
    await expect(answer).to_contain_text("200")
    await expect(answer).to_contain_text("Implement user authentication")
    await expect(answer).to_contain_text("etag:")
    assert DEMO_KEY not in await visitor.stored()


async def test_a_key_can_be_given(visitor: Visitor) -> None:
    page = await visitor.open("/api/docs")
    await page.get_by_role("button", name="Authorize").first.click()
    dialog = page.locator(".dialog-ux")
    await dialog.get_by_role("button", name="Remove authorization").first.click()
    await dialog.locator("#auth-bearer-value").fill(DEMO_KEY)
    await dialog.get_by_role("button", name="Apply credentials").last.click()
    await dialog.get_by_role("button", name="Close").first.click()
    row = page.locator("#operations-Tickets-listTickets")
    await row.locator(".opblock-summary-control").click()
    await row.get_by_role("button", name="Execute").click()
    await expect(row.locator(".live-responses-table")).to_contain_text('"total": 156')
    await expect(row.locator(".curl-command")).to_contain_text("Authorization: Bearer")
