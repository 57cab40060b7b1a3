"""WebSockets: the protocol graphql-transport-ws, and no other.

A socket says `connection_init` within some seconds, may name its key there (or in the headers of
its upgrade), and then holds a bounded number of operations. What breaks the protocol closes it:

    4400 a frame that is none of ours       4403 the key is no good, or no longer
    4401 an operation before the init       4408 no init in time
    4406 another protocol                   4409 an id that is in use
    4429 a second init                      1001 the server stops
    1013 the database is away, try again
"""

from __future__ import annotations

import asyncio
import logging
from contextlib import aclosing
from typing import Any

import msgspec
from starlette.types import Receive, Scope, Send
from strawberry.types import ExecutionResult
from strawberry.types.execution import PreExecutionError

from gql_tickets.errors import ErrorCode, TicketsError, Unavailable
from gql_tickets.schema import Prepared, Schema
from gql_tickets.transport.answers import encode, error_payload, payload_of
from gql_tickets.transport.asked import from_value
from gql_tickets.transport.callers import Caller, caller_of
from gql_tickets.transport.origins import Origins
from gql_tickets.transport.persisted import Persisted

PROTOCOL = "graphql-transport-ws"
REASON_BYTES_MAX = 123

logger = logging.getLogger(__name__)


class Frame(msgspec.Struct):
    """A message of the client."""

    type: str
    id: str | None = None
    payload: Any = None


_decode = msgspec.json.Decoder(Frame).decode


class Closed(Exception):
    """The socket is to be closed, with a code of the protocol."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class WebSocketDoor:
    """The ASGI application of WebSockets."""

    def __init__(
        self,
        schema: Schema,
        persisted: Persisted,
        origins: Origins,
        *,
        operations_max: int,
        init_seconds: float,
    ) -> None:
        self.schema = schema
        self.persisted = persisted
        self.operations_max = operations_max
        self.init_seconds = init_seconds
        self._origins = origins
        self._last: tuple[object, msgspec.Raw] = (None, msgspec.Raw(b"null"))

    def payload(self, result: ExecutionResult) -> dict[str, Any]:
        """The payload of a result. Data that many sockets are told of in a row is written once."""
        if result.errors or result.extensions or result.data is None:
            return payload_of(result)
        if self._last[0] is not result.data:
            self._last = (result.data, msgspec.Raw(encode(result.data)))
        return {"data": self._last[1]}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hold one socket until it closes."""
        await receive()  # websocket.connect
        if not self._origins.may_connect(scope):
            await send({"type": "websocket.close", "code": 1008, "reason": "Foreign origin"})
            return
        if PROTOCOL not in scope["subprotocols"]:
            await send({"type": "websocket.accept"})
            await send(_closing(4406, f"Subprotocol not acceptable: speak {PROTOCOL}"))
            return
        await send({"type": "websocket.accept", "subprotocol": PROTOCOL})
        await Socket(self, scope, receive, send).hold()


class Socket:
    """One open socket and its operations."""

    def __init__(self, door: WebSocketDoor, scope: Scope, receive: Receive, send: Send) -> None:
        self._door = door
        self._scope = scope
        self._receive = receive
        self._send = send
        self._caller: Caller | None = None
        self._operations: dict[str, asyncio.Task[None]] = {}
        self._recheck: asyncio.Task[None] | None = None
        self._is_open = True

    async def hold(self) -> None:
        """Take messages until the socket closes; then end what it began."""
        try:
            async with asyncio.timeout(self._door.init_seconds) as patience:
                await self._converse(patience)
        except TimeoutError:
            await self._close(4408, "Connection initialisation timeout")
        except Closed as closed:
            await self._close(closed.code, closed.reason)
        finally:
            self._is_open = False
            await self._end()

    async def _converse(self, patience: asyncio.Timeout) -> None:
        while True:
            message = await self._receive()
            if message["type"] == "websocket.disconnect":
                return
            frame = _frame(message)
            if frame.type == "subscribe":
                await self._subscribe(frame)
            elif frame.type == "complete":
                self._complete(frame)
            elif frame.type == "ping":
                await self._say({"type": "pong"})
            elif frame.type == "connection_init":
                await self._init(frame)
                patience.reschedule(None)
            elif frame.type != "pong":
                raise Closed(4400, "Unknown message type")

    async def _init(self, frame: Frame) -> None:
        if self._caller is not None:
            raise Closed(4429, "Too many initialisation requests")
        if frame.payload is not None and not isinstance(frame.payload, dict):
            raise Closed(4400, "The payload of connection_init must be an object")
        caller = caller_of(self._scope, frame.payload)
        try:
            await caller.actor()
        except TicketsError as error:
            raise _unwelcome(error) from error
        self._caller = caller
        await self._say({"type": "connection_ack"})

    async def _subscribe(self, frame: Frame) -> None:
        if self._caller is None:
            raise Closed(4401, "Unauthorized")
        if not frame.id or not isinstance(frame.payload, dict):
            raise Closed(4400, "subscribe needs an id, and a payload that is an object")
        if frame.id in self._operations:
            raise Closed(4409, f"Subscriber for {frame.id} already exists")
        if len(self._operations) >= self._door.operations_max:
            await self._refuse(frame.id, _too_many(self._door.operations_max))
            return
        self._operations[frame.id] = asyncio.create_task(
            self._operate(frame.id, frame.payload, self._caller)
        )
        if self._recheck is None:
            self._recheck = asyncio.create_task(self._watch(self._caller))

    def _complete(self, frame: Frame) -> None:
        if not frame.id:
            raise Closed(4400, "complete needs an id")
        operation = self._operations.pop(frame.id, None)
        if operation is not None:
            operation.cancel()

    async def _operate(self, id: str, payload: dict[str, Any], caller: Caller) -> None:
        try:
            asked = from_value(payload)
            text = self._door.persisted.text(asked)
            context = await caller.context()
            prepared = self._door.schema.prepare(text, asked.variables, asked.operation_name)
            if isinstance(prepared, Prepared):
                await caller.pay(context, prepared.cost)
            async with aclosing(self._door.schema.results(prepared, context)) as results:
                async for result in results:
                    if isinstance(result, PreExecutionError):
                        await self._refuse(id, payload_of(result)["errors"])
                        return
                    payload = self._door.payload(result)
                    await self._say({"id": id, "type": "next", "payload": payload})
            # Gone before the last word, so that the client may use the id again at once.
            self._forget(id)
            await self._say({"id": id, "type": "complete"})
        except TicketsError as error:
            await self._refuse(id, [error_payload(error)])
        except Exception:
            logger.exception("An operation of a WebSocket failed unexpectedly.")
            await self._refuse(id, [_FAULT])
        finally:
            self._forget(id)

    async def _refuse(self, id: str, errors: list[Any]) -> None:
        self._forget(id)
        await self._say({"id": id, "type": "error", "payload": errors})

    def _forget(self, id: str) -> None:
        if self._operations.get(id) is asyncio.current_task():
            del self._operations[id]
        if not self._operations and self._recheck is not None:
            self._recheck.cancel()
            self._recheck = None

    async def _watch(self, caller: Caller) -> None:
        """End the operations of a caller whose key is no longer good."""
        error = await caller.refused()
        self._recheck = None  # the last of the operations would cancel it
        operations, self._operations = self._operations, {}
        for id, operation in operations.items():
            operation.cancel()
            await self._say({"id": id, "type": "error", "payload": [error_payload(error)]})
        closed = _unwelcome(error)
        await self._close(closed.code, closed.reason)

    async def _end(self) -> None:
        tasks = list(self._operations.values())
        if self._recheck is not None:
            tasks.append(self._recheck)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _say(self, message: dict[str, Any]) -> None:
        await self._tell({"type": "websocket.send", "text": encode(message).decode()})

    async def _close(self, code: int, reason: str) -> None:
        await self._tell(_closing(code, reason))
        self._is_open = False

    async def _tell(self, event: dict[str, Any]) -> None:
        if not self._is_open:
            return
        try:
            await self._send(event)
        except OSError:  # the client is gone, and the next message received will say so
            self._is_open = False


def _frame(message: Any) -> Frame:
    text = message.get("text")
    if text is None:
        raise Closed(4400, "Messages are text")
    try:
        return _decode(text)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise Closed(4400, "Messages are JSON objects of graphql-transport-ws") from error


def _closing(code: int, reason: str) -> dict[str, Any]:
    fitting = reason.encode()[:REASON_BYTES_MAX].decode(errors="ignore")
    return {"type": "websocket.close", "code": code, "reason": fitting}


def _unwelcome(error: TicketsError) -> Closed:
    code = 1013 if isinstance(error, Unavailable) else 4403
    return Closed(code, f"{error.code.value}: {error.message}")


def _too_many(operations_max: int) -> list[Any]:
    message = f"More than {operations_max} operations at once on one socket."
    return [{"message": message, "extensions": {"code": ErrorCode.LIMIT_EXCEEDED.value}}]


_FAULT = {
    "message": "Something went wrong on our side.",
    "extensions": {"code": ErrorCode.INTERNAL_ERROR.value},
}
