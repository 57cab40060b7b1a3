"""What is around every request: its name, notes on it, and what each answer says in its head.

One piece, where each of these could be a middleware of its own: each would look at every message,
and together they would cost more than to find a ticket by its slug.
"""

from __future__ import annotations

from time import perf_counter

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gql_tickets.observability.requests import Noted, current
from gql_tickets.web import rate_limit
from gql_tickets.web.access import Access
from gql_tickets.web.request_id import NAME, request_id
from gql_tickets.web.security_headers import SecurityHeaders


class Envelope:
    """Opens the notes that are `noted()` within the request, and hands them to `access` at its end."""

    def __init__(self, app: ASGIApp, *, access: Access, hsts_seconds: int) -> None:
        self.app = app
        self._access = access
        self._security = SecurityHeaders(hsts_seconds)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        note = Noted(request_id(scope))
        if client := scope.get("client"):
            note.client = client[0]
        security = self._security

        async def send_sealed(message: Message) -> None:
            kind = message["type"]
            if kind == "http.response.start":
                note.status = message["status"]
                headers = message["headers"] = list(message.get("headers", ()))
                security.add(headers, scope)
                rate_limit.add(headers, note)
                headers.append((NAME, note.request_id.encode()))
            elif kind == "websocket.accept":
                note.status = 101
            elif kind == "websocket.close" and not note.status:
                note.status = 403
            await send(message)

        token = current.set(note)
        started = perf_counter()
        try:
            await self.app(scope, receive, send_sealed)
        finally:
            seconds = perf_counter() - started
            current.reset(token)
            self._access.tell(scope, note, seconds)
