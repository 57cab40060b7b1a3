"""The built files: what is served, under which headers, and that there is no way out of the folder."""

from __future__ import annotations

import gzip
import json
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from gql_tickets.web.assets import Assets

SCRIPT = b"export const answer = 42;\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small build: an entry that imports a chunk, each with a style sheet."""
    (tmp_path.parent / "secret.js").write_text("secret")
    static = tmp_path / "static"
    static.mkdir()
    (static / "board-1a.js").write_bytes(SCRIPT)
    (static / "board-1a.js.gz").write_bytes(gzip.compress(SCRIPT))
    (static / "shared-2b.js").write_bytes(SCRIPT)
    (static / "shared-2b.css").write_text("body {}")
    manifest = {
        "src/board.ts": {
            "file": "board-1a.js",
            "name": "board",
            "isEntry": True,
            "imports": ["_shared.js"],
        },
        "_shared.js": {
            "file": "shared-2b.js",
            "name": "shared",
            "css": ["shared-2b.css"],
            "imports": ["_shared.js"],
        },
    }
    (static / "manifest.json").write_text(json.dumps(manifest))
    return static


def serving(folder: Path) -> httpx.AsyncClient:
    """A client of an app that serves the folder, and nothing else."""
    transport = httpx.ASGITransport(Starlette(routes=[Assets(folder).route()]))
    return httpx.AsyncClient(transport=transport, base_url="http://testserver")


@pytest.fixture
async def files(folder: Path) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the small build."""
    async with serving(folder) as client:
        yield client


async def test_a_file_is_kept_for_good_under_its_type_and_tag(files: httpx.AsyncClient) -> None:
    answer = await files.get("/assets/board-1a.js", headers={"Accept-Encoding": "identity"})
    assert answer.content == SCRIPT
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["etag"] == '"board-1a.js"'
    assert "content-encoding" not in answer.headers
    again = await files.get("/assets/board-1a.js", headers={"If-None-Match": '"board-1a.js"'})
    assert (again.status_code, again.content) == (304, b"")


async def test_a_file_that_was_packed_is_sent_packed_to_who_takes_it(
    files: httpx.AsyncClient, folder: Path
) -> None:
    taken = {"Accept-Encoding": "gzip"}
    async with files.stream("GET", "/assets/board-1a.js", headers=taken) as answer:
        assert answer.headers["content-encoding"] == "gzip"
        assert answer.headers["vary"] == "Accept-Encoding"
        assert (
            b"".join([part async for part in answer.aiter_raw()])
            == (folder / "board-1a.js.gz").read_bytes()
        )


@pytest.mark.parametrize(
    "name",
    [
        "manifest.json",
        "board-1a.js.gz",
        "nosuch.js",
        "..%2fsecret.js",
        "%2e%2e%2fsecret.js",
        "..%5csecret.js",
        "%2fetc%2fpasswd",
        "board-1a.js%00",
        "",
    ],
)
async def test_nothing_else_is_served(files: httpx.AsyncClient, name: str) -> None:
    assert (await files.get(f"/assets/{name}")).status_code == 404


def test_an_entry_brings_what_it_imports_each_once(folder: Path) -> None:
    assert Assets(folder).tags("board").splitlines() == [
        '<link rel="stylesheet" href="/assets/shared-2b.css">',
        '<script type="module" src="/assets/board-1a.js"></script>',
        '<link rel="modulepreload" href="/assets/shared-2b.js">',
    ]


async def test_a_folder_without_a_build_is_empty(tmp_path: Path) -> None:
    assert not Assets(tmp_path).built
    async with serving(tmp_path) as client:
        assert (await client.get("/assets/board-1a.js")).status_code == 404
