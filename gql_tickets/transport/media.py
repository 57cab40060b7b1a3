"""Which media type a client can read, and which it sends. Headers repeat, so verdicts are kept."""

from __future__ import annotations

from functools import lru_cache

from msgspec import Struct

JSON = b"application/json"
RESPONSE = b"application/graphql-response+json"
EVENTS = b"text/event-stream"
SUBSCRIPTION = b"multipart/mixed;subscriptionspec=1.0"
HTML = b"text/html"

_HEADERS_KEPT = 512


class Readable(Struct, frozen=True):
    """What a client accepts: the kinds of JSON and of stream to answer with, if any, and pages."""

    json: bytes | None
    stream: bytes | None
    stream_rather: bool
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
    parts = ranges.get(SUBSCRIPTION, 0.0)
    stream = None if not events and not parts else EVENTS if events >= parts else SUBSCRIPTION
    html = ranges.get(HTML, 0.0)
    json = None if not plain and not modern else RESPONSE if modern >= plain else JSON
    best = max(plain, modern)
    return Readable(json, stream, max(events, parts) > best, html > 0 and html >= best)


@lru_cache(_HEADERS_KEPT)
def is_json(content_type: bytes) -> bool:
    """Whether a body of this Content-Type is JSON in UTF-8."""
    kind, _, parameters = content_type.partition(b";")
    if kind.strip().lower() != JSON:
        return False
    given = dict(_parameter(each) for each in parameters.lower().split(b";"))
    return given.get(b"charset", b"utf-8") in {b"utf-8", b"utf8"}


def _ranges(accept: bytes) -> dict[bytes, float]:
    """Each range with its quality; what cannot be read as a quality is 0."""
    found: dict[bytes, float] = {}
    for part in accept.lower().split(b","):
        kind, *parameters = part.split(b";")
        given = dict(_parameter(each) for each in parameters)
        try:
            quality = float(given.get(b"q", 1.0))
        except ValueError:
            quality = 0.0
        kind = kind.strip()
        if kind == b"multipart/mixed" and given.get(b"subscriptionspec") == b"1.0":
            kind = SUBSCRIPTION
        found[kind] = quality
    return found


def _parameter(text: bytes) -> tuple[bytes, bytes]:
    name, _, value = text.partition(b"=")
    return name.strip(), value.strip(b' "\t')
