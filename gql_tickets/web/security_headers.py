"""What every answer tells a browser: not to guess types, not to be framed, to send no referrer.

A page that brings a Content-Security-Policy of its own keeps it.
"""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send

Header = tuple[bytes, bytes]

_POLICY = b"content-security-policy"
_ALWAYS: tuple[Header, ...] = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
)
_DATA: tuple[Header, ...] = (
    *_ALWAYS,
    (_POLICY, b"default-src 'none'; frame-ancestors 'none'"),
)
_OWN_POLICY: tuple[Header, ...] = (*_ALWAYS, (b"x-frame-options", b"DENY"))
_PAGE: tuple[Header, ...] = (
    *_OWN_POLICY,
    (_POLICY, b"frame-ancestors 'none'"),
)


class SecurityHeaders:
    """Adds them as the answer starts. `hsts_seconds` is for answers that went over TLS; 0 for none."""

    def __init__(self, app: ASGIApp, *, hsts_seconds: int) -> None:
        self.app = app
        self._hsts: tuple[Header, ...] = ()
        if hsts_seconds:
            self._hsts = ((b"strict-transport-security", b"max-age=%d" % hsts_seconds),)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        hsts = self._hsts if scope["scheme"] == "https" else ()

        async def send_secured(message: Message) -> None:
            if message["type"] == "http.response.start":
                given: list[Header] = list(message.get("headers", ()))
                message["headers"] = [*given, *_added(given), *hsts]
            await send(message)

        await self.app(scope, receive, send_secured)


def _added(given: list[Header]) -> tuple[Header, ...]:
    added = _DATA
    for name, value in given:
        if name == _POLICY:
            return _OWN_POLICY
        if name == b"content-type" and value.startswith(b"text/html"):
            added = _PAGE
    return added
