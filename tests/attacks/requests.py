"""Requests that somebody sends to break the service, or to make it work for nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec import Struct

REST = "/api/v1/ext/orgs/acme/tickets"
JSON = {"Content-Type": "application/json"}


class Attack(Struct, frozen=True):
    """A request; what httpx would not send is in tests/attacks/raw.py."""

    name: str
    method: str
    path: str
    body: bytes = b""
    headers: dict[str, str] = {}


def attacks() -> list[Attack]:
    """All of them."""
    return [*_documents(), *_variables(), *_bodies(), *_odd_requests(), *_rest()]


def _posted(name: str, query: str, **rest: Any) -> Attack:
    return Attack(
        name, "POST", "/graphql", msgspec.json.encode({"query": query, **rest}), dict(JSON)
    )


def _documents() -> Iterator[Attack]:
    create = 'ticketCreate(input: {title: "x"}) { ticket { id } }'
    doubled = " ".join(f"fragment f{n} on Ticket {{ ...f{n + 1} ...f{n + 1} }}" for n in range(20))
    nested = '{ ticket(ref: {slug: "AM-1"}) ' + "{ parent " * 200 + "{ id }" + " }" * 201
    merging = "{ tickets " + "{ nodes { id } nodes { id slug } " * 200 + "}" * 201
    texts = {
        "aliases": "{ " + " ".join(f"a{n}: viewer {{ scopes }}" for n in range(1_000)) + " }",
        "700 mutations": "mutation { " + " ".join(f"a{n}: {create}" for n in range(700)) + " }",
        "depth": nested,
        "doubling fragments": "{ tickets { nodes { ...f0 } } } "
        + doubled
        + " fragment f20 on Ticket { id }",
        "circular fragments": "{ ...a } fragment a on Query { ...b } fragment b on Query { ...a }",
        "10,000 directives": "{ viewer " + "@skip(if: false) " * 10_000 + "{ scopes } }",
        "unknown directives": "{ viewer " + "@a " * 5_000 + "{ scopes } }",
        "10,000 fields": "{ viewer { " + "scopes " * 10_000 + "} }",
        "merging": merging,
        "large literal": '{ ticket(ref: {slug: "' + "a" * 200_000 + '"}) { id } }',
        "block string": '{ ticket(ref: {slug: """' + '\\"""' * 20_000 + '"""}) { id } }',
        "open block string": '{ ticket(ref: {slug: """' + "\n " * 20_000,
        "open string": '{ ticket(ref: {slug: "a',
        "list literal": "{ nodes(ids: [" + '"a",' * 20_000 + "]) { id } }",
        "nested lists": "{ nodes(ids: " + "[" * 20_000 + "]" * 20_000 + ") { id } }",
        "nested objects": "{ tickets(filter: " + "{not: " * 10_000 + "}" * 10_000 + ") { totalCount } }",
        "nested filters": "{ tickets(filter: " + "{not: " * 300 + "{}" + "}" * 300 + ") { totalCount } }",
        "open braces": "{" * 100_000,
        "comments": "#" * 100_000 + "\n{ viewer { scopes } }",
        "commas": "," * 100_000 + "{ viewer { scopes } }",
        "many operations": " ".join(f"query q{n} {{ viewer {{ scopes }} }}" for n in range(2_000)),
        "same name twice": "query a { viewer { scopes } } query a { viewer { scopes } }",
        "many variables": "query(" + " ".join(f"$v{n}: Int" for n in range(5_000)) + ") { syncCursor }",
        "deep variable type": "query($v: " + "[" * 5_000 + "Int" + "]" * 5_000 + ") { syncCursor }",
        "huge integer": "{ tickets(first: " + "9" * 50_000 + ") { totalCount } }",
        "huge exponent": "{ tickets(first: 1e999999999) { totalCount } }",
        "2^31": "{ tickets(first: 2147483648) { totalCount } }",
        "largest page": "{ tickets(first: 2147483647) { nodes { children(first: 2147483647) { nodes { id } } } } }",
        "negative page": "{ tickets(first: -1) { totalCount } }",
        "pages of pages": "{ tickets(first: 250) { nodes { children(first: 250) { nodes { children(first: 250) { nodes { id } } } } } } }",
        "offset": "{ tickets(offset: 2147483647) { totalCount } }",
        "introspection, deep": "{ __schema { types " + "{ fields { type " * 30 + "{ name }" + "} } " * 30 + "} }",
        "introspection, often": "{ " + " ".join(f"a{n}: __schema {{ types {{ name }} }}" for n in range(200)) + " }",
        "__typename, often": "{ " + "__typename " * 20_000 + "}",
        "unknown fields": "{ " + " ".join(f"nothing{n}" for n in range(1_000)) + " }",
        "long name": "{ " + "a" * 100_000 + " }",
        "NUL": "{ viewer { scopes } \0 }",
        "byte order mark": "\ufeff{ viewer { scopes } }",
        "other digits": "{ tickets(first: ٣) { totalCount } }",
        "half a pair": '{ ticket(ref: {slug: "\\uD800"}) { id } }',
        "empty": "",
        "a type definition": "type Query { a: Int }",
        "two subscriptions": "subscription { ticketChanged { slug } b: ticketChanged { slug } }",
        "boolean for integer": "{ tickets(first: true) { totalCount } }",
        "everything twice in a ref": '{ ticket(ref: {id: "a", slug: "b"}) { id } }',
        "no ref": "{ ticket(ref: {}) { id } }",
        "cursor of nothing": '{ tickets(after: "////") { totalCount } }',
        "cursor of brackets": '{ tickets(after: "' + "W1tb" * 5_000 + '") { totalCount } }',
        "position of nothing": '{ ticketChanges(since: "YzEuOTk5OTk5OTk5OTk5OTk5OTk5OTkuMQ") { hasMore } }',
        "node of nothing": '{ node(id: "VGlja2V0OjE6OTk5OTk5OTk5OTk5") { id } }',
    }  # fmt: skip
    for name, text in texts.items():
        yield _posted(name, text)
    yield _posted("unknown operation", "query a { viewer { scopes } }", operationName="b")
    yield _posted(
        "long operation name", "query a { viewer { scopes } }", operationName="b" * 100_000
    )


SEARCHES = ['"', '"""', "*" * 1_000, "-" * 1_000, "- -a --b", "a " * 5_000, "a* " * 500, "(" * 1_000,
     "a | b & !c <-> d:*", "%_\\", "\0", "\\0", "NEAR(a b)", "a:b", "{a}", "'; DROP TABLE tickets; --",
     "\u202e\ufffe\u0000", "ﷺ" * 1_000]  # fmt: skip


def _variables() -> Iterator[Attack]:
    search = "query($t: String) { tickets(filter: {text: $t}) { totalCount nodes { slug } edges { highlights } } }"
    for text in SEARCHES:
        yield _posted(f"search {text[:12]!r}", search, variables={"t": text})
    create = "mutation($i: TicketCreateInput!) { ticketCreate(input: $i) { userErrors { code } } }"
    inputs: dict[str, Any] = {
        "title NUL": {"title": "a\0b"},
        "title long": {"title": "a" * 100_000},
        "title number": {"title": 1},
        "title list": {"title": ["a"]},
        "description long": {"title": "a", "description": "d" * 200_000},
        "labels many": {"title": "a", "labels": [f"l{n}" for n in range(5_000)]},
        "labels comma": {"title": "a", "labels": ["a,b"]},
        "assignee 2^31": {"title": "a", "assignee": {"databaseId": 2**31}},
        "assignee 2^63": {"title": "a", "assignee": {"databaseId": 2**63}},
        "assignee true": {"title": "a", "assignee": {"databaseId": True}},
        "key long": {"title": "a", "idempotencyKey": "k" * 10_000},
        "key empty": {"title": "a", "idempotencyKey": ""},
        "unknown": {"title": "a", "__proto__": {"x": 1}},
        "null": None,
    }
    for name, value in inputs.items():
        yield _posted(f"create {name}", create, variables={"i": value})
    nodes = "query($ids: [ID!]!) { nodes(ids: $ids) { id } }"
    yield _posted("many ids", nodes, variables={"ids": ["a"] * 20_000})
    bulk = "mutation($t: [TicketCreateInput!]!) { ticketBulkCreate(input: {tickets: $t}) { failedCount } }"
    yield _posted("many tickets", bulk, variables={"t": [{"title": "a"}] * 5_000})
    yield _posted("too many tickets", bulk, variables={"t": [{"title": ""}] * 501})
    yield _posted("lists of lists", bulk, variables={"t": [[]] * 60_000})
    many: dict[str, Any] = {f"field{n}": [] for n in range(15_000)}
    yield _posted("many fields", create, variables={"i": many})
    either = "query($f: TicketFilter) { tickets(filter: $f) { totalCount } }"
    yield _posted("many leaves", either, variables={"f": {"or": [{"slugs": ["AM-1"]}] * 5_000}})
    yield _posted("variables list", "{ syncCursor }", variables=[1])
    yield _posted("extensions", "{ syncCursor }", extensions={"persistedQuery": {"version": 9}})
    wrong = {"persistedQuery": {"version": 1, "sha256Hash": "f" * 64}}
    yield _posted("another's hash", "{ syncCursor }", extensions=wrong)


def _bodies() -> Iterator[Attack]:
    bodies = {
        "no JSON": b"{",
        "a string": b'"query"',
        "a number": b"1",
        "null": b"null",
        "an empty batch": b"[]",
        "a batch": b"[" + b'{"query":"{ syncCursor }"},' * 500 + b'{"query":"{ syncCursor }"}]',
        "deep JSON": b'{"query":"{ syncCursor }","variables":' + b"[" * 50_000 + b"]" * 50_000 + b"}",
        "deep objects": b'{"a":' * 20_000 + b"1" + b"}" * 20_000,
        "bad UTF-8": b'{"query":"{ viewer { scopes } } # \xff\xfe"}',
        "lone surrogate": b'{"query":"{ syncCursor } # \\ud800"}',
        "NaN": b'{"query":"{ syncCursor }","variables":{"a":NaN}}',
        "huge number": b'{"query":"{ syncCursor }","variables":{"a":' + b"9" * 100_000 + b"}}",
        "same member often": b'{"query":"{ syncCursor }"' + b',"query":"{ syncCursor }"' * 2_000 + b"}",
        "query is a list": b'{"query":["{ syncCursor }"]}',
        "10 MB": b'{"query":"' + b"a" * 10_000_000 + b'"}',
    }  # fmt: skip
    for name, body in bodies.items():
        yield Attack(f"body {name}", "POST", "/graphql", body, dict(JSON))


def _odd_requests() -> Iterator[Attack]:
    good = b'{"query":"{ syncCursor }"}'
    for kind in ("text/plain", "multipart/form-data; boundary=a", "application/json; charset=utf-7",
         "application/x-www-form-urlencoded", "a/b;" + "c=d;" * 1_000, "application/graphql", "/"):  # fmt: skip
        yield Attack(f"type {kind[:20]}", "POST", "/graphql", good, {"Content-Type": kind})
    for accept in ("text/event-stream", "image/png", "*/*;q=" + "9" * 1_000, "," * 5_000):
        yield Attack(f"accept {accept[:20]}", "POST", "/graphql", good, {**JSON, "Accept": accept})
    yield Attack(
        "gzip", "POST", "/graphql", b"\x1f\x8b" + good, {**JSON, "Content-Encoding": "gzip"}
    )
    for method in ("PUT", "DELETE", "PATCH", "TRACE", "OPTIONS", "PROPFIND"):
        yield Attack(f"{method} /graphql", method, "/graphql", good, dict(JSON))
    yield Attack(
        "mutation by GET",
        "GET",
        "/graphql?query=mutation{labelDelete(input:{name:%22a%22}){userErrors{code}}}",
    )
    yield Attack("bad variables by GET", "GET", "/graphql?query={syncCursor}&variables={{{")
    yield Attack("bad bytes by GET", "GET", "/graphql?query=%ff%fe%00")
    for path in ("/../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/assets/..%2f..%2fsettings.py", "//",
         "/%00", "/" + "a/" * 2_000, "/healthz?" + "a" * 20_000, "/graphql/%0d%0aSet-Cookie:a", "/.env"):  # fmt: skip
        yield Attack(f"path {path[:20]}", "GET", path)
    for name, value in (("X-Forwarded-For", "1.2.3.4," * 500), ("X-Request-Id", "a" * 10_000),
         ("Cookie", "a=b;" * 2_000), ("Origin", "null"), ("X-HTTP-Method-Override", "DELETE"),
         ("Authorization", "Bearer " + "a" * 10_000), ("If-None-Match", '"' * 5_000),
         ("Host", "evil.example"), ("Range", "bytes=0-," * 1_000)):  # fmt: skip
        yield Attack(f"header {name}", "GET", REST, b"", {name: value})


def _rest() -> Iterator[Attack]:
    for query in ("limit=99999999999999999999", "limit=-1", "limit=%D9%A3", "limit=1&limit=2",
         "offset=9223372036854775808", "offset=9223372036854775807", "labels=" + "a," * 5_000,
         "labels=%00", "status=' OR 1=1 --", "assignee_id=1 OR 1=1", "repository_id=1;DROP TABLE tickets",
         "type[]=bug", "&" * 10_000, "=" * 10_000, "a=b&" * 5_000):  # fmt: skip
        yield Attack(f"REST ?{query[:20]}", "GET", f"{REST}?{query}")
    for slug in (
        "'%20OR%20'1'='1",
        "AM-%00",
        "AM-99999999999",
        "..%2f..%2f",
        "a" * 5_000,
        "%F0%9F%8E%AB",
    ):
        yield Attack(f"REST /{slug[:20]}", "GET", f"{REST}/{slug}")
    bodies = (b"", b"[]", b"null", b'{"title":null}', b'{"title":"a\\u0000"}', b'{"title":"\\ud800"}',
         b'{"title":"a","labels":{"a":1}}', b'{"title":"a","assignee_id":1e400}',
         b'{"title":"a","assignee_id":' + b"9" * 5_000 + b"}", b'{"title":"a","parent_slug":true}',
         b'{"title":"' + b"a" * 250_000 + b'"}', b"[" * 100_000, b'{"title":"\xff"}')  # fmt: skip
    for body in bodies:
        yield Attack(f"REST {body[:24]!r}", "POST", REST, body, dict(JSON))
