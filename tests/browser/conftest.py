"""A real server and a real Chromium. Without a build of the pages, or a Chromium, these are skipped."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright, expect

from gql_tickets.web.assets import Assets
from tests.browser.visits import Visitor

HERE = Path(__file__).parent
START_SECONDS = 30
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
expect.set_options(timeout=15_000)  # for busy machines; what is there is found at once

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


class Server:
    """`gql-tickets serve --demo` on a database and a port of its own; it can be killed and revived."""

    def __init__(self, folder: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port: int = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._folder = folder
        self._process: subprocess.Popen[str] | None = None
        self.start()

    def start(self) -> None:
        """Start, and wait until it says where it is."""
        environment = {
            **os.environ,
            "GQL_TICKETS_DATABASE_URL": f"sqlite+aiosqlite:///{self._folder}/demo.sqlite3",
        }
        self._process = subprocess.Popen(
            [sys.executable, "-m", "gql_tickets", "serve", "--demo", "--port", str(self.port)],
            cwd=self._folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self._process.stdout
        for line in self._process.stdout:
            if line.startswith("curl"):
                return
        raise AssertionError("The server did not start.")

    def stop(self) -> None:
        """Stop as a deployment would: SIGTERM, then wait."""
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)
            self._process.communicate(timeout=START_SECONDS)
            self._process = None


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """Where Chromium is."""
    if not Assets().built:
        pytest.skip("The pages are not built: run ./dev web (it needs Node.js and npm).")
    found = next((path for name in _NAMES if (path := shutil.which(name))), None)
    if found is None:
        pytest.skip("There is no Chromium or Chrome: on Debian, apt install chromium.")
    return found


@pytest.fixture(scope="session")
def axe() -> str:
    """The source of axe-core, which judges whether a page is accessible."""
    path = HERE.parents[1] / "web/node_modules/axe-core/axe.min.js"
    if not path.is_file():
        pytest.skip("axe-core is not installed: run ./dev web.")
    return path.read_text("utf-8")


@pytest.fixture(scope="module")
def server(chromium_path: str) -> Iterator[Server]:
    """A server with a fresh demo, for the tests of a file."""
    assert chromium_path
    with tempfile.TemporaryDirectory(prefix="gql-tickets-") as folder:
        server = Server(Path(folder))
        yield server
        server.stop()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def chromium(chromium_path: str) -> AsyncIterator[Browser]:
    """One Chromium for all tests."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium_path, args=[*FLAGS])
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="session")
async def browser(chromium: Browser) -> AsyncIterator[Browser]:
    """Chromium without a window; those that a test opens are closed after it."""
    yield chromium
    for context in chromium.contexts:
        await context.close()


@pytest_asyncio.fixture(loop_scope="session")
async def visitor(browser: Browser, server: Server) -> AsyncIterator[Visitor]:
    """Someone at the server whose browser must have had nothing to complain of."""
    visitor = await Visitor.arrive(browser, server.url)
    yield visitor
    assert visitor.complaints == []


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The tests in a browser share it, and the loop that it lives on."""
    for item in items:
        if item.path.parent == HERE:
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)
