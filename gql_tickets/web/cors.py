"""Which browsers may call, and what they may see (R28). No origin is allowed until one is set."""

from __future__ import annotations

from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware

_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
_READ = (
    "X-API-Key",
    "Authorization",
    "Content-Type",
    "Idempotency-Key",
    "If-Match",
    "If-None-Match",
    "X-Request-Id",
    "X-Show-Cost",
)
_SHOWN = (
    "ETag",
    "Link",
    "Location",
    "RateLimit",
    "RateLimit-Policy",
    "Retry-After",
    "WWW-Authenticate",
    "X-Board-Truncated",
    "X-Column-Counts",
    "X-Request-Id",
)
_PREFLIGHT_SECONDS = 600


def cors(origins: tuple[str, ...]) -> list[Middleware]:
    """The middleware, when there is an origin to allow. Credentials are headers, so no cookies."""
    if not origins:
        return []
    return [
        Middleware(
            CORSMiddleware,
            allow_origins=origins,
            allow_methods=_METHODS,
            allow_headers=_READ,
            expose_headers=_SHOWN,
            max_age=_PREFLIGHT_SECONDS,
        )
    ]
