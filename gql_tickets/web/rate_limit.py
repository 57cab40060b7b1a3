"""What answers say of the caller's budget: RateLimit, RateLimit-Policy, and Retry-After.

The syntax is that of draft-ietf-httpapi-ratelimit-headers-11: a policy of `q` points in `w`
seconds, of which `r` are left, all of them again in `t` seconds.
"""

from __future__ import annotations

import math

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gql_tickets.observability.requests import noted
from gql_tickets.service.budgets import Budget


class RateLimitHeaders:
    """Adds them as the answer starts, to answers to callers who have a budget."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_limited(message: Message) -> None:
            if message["type"] == "http.response.start":
                note = noted()
                added = []
                if isinstance(note.budget, Budget) and note.budget.limit:
                    added += headers(note.budget)
                if note.retry_after_seconds:
                    added.append((b"retry-after", b"%d" % note.retry_after_seconds))
                if added:
                    message["headers"] = [*message.get("headers", ()), *added]
            await send(message)

        await self.app(scope, receive, send_limited)


def headers(budget: Budget) -> list[tuple[bytes, bytes]]:
    """The budget as the draft has it."""
    window = math.ceil(budget.limit / budget.restore_rate)
    return [
        (b"ratelimit-policy", b'"points";q=%d;w=%d;qu="points"' % (budget.limit, window)),
        (b"ratelimit", b'"points";r=%d;t=%d' % (budget.remaining, budget.reset_seconds)),
    ]
