"""The OpenAPI 3.1 document, put together out of the table, the shapes and the words beside them.

`jsonSchemaDialect` is left out: it would only say what 3.1 says anyway, and readers warn of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from inspect import cleandoc
from typing import Any

import msgspec

from gql_tickets.auth import Scope
from gql_tickets.domain.tickets import TicketStatus, TicketType
from gql_tickets.errors import ErrorCode
from rest_compat import bodies, reading
from rest_compat.endpoint import Row
from rest_compat.errors import STATUS
from rest_compat.operations import OPERATIONS, WHEN, Operation, Parameter
from rest_compat.paths import BASE

Json = dict[str, Any]

KEY_SCHEME = "apiKey"

_REF = "#/components/{}/{}"
_SLUG = re.compile(r"\{slug\}")
_ROWS = re.compile(r" \([CR]\d[^)]*\)")

_DESCRIPTION = """\
Automate ticket management: create, update and track tickets.

Answers hold exactly the documented keys, in the documented order, always all of them, `null` when
unset. Times are UTC in whole seconds. `HEAD` works wherever `GET` does, and a slash at the end of a
path is the same route.

Every answer carries `X-Request-Id`: yours, when you send a sane one. A write with an
`Idempotency-Key` can be sent again for 24 hours and is done once.
"""

_HEADERS: dict[str, tuple[str, Json]] = {
    "X-Request-Id": ("Names the request; quote it to support.", {"type": "string"}),
    "ETag": ("The ticket's version, in quotes.", {"type": "string", "examples": ['"7"']}),
    "Location": ("Where the new ticket is.", {"type": "string", "format": "uri"}),
    "Link": (
        'The pages beside this one: `<…>; rel="next"`, `<…>; rel="prev"`. Absent when there is none.',
        {"type": "string"},
    ),
    "X-Column-Counts": (
        "How many tickets each column has in all.",
        {"type": "string", "examples": ["backlog=312,todo=4,in_progress=7,in_review=0,done=90"]},
    ),
    "X-Board-Truncated": (
        "There when some column has more tickets than it shows.",
        {"const": "true"},
    ),
    "WWW-Authenticate": ("How to authenticate.", {"type": "string"}),
    "Retry-After": ("Seconds to wait.", {"type": "integer", "minimum": 0}),
    "RateLimit": (
        "For a key with a limit: the points that are left, and the seconds until all of them are.",
        {"type": "string", "examples": ['"points";r=4980;t=1']},
    ),
    "RateLimit-Policy": (
        "For a key with a limit: the points that a full budget holds, and its window in seconds.",
        {"type": "string", "examples": ['"points";q=5000;w=60;qu="points"']},
    ),
    "Allow": ("The methods that the path takes.", {"type": "string"}),
}
_ASKED: dict[str, tuple[str, Json]] = {
    "If-Match": (
        "Write only if this is still the version, else 412. `*` is any version.",
        {
            "type": "string",
            "pattern": r'^\s*((W/)?"[^"]*"|[^,]*[^,\s][^,]*)\s*$',
            "examples": ['"7"'],
        },
    ),
    "If-None-Match": (
        "Answer 304 while this is still the version.",
        {"type": "string", "examples": ['"7"']},
    ),
    "Idempotency-Key": (
        "Sent again within 24 hours: the first answer, and no second write.",
        {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[ -~]+$"},
    ),
    "X-Request-Id": (
        "A name for the request that is yours: 1 to 128 of `A-Z a-z 0-9 . _ -`. Another is not taken.",
        {"type": "string", "examples": ["nightly-sync-17"]},
    ),
}
_ALWAYS = ("X-Request-Id", "RateLimit", "RateLimit-Policy")
_STATUS_HEADERS = {
    401: ("WWW-Authenticate",),
    405: ("Allow",),
    429: ("Retry-After",),
    503: ("Retry-After",),
}


def document(rows: Iterable[Row], *, version: str) -> Json:
    """The whole document, as JSON values."""
    paths: dict[str, Json] = {}
    for row in rows:
        item = paths.setdefault(BASE + row.path, _shared(row.path))
        item[row.method.lower()] = _operation(row, OPERATIONS[row.method, row.path])
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Tickets API",
            "version": version,
            "description": _DESCRIPTION,
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": "/", "description": "This server"}],
        "tags": [{"name": "Tickets"}],
        "security": [{KEY_SCHEME: []}, {"bearer": []}],
        "paths": paths,
        "components": {
            "schemas": _schemas(),
            "parameters": _parameters(),
            "headers": {name: _header(*said) for name, said in _HEADERS.items()},
            "responses": _failures([ErrorCode.METHOD_NOT_ALLOWED], named=True),
            "securitySchemes": {
                KEY_SCHEME: {
                    "type": "apiKey",
                    "in": "header",
                    "name": "X-API-Key",
                    "description": "An API key, `amk_…`. It belongs to one organization.",
                },
                "bearer": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "The same key, as `Authorization: Bearer amk_…`.",
                },
            },
        },
    }


def _shared(path: str) -> Json:
    names = ["org", *(["slug"] if _SLUG.search(path) else []), "X-Request-Id"]
    return {"parameters": [_ref("parameters", name) for name in names]}


def _operation(row: Row, said: Operation) -> Json:
    needed = row.scope.value
    made: Json = {
        "operationId": said.id,
        "tags": ["Tickets"],
        "summary": said.summary,
        "description": f"{said.description}\n\nNeeds the scope `{needed}`{_included(row.scope)}.".strip(),
        "x-required-scope": needed,
        "parameters": [
            *map(_query, said.query),
            *(_ref("parameters", name) for name in said.asks),
        ],
        "responses": {str(said.status): _success(said), **_failures(said.codes)},
    }
    if said.body is not None:
        schema = _ref("schemas", said.body.__name__)
        examples = {name: {"value": value} for name, value in said.body_examples.items()}
        made["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": schema, "examples": examples}},
        }
    if said.has_304:
        made["responses"]["304"] = {
            "description": "This is still the version.",
            "headers": _named((*_ALWAYS, "ETag")),
        }
    return made


def _included(scope: Scope) -> str:
    return ", which `tickets:write` includes" if scope is Scope.TICKETS_READ else ""


def _success(said: Operation) -> Json:
    return {
        "description": HTTPStatus(said.status).phrase,
        "headers": _named((*_ALWAYS, *said.headers)),
        "content": {
            "application/json": {
                "schema": _ref("schemas", said.answer.__name__),
                "example": said.example,
            }
        },
    }


def _failures(codes: Iterable[ErrorCode], *, named: bool = False) -> Json:
    """The failing responses by status, each with its codes; by code instead where that names them."""
    by_status: dict[str, list[ErrorCode]] = {}
    for code in codes:
        by_status.setdefault(code.value if named else str(STATUS[code]), []).append(code)
    return {key: _failure(found) for key, found in sorted(by_status.items())}


def _failure(codes: list[ErrorCode]) -> Json:
    status = STATUS[codes[0]]
    return {
        "description": "\n".join(f"- `{code.value}`: {WHEN[code]}" for code in codes),
        "headers": _named((*_ALWAYS, *_STATUS_HEADERS.get(status, ()))),
        "content": {
            "application/json": {
                "schema": _ref("schemas", "Error"),
                "examples": {code.value: {"value": _error(code)} for code in codes},
            }
        },
    }


def _error(code: ErrorCode) -> Json:
    body: Json = {"error": WHEN[code].replace("`", ""), "code": code.value}
    if code is ErrorCode.INSUFFICIENT_SCOPE:
        body["required_scopes"] = [Scope.TICKETS_WRITE.value]
    if code is ErrorCode.VALIDATION_FAILED:
        flaw = "Title must not be empty."
        body |= {"error": flaw, "details": [{"field": "title", "message": flaw}]}
    return {**body, "request_id": "2f1c9a4e5b6d4f0c8a7e3d2b1c0f9e8d"}


def _schemas() -> Json:
    bodies_of = [each for said in OPERATIONS.values() for each in (said.answer, said.body) if each]
    types = list(dict.fromkeys([*bodies_of, bodies.Error]))
    _, found = msgspec.json.schema_components(types, ref_template=_REF.format("schemas", "{name}"))
    # msgspec sorts the words of an enum, and REST has no word for the priority that is none.
    for name, words in {
        "TicketStatus": TicketStatus,
        "TicketType": TicketType,
        "TicketPriority": reading.PRIORITIES,
        "ErrorCode": WHEN,
    }.items():
        found[name] |= {"type": "string", "enum": [word.value for word in words]}
    found["TicketPriority"]["description"] = "How urgent a ticket is, lowest first."
    for schema in found.values():
        schema["description"] = _ROWS.sub("", cleandoc(schema["description"]))
    return dict(sorted(found.items()))


def _parameters() -> Json:
    path = {"in": "path", "required": True}
    return {
        "org": {
            **path,
            "name": "org",
            "description": "The slug of the key's organization.",
            "schema": {"type": "string"},
            "example": "my-org",
        },
        "slug": {
            **path,
            "name": "slug",
            "description": "The ticket's slug, in any case.",
            "schema": {"type": "string"},
            "example": "AM-42",
        },
        **{
            name: {"in": "header", "name": name, "description": sentence, "schema": schema}
            for name, (sentence, schema) in _ASKED.items()
        },
    }


def _query(parameter: Parameter) -> Json:
    return {
        "in": "query",
        "name": parameter.name,
        "description": parameter.description,
        "schema": parameter.schema,
    }


def _header(description: str, schema: Json) -> Json:
    return {"description": description, "schema": schema}


def _named(names: Iterable[str]) -> Mapping[str, Json]:
    return {name: _ref("headers", name) for name in names}


def _ref(kind: str, name: str) -> Json:
    return {"$ref": _REF.format(kind, name)}
