"""One person in one browser window, and all that their browser complained of."""

from __future__ import annotations

from typing import Any, Literal

from playwright.async_api import Browser, BrowserContext, Page, Request

READY = {
    "/": ".doors",
    "/board": ".card, .gate form",
    "/graphql": ".graphiql-query-editor .view-line",
    "/api/docs": ".opblock",
}
SERIOUS = ("serious", "critical")


class Visitor:
    """A window of a fresh profile. Whatever a page does wrong lands in `complaints`."""

    def __init__(self, context: BrowserContext, page: Page, url: str) -> None:
        self.context = context
        self.page = page
        self.url = url
        self.complaints: list[str] = []
        page.on("console", lambda message: self._note(message.type, message.text))
        page.on("pageerror", lambda error: self._note("error", str(error)))
        page.on("request", self._check_host)

    @classmethod
    async def arrive(
        cls,
        browser: Browser,
        url: str,
        *,
        width: int = 1280,
        height: int = 800,
        scheme: Literal["light", "dark"] = "light",
        touch: bool = False,
    ) -> Visitor:
        """Open a window."""
        context = await browser.new_context(
            viewport={"width": width, "height": height}, color_scheme=scheme, has_touch=touch
        )
        context.set_default_timeout(20_000)
        return cls(context, await context.new_page(), url)

    async def open(self, path: str) -> Page:
        """Go to a page of the server, and wait until it is there."""
        await self.page.goto(self.url + path)
        await self.page.locator(READY[path.partition("?")[0]]).first.wait_for()
        return self.page

    async def flaws(self, axe: str, *, but: tuple[str, ...] = ()) -> list[str]:
        """What axe finds seriously wrong with the page, one line each, but for some rules."""
        await self.page.evaluate(axe)
        found: dict[str, Any] = await self.page.evaluate("axe.run()")
        return [
            f"{each['id']}: {node['target']} {node.get('failureSummary', '')}"
            for each in found["violations"]
            if each["impact"] in SERIOUS and each["id"] not in but
            for node in each["nodes"]
        ]

    async def stored(self) -> str:
        """All that the page keeps beyond the session."""
        kept: str = await self.page.evaluate("JSON.stringify({...localStorage})")
        return kept + str(await self.context.cookies())

    def _note(self, kind: str, text: str) -> None:
        if kind == "error":
            self.complaints.append(text[:300])

    def _check_host(self, request: Request) -> None:
        if not request.url.startswith((self.url, "data:", "blob:")):
            self.complaints.append(f"asked another host: {request.url}")
