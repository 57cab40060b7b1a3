"""What every answer tells a browser: not to guess types, not to be framed, to send no referrer.

A page that brings a Content-Security-Policy of its own keeps it.
"""

from __future__ import annotations

from starlette.types import Scope

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
    """`hsts_seconds` is for answers that went over TLS; 0 for none."""

    def __init__(self, hsts_seconds: int) -> None:
        self._hsts: tuple[Header, ...] = ()
        if hsts_seconds:
            self._hsts = ((b"strict-transport-security", b"max-age=%d" % hsts_seconds),)

    def add(self, headers: list[Header], scope: Scope) -> None:
        """Add to the headers of an answer what is not among them."""
        headers += _added(headers)
        if scope["scheme"] == "https":
            headers += self._hsts


def _added(given: list[Header]) -> tuple[Header, ...]:
    added = _DATA
    for name, value in given:
        if name == _POLICY:
            return _OWN_POLICY
        if name == b"content-type" and value.startswith(b"text/html"):
            added = _PAGE
    return added
