"""How the server ends connections: what lasts is told that the server stops, and asked to go.

Uvicorn waits for open responses and closes WebSockets as `1012`. An event stream would be waited
for in vain, and for a WebSocket `1001` says what happens: this server is going away.
"""

from __future__ import annotations

import asyncio

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

GOING_AWAY = 1001


class HttpConnection(HttpToolsProtocol):
    """Uvicorn's, which sets the application's `leaving` at the end (see app.py)."""

    def shutdown(self) -> None:
        """The server stops: finish what was asked, and nothing that has no end."""
        leaving = self.app_state.get("leaving")
        if isinstance(leaving, asyncio.Event):
            leaving.set()
        super().shutdown()


class WebSocketConnection(WebSocketsSansIOProtocol):
    """Uvicorn's, which closes with 1001 at the end."""

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
