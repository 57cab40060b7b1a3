"""R28: a trailing slash is the same route; browsers may call from the origins that are set."""

from __future__ import annotations

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from gql_tickets.web.cors import cors
from tests.around import guard


async def path(request: Request) -> Response:
    return PlainTextResponse(request.url.path)


def client(*origins: str) -> httpx.AsyncClient:
    app = Starlette(
        routes=[Route("/", path), Route("/a", path, methods=["GET", "POST"])],
        middleware=[*cors(origins), guard()],
    )
    app.router.redirect_slashes = False
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://tickets")


@pytest.mark.parametrize("asked", ["/a", "/a/", "/a//"])
async def test_a_trailing_slash_is_the_same_route(asked: str) -> None:
    async with client() as http:
        assert (await http.get(asked)).text == "/a"
        assert (await http.post(asked, content=b"{}")).status_code == 200
        assert (await http.head(asked)).status_code == 200


async def test_the_root_stays_the_root() -> None:
    async with client() as http:
        assert (await http.get("/")).text == "/"


async def test_no_origin_is_allowed_until_one_is_set() -> None:
    async with client() as http:
        answer = await http.get("/a", headers={"Origin": "https://board.example"})
    assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize("origins", [("https://board.example",), ("*",)])
async def test_a_set_origin_may_send_keys_and_read_our_headers(origins: tuple[str, ...]) -> None:
    async with client(*origins) as http:
        preflight = await http.options(
            "/a",
            headers={
                "Origin": "https://board.example",
                "Access-Control-Request-Method": "PATCH",
                "Access-Control-Request-Headers": "x-api-key, idempotency-key, if-match",
            },
        )
        answer = await http.get("/a", headers={"Origin": "https://board.example"})
    assert preflight.status_code == 200
    assert "PATCH" in preflight.headers["access-control-allow-methods"]
    assert answer.headers["access-control-allow-origin"] in {"https://board.example", "*"}
    assert "ETag" in answer.headers["access-control-expose-headers"]
    assert "access-control-allow-credentials" not in answer.headers


async def test_another_origin_is_refused() -> None:
    async with client("https://board.example") as http:
        preflight = await http.options(
            "/a",
            headers={"Origin": "https://evil.example", "Access-Control-Request-Method": "GET"},
        )
    assert preflight.status_code == 400
    assert "access-control-allow-origin" not in preflight.headers
