"""Every page, light and dark, wide and narrow: nothing from elsewhere, no complaint, readable."""

from __future__ import annotations

from typing import Literal

import pytest

from tests.browser.visits import Visitor

SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
# GraphiQL has a button to close in each tab, Swagger UI a button to copy in each row: theirs to mend.
NESTED = ("nested-interactive",)
PAGES: dict[str, tuple[str, ...]] = {
    "/": (),
    "/board?label=css": (),
    "/graphql": NESTED,
    "/api/docs": NESTED,
}


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_is_whole_and_readable(visitor: Visitor, axe: str, path: str) -> None:
    page = visitor.page
    for scheme in SCHEMES:
        await page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        await visitor.open(path)
        for width in (1440, 390):
            await page.set_viewport_size({"width": width, "height": 844})
            assert await visitor.flaws(axe, but=PAGES[path]) == [], (width, scheme)
            overflow = await page.evaluate(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
            assert overflow <= 0, width


async def test_the_front_page_leads_to_each_door(visitor: Visitor) -> None:
    page = await visitor.open("/")
    for title, path in (("Board", "/board"), ("GraphQL", "/graphql"), ("REST", "/api/docs")):
        await page.get_by_role("link", name=title).click()
        await page.wait_for_url(f"**{path}")
        await page.go_back()
