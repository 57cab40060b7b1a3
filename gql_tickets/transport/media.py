"""Which media type a client can read, and which it sends. Headers repeat, so verdicts are kept."""

from __future__ import annotations

from functools import lru_cache

from msgspec import Struct

JSON = b"application/json"
RESPONSE = b"application/graphql-response+json"
EVENTS = b"text/event-stream"
HTML = b"text/html"

_HEADERS_KEPT = 512


class Readable(Struct, frozen=True):
    """What a client accepts: the kind of JSON to answer with, if any, and whether it reads these."""

    json: bytes | None
    events: bool
    events_rather: bool
    html: bool


@lru_cache(_HEADERS_KEPT)
def readable(accept: bytes) -> Readable:
    """The verdict on an Accept header; without one a client is taken to read application/json."""
    ranges = _ranges(accept) if accept.strip() else {JSON: 1.0}
    wildcard = ranges.get(b"application/*", ranges.get(b"*/*", 0.0))
    plain = ranges.get(JSON, wildcard)
    # Only who names it knows how to read its statuses.
    modern = ranges.get(RESPONSE, 0.0)
    events = ranges.get(EVENTS, 0.0)
    html = ranges.get(HTML, 0.0)
    json = None if not plain and not modern else RESPONSE if modern >= plain else JSON
    best = max(plain, modern)
    return Readable(json, events > 0, events > best, html > 0 and html >= best)


@lru_cache(_HEADERS_KEPT)
def is_json(content_type: bytes) -> bool:
    """Whether a body of this Content-Type is JSON in UTF-8."""
    kind, _, parameters = content_type.partition(b";")
    if kind.strip().lower() != JSON:
        return False
    for parameter in parameters.lower().split(b";"):
        name, _, value = parameter.partition(b"=")
        if name.strip() == b"charset" and value.strip(b' "\t') not in {b"utf-8", b"utf8"}:
            return False
    return True


def _ranges(accept: bytes) -> dict[bytes, float]:
    """Each range with its quality; what cannot be read as a quality is 0."""
    found: dict[bytes, float] = {}
    for part in accept.split(b","):
        kind, *parameters = part.split(b";")
        quality = 1.0
        for parameter in parameters:
            name, _, value = parameter.partition(b"=")
            if name.strip().lower() == b"q":
                try:
                    quality = float(value)
                except ValueError:
                    quality = 0.0
        found[kind.strip().lower()] = quality
    return found
