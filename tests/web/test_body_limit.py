"""R27: a body over the limit is 413, whether it says its length or not."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tests.around import BYTES_MAX as LIMIT
from tests.around import around, envelope, guard


async def counts(scope: Scope, receive: Receive, send: Send) -> None:
    body = await Request(scope, receive).body()
    answer: Response = PlainTextResponse(str(len(body)))
    await answer(scope, receive, send)


async def swallows(scope: Scope, receive: Receive, send: Send) -> None:
    """An application that makes a 200 of any failure to read."""
    try:
        await Request(scope, receive).body()
    except Exception:  # noqa: BLE001 - the point
        await PlainTextResponse("fine")(scope, receive, send)


def client(app: ASGIApp) -> httpx.AsyncClient:
    limited = around(app, envelope(), guard())
    return httpx.AsyncClient(transport=httpx.ASGITransport(limited), base_url="http://tickets")


async def chunks(count: int, size: int) -> AsyncIterator[bytes]:
    for _ in range(count):
        yield b"x" * size


@pytest.mark.parametrize("size", [0, 1, LIMIT])
async def test_a_body_up_to_the_limit_is_read(size: int) -> None:
    async with client(counts) as http:
        declared = await http.post("/", content=b"x" * size)
        streamed = await http.post("/", content=chunks(size, 1))
    assert (declared.status_code, declared.text) == (200, str(size))
    assert (streamed.status_code, streamed.text) == (200, str(size))


@pytest.mark.parametrize("app", [counts, swallows])
async def test_a_larger_body_is_refused_in_the_shape_of_r11(app: ASGIApp) -> None:
    async with client(app) as http:
        for content in (b"x" * (LIMIT + 1), chunks(3, LIMIT)):
            answer = await http.post("/", content=content, headers={"X-Request-Id": "me"})
            assert answer.status_code == 413
            assert answer.headers["content-type"] == "application/json"
            assert answer.json() == {
                "error": "The request body is larger than 1024 bytes.",
                "code": "PAYLOAD_TOO_LARGE",
                "request_id": "me",
            }


async def _drive(headers: list[tuple[bytes, bytes]]) -> tuple[int, int]:
    """Send an endless stream. Returns the status, and how many messages were read."""
    read = 0
    statuses: list[int] = []

    async def receive() -> Message:
        nonlocal read
        read += 1
        return {"type": "http.request", "body": b"x" * 600, "more_body": True}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    scope = {"type": "http", "method": "POST", "path": "/", "headers": headers, "state": {}}
    await around(counts, guard())(scope, receive, send)
    return statuses[0], read


async def test_nothing_is_read_past_the_limit() -> None:
    assert await _drive([]) == (413, 2)


async def test_nothing_at_all_is_read_of_a_body_that_declares_too_much() -> None:
    for declared in (b"1025", b"9" * 5_000):
        assert await _drive([(b"content-length", declared)]) == (413, 0)


@pytest.mark.parametrize("declared", [b"10", b"-1", b"many", b"\xb2", b""])
async def test_a_declared_length_that_is_a_lie_changes_nothing(declared: bytes) -> None:
    assert await _drive([(b"content-length", declared)]) == (413, 2)


async def test_other_failures_of_the_application_are_no_matter_of_size() -> None:
    async def fails(_scope: Scope, _receive: Receive, _send: Send) -> None:
        raise LookupError

    async with client(fails) as http:
        assert (await http.post("/", content=b"{}")).status_code == 500
