"""The board as a person sees and handles it."""

from __future__ import annotations

from playwright.async_api import Locator, Page, expect


def column(page: Page, title: str) -> Locator:
    """A column, by its title."""
    return page.get_by_role("region", name=title, exact=True)


def card(within: Page | Locator, slug: str) -> Locator:
    """A card, by its ticket's slug."""
    return within.locator(f"article:has(.slug:text-is('{slug}'))")


async def slugs(where: Locator) -> list[str]:
    """The slugs of a column's cards, from the top."""
    return await where.locator("article .slug").all_text_contents()


async def is_live(page: Page) -> None:
    """Wait until changes arrive."""
    await expect(page.locator(".link")).to_have_text("Live", timeout=20_000)


async def choose(page: Page, slug: str, item: str) -> None:
    """Use a card's "Move to…" menu."""
    await card(page, slug).get_by_role("button", name=f"Move {slug} to").click()
    await page.get_by_role("menu").get_by_text(item, exact=True).click()
