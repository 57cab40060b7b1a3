"""GraphQL over HTTP, to the letter: methods, media types, statuses; and GraphiQL for browsers.

`application/json` answers 200 whenever the request was well formed; a client that accepts
`application/graphql-response+json` gets 4xx for a document that was not run. Both get the statuses
of answers.py. No uploads. GET never writes.
"""

from __future__ import annotations

from graphql import OperationType
from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope, Send
from strawberry.types.execution import PreExecutionError

from gql_tickets.errors import ErrorCode, TicketsError
from gql_tickets.schema import Prepared, Results, Schema
from gql_tickets.transport.answers import send_bytes, send_payload, send_refusal, send_result
from gql_tickets.transport.asked import Asked, Refused, from_body, from_url
from gql_tickets.transport.batches import Batches
from gql_tickets.transport.callers import Caller, caller_of
from gql_tickets.transport.events import EVENT_STREAM
from gql_tickets.transport.media import EVENTS, JSON, SUBSCRIPTION, is_json, readable
from gql_tickets.transport.multipart import MULTIPART
from gql_tickets.transport.persisted import Persisted
from gql_tickets.transport.streams import Framing, stream
from gql_tickets.web import bodies

ALLOWED = b"GET, HEAD, POST"
COST_HEADER = b"x-show-cost"

_NO_COST = {b"", b"0", b"false"}
_FRAMINGS = {EVENTS: EVENT_STREAM, SUBSCRIPTION: MULTIPART}


class HttpDoor:
    """The ASGI application of HTTP requests."""

    def __init__(
        self,
        schema: Schema,
        persisted: Persisted,
        *,
        page: bytes | None,
        heartbeat_seconds: float,
        batch_max: int,
    ) -> None:
        self._schema = schema
        self._persisted = persisted
        self._batches = Batches(schema, persisted, batch_max)
        self._page = page
        self._heartbeat_seconds = heartbeat_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        exchange = Exchange(scope, receive, send)
        try:
            if self._page is not None and exchange.is_visit:
                await exchange.show(self._page)
            elif exchange.is_visit:
                raise Refused(
                    404,
                    "GraphiQL is switched off here. Programs send their documents by POST.",
                    code=ErrorCode.RESOURCE_NOT_FOUND,
                )
            else:
                await self._answer(exchange)
        except ClientDisconnect:
            return
        except TicketsError as error:
            media = exchange.readable.json or JSON
            await send_refusal(send, error, media, head=exchange.is_head)

    async def _answer(self, exchange: Exchange) -> None:
        asked = await exchange.asked()
        caller = caller_of(exchange.scope)
        if isinstance(asked, list):
            await self._answer_batch(exchange, asked, caller)
            return
        context = await caller.context()
        prepared = self._prepared(asked, is_post=exchange.method == "POST")
        if isinstance(prepared, Prepared):
            await caller.pay(context, prepared.cost)
        if framing := exchange.framing(prepared):
            await self._stream(exchange, self._schema.results(prepared, context), framing, caller)
            return
        media = exchange.media
        if isinstance(prepared, PreExecutionError):
            await send_result(exchange.send, prepared, media, head=exchange.is_head)
            return
        if prepared.operation.type is OperationType.SUBSCRIPTION:
            raise Refused(
                406,
                "A subscription is answered as text/event-stream, or as Apollo's multipart/mixed.",
            )
        result = await self._schema.run(prepared, context)
        if exchange.shows_cost:
            result.extensions = {"cost": self._schema.cost_of(prepared)}
        await send_result(exchange.send, result, media, head=exchange.is_head)

    async def _answer_batch(self, exchange: Exchange, asked: list[Asked], caller: Caller) -> None:
        media = exchange.media
        self._batches.check(asked)
        context = await caller.context()
        batch = self._batches.read(asked)
        runnable = [each for each in batch if isinstance(each, Prepared)]
        if too_much := self._schema.refused_together(runnable):
            await send_result(exchange.send, too_much, media, head=False)
            return
        await caller.pay(context, sum(each.cost for each in runnable))
        payloads = await self._batches.run(batch, context, shows_cost=exchange.shows_cost)
        await send_payload(exchange.send, 200, payloads, media, head=False)

    def _prepared(self, asked: Asked, *, is_post: bool) -> Prepared | PreExecutionError:
        text = self._persisted.text(asked)
        prepared = self._schema.prepare(text, asked.variables, asked.operation_name)
        if (
            not is_post
            and isinstance(prepared, Prepared)
            and prepared.operation.type is OperationType.MUTATION
        ):
            raise Refused(
                405,
                "A mutation is sent by POST.",
                code=ErrorCode.METHOD_NOT_ALLOWED,
                headers=((b"allow", b"POST"),),
            )
        return prepared

    async def _stream(
        self, exchange: Exchange, results: Results, framing: Framing, caller: Caller
    ) -> None:
        await stream(
            results,
            framing,
            exchange.receive,
            exchange.send,
            heartbeat_seconds=self._heartbeat_seconds,
            refused=caller.refused,
            leaving=exchange.scope.get("state", {}).get("leaving"),
        )


class Exchange:
    """One request and the way back: its headers looked at once."""

    __slots__ = (
        "content_type",
        "is_head",
        "method",
        "readable",
        "receive",
        "scope",
        "send",
        "shows_cost",
    )

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        accept = content_type = show_cost = b""
        for name, value in scope["headers"]:
            if name == b"accept":
                accept = accept + b"," + value if accept else value
            elif name == b"content-type":
                content_type = value
            elif name == COST_HEADER:
                show_cost = value
        self.scope = scope
        self.receive = receive
        self.send = send
        self.method: str = scope["method"]
        self.is_head = self.method == "HEAD"
        self.content_type = content_type
        self.readable = readable(accept)
        self.shows_cost = show_cost.lower() not in _NO_COST

    @property
    def is_visit(self) -> bool:
        """Whether it is a browser whose user opened the address, and asks for no document."""
        return (
            self.readable.html
            and self.method in {"GET", "HEAD"}
            and b"query=" not in self.scope["query_string"]
        )

    @property
    def media(self) -> bytes:
        """The kind of JSON to answer with. Raises Refused."""
        if self.readable.json is None:
            raise Refused(406, "This is answered as application/json.")
        return self.readable.json

    async def asked(self) -> Asked | list[Asked]:
        """What is asked, or all that a batch asks. Raises Refused."""
        if self.method == "POST":
            if not is_json(self.content_type):
                raise Refused(415, "The body must be application/json, in UTF-8.")
            return from_body(await bodies.whole(self.receive))
        if self.method in {"GET", "HEAD"}:
            return from_url(self.scope["query_string"])
        raise Refused(
            405,
            "This path answers to GET and POST.",
            code=ErrorCode.METHOD_NOT_ALLOWED,
            headers=((b"allow", ALLOWED),),
        )

    def framing(self, prepared: Prepared | PreExecutionError) -> Framing | None:
        """How to stream the answer, when a stream is asked for or is the only way."""
        wanted = self.readable
        if wanted.stream is None or self.is_head:
            return None
        if (
            wanted.stream_rather
            or wanted.json is None
            or (
                isinstance(prepared, Prepared)
                and prepared.operation.type is OperationType.SUBSCRIPTION
            )
        ):
            return _FRAMINGS[wanted.stream]
        return None

    async def show(self, page: bytes) -> None:
        """Answer with a page."""
        await send_bytes(self.send, 200, page, b"text/html; charset=utf-8", head=self.is_head)
