"""GraphQL over HTTP, to the letter: methods, media types, statuses; and GraphiQL for browsers.

`application/json` answers 200 whenever the request was well formed; a client that accepts
`application/graphql-response+json` gets 4xx for a document that was not run. Both get the statuses
of answers.py. One operation a request: no batches, no uploads. GET never writes.
"""

from __future__ import annotations

from graphql import OperationType
from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope, Send
from strawberry.types.execution import PreExecutionError

from gql_tickets.errors import ErrorCode, TicketsError
from gql_tickets.schema import Prepared, Results, Schema
from gql_tickets.transport import events
from gql_tickets.transport.answers import send_bytes, send_refusal, send_result
from gql_tickets.transport.asked import Asked, Refused, from_body, from_url
from gql_tickets.transport.callers import Caller, caller_of
from gql_tickets.transport.media import JSON, is_json, readable
from gql_tickets.transport.persisted import Persisted

ALLOWED = b"GET, HEAD, POST"
COST_HEADER = b"x-show-cost"

_NO_COST = {b"", b"0", b"false"}


class HttpDoor:
    """The ASGI application of HTTP requests."""

    def __init__(
        self,
        schema: Schema,
        persisted: Persisted,
        *,
        page: bytes | None,
        heartbeat_seconds: float,
    ) -> None:
        self._schema = schema
        self._persisted = persisted
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
        context = await caller.context(exchange.scope)
        prepared = self._prepared(asked, is_post=exchange.method == "POST")
        await caller.pay(context, prepared)
        if exchange.wants_events(prepared):
            await self._stream(exchange, self._schema.results(prepared, context), caller)
            return
        media = exchange.readable.json
        if media is None:
            raise Refused(406, "This is answered as application/json.")
        if isinstance(prepared, PreExecutionError):
            await send_result(exchange.send, prepared, media, head=exchange.is_head)
            return
        if prepared.operation.type is OperationType.SUBSCRIPTION:
            raise Refused(406, "A subscription is answered as text/event-stream.")
        result = await self._schema.run(prepared, context)
        if exchange.shows_cost:
            result.extensions = {"cost": self._schema.cost_of(prepared)}
        await send_result(exchange.send, result, media, head=exchange.is_head)

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

    async def _stream(self, exchange: Exchange, results: Results, caller: Caller) -> None:
        await events.stream(
            results,
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

    async def asked(self) -> Asked:
        """What is asked. Raises Refused."""
        if self.method == "POST":
            if not is_json(self.content_type):
                raise Refused(415, "The body must be application/json, in UTF-8.")
            return from_body(await _body(self.receive))
        if self.method in {"GET", "HEAD"}:
            return from_url(self.scope["query_string"])
        raise Refused(
            405,
            "This path answers to GET and POST.",
            code=ErrorCode.METHOD_NOT_ALLOWED,
            headers=((b"allow", ALLOWED),),
        )

    def wants_events(self, prepared: Prepared | PreExecutionError) -> bool:
        """Whether the answer is a stream: it is asked for, or it is the only way."""
        wanted = self.readable
        if not wanted.events or self.is_head:
            return False
        if wanted.events_rather or wanted.json is None:
            return True
        return (
            isinstance(prepared, Prepared) and prepared.operation.type is OperationType.SUBSCRIPTION
        )

    async def show(self, page: bytes) -> None:
        """Answer with a page."""
        await send_bytes(self.send, 200, page, b"text/html; charset=utf-8", head=self.is_head)


async def _body(receive: Receive) -> bytes:
    message = await receive()
    body: bytes = message.get("body", b"")
    if not message.get("more_body", False) and message["type"] == "http.request":
        return body
    parts = [body]
    while True:
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        if not message.get("more_body", False):
            return b"".join(parts)
        message = await receive()
        parts.append(message.get("body", b""))
