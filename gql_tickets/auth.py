"""Who is calling and what they may do: scopes, actors, and the form of API keys.

A key is `amk_`, 27 base62 characters of 160 random bits, and 6 of a CRC-32 over them, so that a
mistyped key is refused without asking the database. Only its SHA-256 is stored.
"""

from __future__ import annotations

import hashlib
import secrets
import string
import zlib

from msgspec import Struct

from gql_tickets.domain.vocabulary import Vocabulary
from gql_tickets.errors import ErrorCode, Forbidden, Unauthenticated

KEY_PREFIX = "amk_"
DEMO_KEY = "amk_your_api_key_here"
"""The documented example key (C2): accepted by a database that is marked as a demo, and no other."""

_ALPHABET = string.digits + string.ascii_uppercase + string.ascii_lowercase
_RANDOM_BYTES = 20
_RANDOM_LENGTH = 27
_CHECKSUM_LENGTH = 6


class Scope(Vocabulary):
    """What a credential may do (C3), spelled as REST spells it."""

    TICKETS_READ = "tickets:read"
    TICKETS_WRITE = "tickets:write"
    API_KEYS_MANAGE = "api_keys:manage"
    ORGANIZATION_MANAGE = "organization:manage"


_IMPLIED = {Scope.TICKETS_WRITE: {Scope.TICKETS_READ}}


class Actor(Struct, frozen=True):
    """The caller of a service function, bound to one organization. `key_id` is None for an operator."""

    org_id: int
    org_slug: str
    scopes: frozenset[Scope]
    key_id: str | None = None
    key_name: str | None = None
    user_id: int | None = None

    def require(self, scope: Scope) -> None:
        """Raise INSUFFICIENT_SCOPE unless the actor holds the scope, or one that includes it (R14)."""
        if scope not in self.scopes:
            raise Forbidden(
                f"This API key lacks the scope {scope.value}.",
                code=ErrorCode.INSUFFICIENT_SCOPE,
                required_scopes=(scope.value,),
            )


def with_implied(scopes: frozenset[Scope]) -> frozenset[Scope]:
    """The scopes and those that they include: `tickets:write` includes `tickets:read` (R14)."""
    return scopes.union(*(_IMPLIED.get(scope, set()) for scope in scopes))


def operator(org_id: int, org_slug: str) -> Actor:
    """Who acts from the command line: every scope, no key."""
    return Actor(org_id, org_slug, frozenset(Scope), key_name="command line")


def new_key() -> str:
    """A fresh API key of 160 random bits."""
    body = _base62(int.from_bytes(secrets.token_bytes(_RANDOM_BYTES)), _RANDOM_LENGTH)
    return KEY_PREFIX + body + _checksum(body)


def key_hash(key: str) -> bytes:
    """What is stored of a key."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()


def looks_like_key(key: str) -> bool:
    """Whether the text can be a key at all: its form and its checksum, or the demo's."""
    if key == DEMO_KEY:
        return True
    body = key[len(KEY_PREFIX) : -_CHECKSUM_LENGTH]
    return (
        key.startswith(KEY_PREFIX)
        and len(key) == len(KEY_PREFIX) + _RANDOM_LENGTH + _CHECKSUM_LENGTH
        and key.isascii()
        and key[-_CHECKSUM_LENGTH:] == _checksum(body)
    )


def read_credential(api_key: str | None, authorization: str | None) -> str:
    """The key of a request: `X-API-Key` (C2), or `Authorization: Bearer` (R14)."""
    if api_key:
        return api_key.strip()
    if authorization:
        scheme, _, token = authorization.strip().partition(" ")
        if scheme.lower() == "bearer" and token.strip():
            return token.strip()
        raise Unauthenticated("Authorization must be `Bearer amk_…`.", code=ErrorCode.INVALID_TOKEN)
    raise Unauthenticated(
        "An API key is required: send it as X-API-Key.", code=ErrorCode.AUTH_REQUIRED
    )


def _checksum(body: str) -> str:
    return _base62(zlib.crc32(body.encode()), _CHECKSUM_LENGTH)


def _base62(value: int, length: int) -> str:
    digits = []
    for _ in range(length):
        value, digit = divmod(value, 62)
        digits.append(_ALPHABET[digit])
    return "".join(reversed(digits))
