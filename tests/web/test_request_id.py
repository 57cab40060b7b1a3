"""R30: every answer is named, and a sane name given by the caller is kept."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from gql_tickets.observability.requests import noted
from tests.around import around, envelope


async def says_its_id(scope: Scope, receive: Receive, send: Send) -> None:
    answer: Response = PlainTextResponse(noted().request_id)
    await answer(scope, receive, send)


def client() -> httpx.AsyncClient:
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(around(says_its_id, envelope())), base_url="http://tickets"
    )


@pytest.mark.parametrize("given", ["a", "0b7c-4.x_Y", "x" * 128])
async def test_a_sane_id_is_echoed(given: str) -> None:
    async with client() as http:
        answer = await http.get("/", headers={"X-Request-Id": given})
    assert answer.headers["x-request-id"] == given
    assert answer.text == given


@pytest.mark.parametrize("given", [None, "", "x" * 129, "two words", "a\tb", "<b>", "a,b", "é"])
async def test_any_other_gets_a_new_one(given: str | None) -> None:
    headers = {} if given is None else {"X-Request-Id": given.encode()}
    async with client() as http:
        answer = await http.get("/", headers=headers)  # type: ignore[arg-type]
    name = answer.headers["x-request-id"]
    assert len(name) == 32
    assert answer.text == name


async def test_two_requests_have_two_ids() -> None:
    async with client() as http:
        names = {(await http.get("/")).headers["x-request-id"] for _ in range(3)}
    assert len(names) == 3


async def test_a_lifespan_passes_through_unnamed() -> None:
    scopes: list[Scope] = []

    async def app(scope: Scope, _receive: Receive, _send: Send) -> None:
        scopes.append(scope)

    async def nothing(*_: object) -> Any:
        raise AssertionError

    await around(app, envelope())({"type": "lifespan"}, nothing, nothing)
    assert scopes == [{"type": "lifespan"}]
