"""What browsers are told with every answer, and what of a proxy is believed."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from gql_tickets.auth import DEMO_KEY
from tests.around import envelope
from tests.servers import running


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 200),
        ("GET", "/nowhere", 404),
        ("DELETE", "/healthz", 405),
        ("GET", "/api/v1/ext/orgs/acme/tickets", 200),
        ("GET", "/api/v1/ext/orgs/other/tickets", 403),
        ("POST", "/graphql", 415),
    ],
)
async def test_every_answer_says_what_it_is_not(
    client: httpx.AsyncClient, method: str, path: str, status: int
) -> None:
    answer = await client.request(method, path)
    assert answer.status_code == status
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert "strict-transport-security" not in answer.headers


async def test_a_page_is_not_framed_and_may_load_what_it_needs(client: httpx.AsyncClient) -> None:
    page = await client.get("/graphql", headers={"Accept": "text/html"})
    assert page.headers["content-type"].startswith("text/html")
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    assert page.headers["content-security-policy"] != "default-src 'none'; frame-ancestors 'none'"
    assert page.headers["x-frame-options"] == "DENY"


async def page(_request: Request) -> Response:
    return HTMLResponse("", headers={"Content-Security-Policy": "default-src 'self'"})


@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_a_policy_of_its_own_is_kept_and_hsts_is_for_tls(scheme: str) -> None:
    app = Starlette(routes=[Route("/", page)], middleware=[envelope(hsts_seconds=31_536_000)])
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url=f"{scheme}://tickets") as http:
        answer = await http.get("/")
    assert answer.headers["content-security-policy"] == "default-src 'self'"
    assert answer.headers["x-frame-options"] == "DENY"
    assert answer.headers.get("strict-transport-security") == (
        "max-age=31536000" if scheme == "https" else None
    )


@pytest.mark.parametrize("trusted", [[], ["127.0.0.1"]])
def test_a_proxy_is_believed_only_when_it_is_trusted(
    tmp_path: Path, sqlite_url: str, trusted: list[str]
) -> None:
    settings = {"trusted_proxies": trusted, "hsts_seconds": 60}
    with running(tmp_path, sqlite_url, "--demo", **settings) as server:
        answer = httpx.get(
            f"{server.url}/api/v1/ext/orgs/my-org/tickets",
            headers={
                "X-API-Key": DEMO_KEY,
                "X-Forwarded-Proto": "https",
                "X-Forwarded-For": "203.0.113.7",
            },
            timeout=30,
        )
    assert ("strict-transport-security" in answer.headers) is bool(trusted)
    assert answer.links["next"]["url"].startswith("https://" if trusted else "http://")
