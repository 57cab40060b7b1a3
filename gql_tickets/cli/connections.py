"""How the server holds connections, and ends those of slow clients, and all when it stops.

Uvicorn waits for ever for a request to arrive, and for an answer to be taken. Clients by the
thousand that send or take a byte now and then would hold what others need.

When it stops, it waits for open responses and closes WebSockets as `1012`. An event stream would be waited
for in vain, and for a WebSocket `1001` says what happens: this server is going away.
"""

from __future__ import annotations

import asyncio

from uvicorn._types import ASGI3Application, ASGISendEvent
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.exceptions import InvalidState

GOING_AWAY = 1001
GATHERED_BYTES_MAX = 65_536

_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"

SLOWEST_BYTES = 16_384
"""What a client has to take of an answer, each time that its patience lasts."""


class _Answer:
    """The way back of one answer: its head waits for what comes first of its body, and goes with it.

    ASGI wants servers to wait so. For uvicorn these are two calls of the system, each of which costs
    as much as all that a small answer passes through here.
    """

    __slots__ = ("_head", "_transport")

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._head: bytes | None = b""  # None when it is written

    def write(self, data: bytes) -> None:
        """The head, the body, or before both that the client may go on."""
        if self._head is None or data == _CONTINUE:
            self._transport.write(data)
        elif not self._head:
            self._head = data
        else:
            data, self._head = self._head + data, None
            self._transport.write(data)

    def finish(self) -> None:
        """There will be no body, if none has come."""
        if self._head:
            self._transport.write(self._head)
        self._head = None

    def close(self) -> None:
        """What was said is said."""
        self.finish()
        self._transport.close()

    def is_closing(self) -> bool:
        """Whether nobody hears it any more."""
        return self._transport.is_closing()


class HttpConnection(HttpToolsProtocol):
    """Uvicorn's, with the application's patience, and setting its `leaving` at the end (see app.py)."""

    _is_arriving = True
    _arrival: asyncio.TimerHandle | None = None
    _taking: asyncio.TimerHandle | None = None
    _answering: RequestResponseCycle | None = None
    _answer: _Answer | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Somebody connects: a request is to follow."""
        super().connection_made(transport)
        self._wait_for_request()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nobody waits any more."""
        _cancel(self._arrival)
        self._arrival = None
        _cancel(self._taking)
        self._taking = None
        if self._answering is not None:
            # Uvicorn tells the request that came last, which may stand in line behind this one.
            self._answering.disconnected = True
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """A request, or a part of one. Most are whole, and need no timer."""
        super().data_received(data)
        if self._is_arriving and self._arrival is None:
            self._wait_for_request()

    def on_message_begin(self) -> None:
        """The first byte of a request."""
        super().on_message_begin()
        self._is_arriving = True

    def on_message_complete(self) -> None:
        """The last byte of a request."""
        super().on_message_complete()
        self._is_arriving = False
        _cancel(self._arrival)
        self._arrival = None

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        self._answering = cycle
        self._answer = cycle.transport = _Answer(self.transport)  # type: ignore[assignment]
        super()._start_asgi_task(cycle, app)

    def on_response_complete(self) -> None:
        """An answer is whole: the next request may come, or is here already."""
        if self._answer is not None:
            self._answer.finish()
        super().on_response_complete()

    def pause_writing(self) -> None:
        """The client does not take what it is sent as fast as it is sent."""
        super().pause_writing()
        self._wait_for_reader()

    def resume_writing(self) -> None:
        """It has taken most of it."""
        super().resume_writing()
        _cancel(self._taking)
        self._taking = None

    def shutdown(self) -> None:
        """The server stops: finish what was asked, and nothing that has no end."""
        leaving = self.app_state.get("leaving")
        if isinstance(leaving, asyncio.Event):
            leaving.set()
        super().shutdown()

    @property
    def _patience(self) -> float:
        return float(self.app_state.get("client_seconds", 0))

    def _wait_for_request(self) -> None:
        if self._patience and not self.transport.is_closing():
            self._arrival = self.loop.call_later(self._patience, self.transport.abort)

    def _wait_for_reader(self) -> None:
        if self._patience:
            held = self.transport.get_write_buffer_size()
            self._taking = self.loop.call_later(self._patience, self._look_at_reader, held)

    def _look_at_reader(self, held: int) -> None:
        if held - self.transport.get_write_buffer_size() < SLOWEST_BYTES:
            self.transport.abort()
        else:
            self._wait_for_reader()


def _cancel(timer: asyncio.TimerHandle | None) -> None:
    """Cancel a timer, if there is one."""
    if timer is not None:
        timer.cancel()


class WebSocketConnection(WebSocketsSansIOProtocol):
    """Uvicorn's, which writes what is said in one turn of the loop at once, and ends with 1001.

    A write is a call of the system, and most of what it costs to tell a client of a change. What is
    gathered lies in `conn`, so that whatever else writes (a pong, the close) takes it along.
    """

    _gathered = 0

    async def send(self, message: ASGISendEvent) -> None:
        """As uvicorn does; texts a little later."""
        text = message.get("text") if self.handshake_complete else None
        if not isinstance(text, str) or self.close_sent or self.disconnected:
            await super().send(message)
            return
        await self.writable.wait()
        data = text.encode()
        try:
            self.conn.send_text(data)
        except InvalidState as error:  # it was closed while this waited
            raise ClientDisconnected from error
        if not self._gathered:
            self.loop.call_soon(self._write_gathered)
        self._gathered += len(data)
        if self._gathered > GATHERED_BYTES_MAX:
            self._write_gathered()

    def _write_gathered(self) -> None:
        self._gathered = 0
        if not self.disconnected and (output := self.conn.data_to_send()):
            self.transport.write(b"".join(output))

    def shutdown(self) -> None:
        """The server stops."""
        if self.handshake_complete and not self.close_sent:
            self.queue.put_nowait({"type": "websocket.disconnect", "code": GOING_AWAY})
            self.conn.send_close(GOING_AWAY)
            self.transport.write(b"".join(self.conn.data_to_send()))
            self.stop_keepalive()
            self.transport.close()
            return
        super().shutdown()
