"""What nobody answered is answered, without a word of the exception."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import httpx
import pytest
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from gql_tickets.app import Application
from gql_tickets.errors import Unavailable
from tests.around import around, envelope, guard

SECRET = "postgresql://tickets:hunter2@db/tickets"


async def breaks(_request: Request) -> Response:
    raise RuntimeError(SECRET)


async def teapot(_request: Request) -> Response:
    raise HTTPException(418, "short and stout")


async def database_gone(_request: Request) -> Response:
    raise Unavailable


async def sibling_cancelled(_request: Request) -> Response:
    raise asyncio.CancelledError


async def fine(_request: Request) -> Response:
    return PlainTextResponse("fine")


def client() -> httpx.AsyncClient:
    app = Application(
        routes=[
            Route("/", fine),
            Route("/breaks", breaks),
            Route("/teapot", teapot),
            Route("/gone", database_gone),
            Route("/cancelled", sibling_cancelled),
        ],
        middleware=[envelope(), guard()],
    )
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://tickets")


async def test_an_unexpected_exception_is_internal_error_and_keeps_its_text_to_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with client() as http:
        answer = await http.get("/breaks", headers={"X-Request-Id": "r-1"})
    assert answer.status_code == 500
    assert answer.json() == {
        "error": "Something went wrong on our side. Please try again.",
        "code": "INTERNAL_ERROR",
        "request_id": "r-1",
    }
    assert answer.headers["x-request-id"] == "r-1"
    assert "hunter2" not in answer.text
    [record] = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert record.exc_info is not None
    assert record.getMessage() == "GET /breaks failed unexpectedly."


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nowhere", 404, "RESOURCE_NOT_FOUND"),
        ("POST", "/", 405, "METHOD_NOT_ALLOWED"),
        ("GET", "/teapot", 418, "VALIDATION_FAILED"),
        ("GET", "/gone", 503, "UNAVAILABLE"),
        ("GET", "/cancelled", 500, "INTERNAL_ERROR"),
    ],
)
async def test_each_failure_has_the_one_shape(
    method: str, path: str, status: int, code: str
) -> None:
    async with client() as http:
        answer = await http.request(method, path)
    assert answer.status_code == status
    assert answer.json()["code"] == code
    assert list(answer.json()) == ["error", "code", "request_id"]
    assert answer.json()["request_id"] == answer.headers["x-request-id"]


async def test_a_method_not_allowed_names_those_that_are() -> None:
    async with client() as http:
        answer = await http.delete("/")
    assert set(answer.headers["allow"].split(", ")) == {"GET", "HEAD"}


async def test_an_unavailable_service_says_when_to_come_back() -> None:
    async with client() as http:
        assert (await http.get("/gone")).headers["retry-after"] == "1"


async def _run(exception: BaseException, *, begun: bool = False) -> list[str]:
    sent: list[str] = []

    async def app(_scope: Scope, _receive: Receive, send: Send) -> None:
        if begun:
            await send({"type": "http.response.start", "status": 200, "headers": []})
        raise exception

    async def receive() -> dict[str, object]:
        return {"type": "http.disconnect"}

    async def send(message: object) -> None:
        assert isinstance(message, dict)
        sent.append(message["type"])

    scope = {"type": "http", "method": "GET", "path": "/", "headers": []}
    await around(app, guard())(scope, receive, send)
    return sent


async def test_an_answer_that_has_begun_is_not_begun_again() -> None:
    assert await _run(RuntimeError(), begun=True) == ["http.response.start"]


async def test_a_client_that_left_is_not_answered(caplog: pytest.LogCaptureFixture) -> None:
    assert await _run(ClientDisconnect()) == []
    assert not caplog.records


async def test_a_request_that_is_itself_cancelled_stays_cancelled() -> None:
    async def never() -> None:
        async def app(_scope: Scope, _receive: Receive, _send: Send) -> None:
            await asyncio.sleep(60)

        async def nothing(*_: object) -> Any:
            raise AssertionError

        scope = {"type": "http", "method": "GET", "path": "/", "headers": []}
        await around(app, guard())(scope, nothing, nothing)

    task = asyncio.create_task(never())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
