"""The pages as the server sends them: to whom, under which policy, and without a build."""

from __future__ import annotations

import json
import re
from pathlib import Path

import httpx
import pytest

from gql_tickets.auth import DEMO_KEY
from gql_tickets.settings import Settings
from gql_tickets.web import assets
from gql_tickets.web.assets import Assets
from gql_tickets.web.pages import Page
from tests.conftest import serving

HTML = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
PAGES = ("/", "/board", "/graphql", "/api/docs")


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every page is built, if only as an empty script."""
    entries = {
        name: {"file": f"{name}-1.js", "name": name, "isEntry": True}
        for name in ("home", "board", "graphiql", "rest")
    }
    (tmp_path / "manifest.json").write_text(json.dumps(entries))
    monkeypatch.setattr(assets.Assets.__init__, "__defaults__", (tmp_path,))


@pytest.fixture
def unbuilt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No page is built."""
    monkeypatch.setattr(assets.Assets.__init__, "__defaults__", (tmp_path,))


def config(page: httpx.Response) -> dict[str, object]:
    """What the server tells the page."""
    found = re.search(r'<script type="application/json" id="config">(.*?)</script>', page.text)
    assert found
    told: dict[str, object] = json.loads(found[1])
    return told


@pytest.mark.usefixtures("built")
@pytest.mark.parametrize("path", PAGES)
async def test_a_page_is_sent_under_a_strict_policy(
    demo_client: httpx.AsyncClient, path: str
) -> None:
    page = await demo_client.get(path, headers=HTML)
    assert page.status_code == 200
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    policy = dict(
        part.split(" ", 1) for part in page.headers["content-security-policy"].split("; ")
    )
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == "'self'"
    assert policy["connect-src"] == "'self'"
    assert policy["frame-ancestors"] == "'none'"
    assert "http" not in page.headers["content-security-policy"]
    once = ("x-content-type-options", "x-frame-options", "referrer-policy")
    assert [len(page.headers.get_list(name)) for name in once] == [1, 1, 1]
    assert page.headers["cache-control"] == "no-cache"
    assert re.findall(r'src="([^"]*)"', page.text)
    # No script stands in the page itself, and nothing comes from elsewhere.
    assert "//" not in re.sub(r"<!doctype html>", "", page.text)
    assert "onclick" not in page.text


@pytest.mark.usefixtures("built")
async def test_the_demos_pages_come_with_the_demos_key(demo_client: httpx.AsyncClient) -> None:
    for path in ("/board", "/graphql", "/api/docs"):
        assert config(await demo_client.get(path, headers=HTML))["key"] == DEMO_KEY


@pytest.mark.usefixtures("built")
async def test_other_pages_come_without_a_key(client: httpx.AsyncClient) -> None:
    for path in ("/board", "/graphql", "/api/docs"):
        page = await client.get(path, headers=HTML)
        assert config(page)["key"] is None
        assert "amk_" not in page.text


@pytest.mark.usefixtures("built")
async def test_the_front_page_leads_to_each_door_that_is_open(
    client: httpx.AsyncClient, settings: Settings
) -> None:
    page = await client.get("/", headers=HTML)
    assert re.findall(r'<li><a href="([^"]*)"', page.text) == ["/board", "/graphql", "/api/docs"]
    assert "Ready to serve." in page.text
    bare = settings.model_copy(update={"mounts": (), "board": False, "graphiql": False})
    async with serving(bare) as without:
        page = await without.get("/", headers=HTML)
        assert re.findall(r'<li><a href="([^"]*)"', page.text) == []
        for path, status in (("/board", 404), ("/api/docs", 404), ("/graphql", 404)):
            assert (await without.get(path, headers=HTML)).status_code == status


async def test_programs_get_json_at_the_front(client: httpx.AsyncClient) -> None:
    for accept in ("*/*", "application/json"):
        answer = await client.get("/", headers={"Accept": accept})
        assert answer.json()["graphql"] == "/graphql"
        assert answer.headers["vary"] == "Accept"


@pytest.mark.usefixtures("unbuilt")
async def test_without_a_build_each_page_says_how_to_get_one(client: httpx.AsyncClient) -> None:
    for path in ("/board", "/api/docs"):
        page = await client.get(path, headers=HTML)
        assert page.status_code == 503
        assert "./dev web" in page.text
        assert "<script src" not in page.text
    front = await client.get("/", headers=HTML)
    assert front.status_code == 200
    assert "/graphql" in front.text
    fallback = await client.get("/graphql", headers=HTML)
    assert fallback.status_code == 200
    # What it loads from elsewhere is held to what it was.
    loaded = re.findall(r"<(?:script|link)\b[^>]*https://[^>]*>", fallback.text)
    assert loaded
    assert all("integrity=" in each for each in loaded)


def test_what_a_page_is_told_cannot_end_its_element(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text(
        json.dumps({"x": {"file": "x.js", "name": "x", "isEntry": True}})
    )
    page = Page("<Title>", "x").answer(Assets(tmp_path), {"key": "</script><script>alert(1)"})
    text = bytes(page.body).decode()
    assert "</script><script>alert" not in text
    assert "<title>&lt;Title&gt;</title>" in text
