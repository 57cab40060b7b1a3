"""Uvicorn's server and supervisor, stopping in an order that breaks no answer.

    SIGTERM        not ready; everybody is still answered, and told to close the connection
    drain_seconds  no new connections; those that knocked before are let in
    1 s more       whoever is connected may say what they came to say
    then           what is idle is closed, what runs is waited for, up to 10 s after the signal

Without the first step, requests would meet connections as they close, and a connection that waits
to be accepted would be thrown away with the listener. SIGINT, from a terminal, skips the waits.
"""

from __future__ import annotations

import asyncio
import gc
import signal
import socket
from collections.abc import Callable, Sequence
from types import FrameType

import uvicorn
from uvicorn.supervisors import multiprocess

from gql_tickets.web.lifecycle import STOP_SECONDS, Lifecycle

STRAGGLERS_SECONDS = 1.0
TICK_SECONDS = 0.02
YOUNG_OBJECTS_MAX = 10_000


class Server(uvicorn.Server):
    """One process that answers."""

    is_in_haste = False

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """A signal to stop."""
        self.is_in_haste = self.is_in_haste or sig == signal.SIGINT
        super().handle_exit(sig, frame)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and leave what stays for good out of every collection of garbage to come.

        Schema, statements and modules are over a hundred thousand objects: walking them
        again and again is the longest pause that a request could meet. And a crowd of
        subscribers that hears of a change makes many objects for a moment, none of them garbage.
        """
        await super().startup(sockets)
        gc.set_threshold(YOUNG_OBJECTS_MAX, *gc.get_threshold()[1:])
        gc.collect()
        gc.freeze()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop, in order."""
        lifecycle: Lifecycle = self.lifespan.state["lifecycle"]
        loop = asyncio.get_running_loop()
        end = loop.time() + STOP_SECONDS
        lifecycle.drain()
        await self._wait(lifecycle.drain_seconds, lambda: False)
        await self._close_listeners(sockets or ())
        self.lifespan.state["leaving"].set()
        await self._wait(STRAGGLERS_SECONDS, lambda: not self.server_state.connections)
        self.config.timeout_graceful_shutdown = max(1, int(end - loop.time()))
        await super().shutdown(sockets)

    async def _wait(self, seconds: float, is_over: Callable[[], bool]) -> None:
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        # Neither connections nor signals have an event of asyncio's to wait for.
        while loop.time() < end and not is_over() and not self.is_in_haste:  # noqa: ASYNC110
            await asyncio.sleep(TICK_SECONDS)

    async def _close_listeners(self, sockets: Sequence[socket.socket]) -> None:
        # The copies keep the kernel's queue alive while nothing is taken from it.
        copies = [listener.dup() for listener in sockets]
        for server in self.servers:
            server.close()
        for listener in sockets:
            listener.close()
        for copy in copies:
            copy.setblocking(False)
            with copy:
                await self._let_in(copy)

    async def _let_in(self, listener: socket.socket) -> None:
        """Everybody who has knocked by now."""
        waiting = []
        while True:
            try:
                waiting.append(listener.accept()[0])
            except (BlockingIOError, InterruptedError):
                break
            except ConnectionError:
                continue
        listener.close()
        loop = asyncio.get_running_loop()
        for connection in waiting:
            connection.setblocking(False)
            await loop.connect_accepted_socket(self._protocol, connection)

    def _protocol(self) -> asyncio.Protocol:
        return self.config.http_protocol_class(  # type: ignore[call-arg]
            config=self.config, server_state=self.server_state, app_state=self.lifespan.state
        )


class Worker(multiprocess.Process):
    """A worker that runs our server."""

    @property
    def server(self) -> uvicorn.Server:
        """Made when the worker has started."""
        if self._server is None:
            self._server = Server(config=self.config)
        return self._server


class Supervisor(multiprocess.Multiprocess):
    """Runs several workers, and leaves the listener to them when it is told to stop."""

    def run(self) -> None:
        """Until it is told to stop."""
        # The supervisor looks for its workers' class where it stands.
        multiprocess.Process = Worker  # type: ignore[misc]
        super().run()

    def terminate_all(self) -> None:
        """The last worker to close the listener ends it; nobody may knock at ours meanwhile."""
        for listener in self.sockets:
            listener.close()
        super().terminate_all()
