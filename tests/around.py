"""What the application has around every request, for applications of a test's own."""

from __future__ import annotations

from starlette.middleware import Middleware
from starlette.types import ASGIApp

from gql_tickets.observability.logs import request_log
from gql_tickets.web.access import Access
from gql_tickets.web.envelope import Envelope
from gql_tickets.web.guard import Guard
from gql_tickets.web.lifecycle import Lifecycle

BYTES_MAX = 1024


def envelope(*, hsts_seconds: int = 0) -> Middleware:
    """An envelope that tells nobody of the requests."""
    access = Access(
        log=request_log("info", "json"), access_log=False, slow_ms=0, metrics=None, doors={}
    )
    return Middleware(Envelope, access=access, hsts_seconds=hsts_seconds)


def guard(
    *, lifecycle: Lifecycle | None = None, seconds: float = 0, bytes_max: int = BYTES_MAX
) -> Middleware:
    """A guard that gives requests all the time they need, and bodies a kibibyte."""
    lifecycle = lifecycle or Lifecycle(drain_seconds=0)
    return Middleware(Guard, lifecycle=lifecycle, seconds=seconds, bytes_max=bytes_max)


def around(app: ASGIApp, *middleware: Middleware) -> ASGIApp:
    """The application with some of it around, the first outermost."""
    for cls, args, kwargs in reversed(middleware):
        app = cls(app, *args, **kwargs)
    return app
