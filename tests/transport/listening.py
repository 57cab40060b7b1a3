"""A client of streams over HTTP, in either framing, that reads each byte."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

import httpx

WITHIN_SECONDS = 30
SILENCE = "silence"
COMPLETE = "complete"

_BOUNDARY = "\r\n--graphql"
_PART = "\r\ncontent-type: application/json\r\n\r\n"

Read = tuple[Any, str] | None
"""A message and the text behind it; None while there is not enough of the text."""


def read_event(text: str) -> Read:
    """SILENCE, COMPLETE or a payload, from server-sent events."""
    event, end, rest = text.partition("\n\n")
    if not end:
        return None
    if event == ":":
        return SILENCE, rest
    if event == "event: complete\ndata: ":
        return COMPLETE, rest
    assert event.startswith("event: next\ndata: ")
    return json.loads(event.removeprefix("event: next\ndata: ")), rest


def read_part(text: str) -> Read:
    """The same from multipart. An error that ends the stream is a payload of errors alone."""
    text = text.removeprefix(_BOUNDARY)
    if text == "--\r\n":
        return COMPLETE, ""
    part, end, rest = text.partition(_BOUNDARY)
    if not end:
        return None
    assert part.startswith(_PART)
    content = json.loads(part.removeprefix(_PART))
    if content.get("payload", content) is None:
        return {"errors": content["errors"]}, rest
    return content["payload"] if content else SILENCE, rest


class Framing(NamedTuple):
    """What a client accepts, what it is answered, and how it reads that."""

    accept: str
    content_type: str
    read: Callable[[str], Read]


EVENTS = Framing("text/event-stream", "text/event-stream; charset=utf-8", read_event)
MULTIPART = Framing(
    "multipart/mixed;boundary=graphql;subscriptionSpec=1.0",
    "multipart/mixed; boundary=graphql; subscriptionSpec=1.0",
    read_part,
)


class Stream:
    """What a client hears, message by message."""

    def __init__(self, answer: httpx.Response, read: Callable[[str], Read]) -> None:
        self.answer = answer
        self._read = read
        self._chunks = answer.aiter_text()
        self._heard = ""

    async def message(self) -> Any:
        """The next payload, SILENCE or COMPLETE."""
        async with asyncio.timeout(WITHIN_SECONDS):
            while (found := self._read(self._heard)) is None:
                self._heard += await anext(self._chunks)
        message, self._heard = found
        return message

    async def next(self) -> Any:
        """The next message that is not silence."""
        while (found := await self.message()) == SILENCE:
            pass
        return found

    async def ended(self) -> bool:
        """Whether the stream has ended, and nothing followed."""
        async with asyncio.timeout(WITHIN_SECONDS):
            return [chunk async for chunk in self._chunks] == [] and not self._heard


@asynccontextmanager
async def stream(
    framing: Framing,
    url: str,
    body: dict[str, Any],
    key: str | None,
    method: str = "POST",
    **headers: str,
) -> AsyncIterator[Stream]:
    """A client that reads streams."""
    sent = {"Accept": framing.accept, **headers}
    if key is not None:
        sent["X-API-Key"] = key
    how: dict[str, Any] = {"json": body} if method == "POST" else {"params": body}
    async with (
        httpx.AsyncClient(timeout=WITHIN_SECONDS) as client,
        client.stream(method, url, headers=sent, **how) as answer,
    ):
        yield Stream(answer, framing.read)
