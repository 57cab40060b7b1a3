"""Whether servers answer alike: the same tickets in the same order, and the same totals."""

from __future__ import annotations

import datetime as dt
import http.client
import json
import re
from collections.abc import Iterator
from typing import Any

from bench.requests import Request

TIMEOUT_SECONDS = 20

_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT")
_USER_ERRORS = '"userErrors":[{'
_LACKING = re.compile(r"Cannot query field|Unknown (argument|type)|is not defined by|not exist in")
_OF_A_WRITE = {"id", "created_at", "updated_at", "createdAt", "updatedAt"}


class Lacking(Exception):
    """The server's schema has no such thing; the text is its own."""


class Refused(Exception):
    """The server answered with an error; the text is its own."""


def ask(port: int, request: Request) -> Any:
    """A request's answer. Raises Lacking, Refused, or OSError while nobody listens."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_SECONDS)
    headers = {"Content-Type": "application/json"} if request.body else {}
    if request.key:
        headers["X-API-Key"] = request.key
    try:
        connection.request(request.method, request.path, request.body or None, headers)
        response = connection.getresponse()
        text = response.read().decode()
    finally:
        connection.close()
    try:
        answer = json.loads(text)
    except ValueError:
        answer = None
    is_refusal = (
        response.status >= 400
        or (isinstance(answer, dict) and "errors" in answer)
        or _USER_ERRORS in text
    )
    if is_refusal and _LACKING.search(text):
        raise Lacking(str(answer["errors"][0]["message"] if answer else text))
    if is_refusal or answer is None:
        raise Refused(f"{response.status} {text[:200]}")
    return answer


def essence(answer: Any, *, wrote: bool) -> Any:
    """What servers have to agree on, in one spelling.

    Of lists the pages, as (total, tickets); of anything else all its values, but for the time of a
    write, and the id that it gave: the peers count through all organizations.
    """
    return list(_pages(answer)) or _plain(answer, wrote=wrote)


def _pages(value: Any) -> Iterator[tuple[int, Any]]:
    """The pages of an answer, wherever its schema has them."""
    if isinstance(value, list):
        for each in value:
            yield from _pages(each)
    if not isinstance(value, dict):
        return
    total = value.get("totalCount", value.get("total"))
    nodes = value.get("nodes", value.get("tickets"))
    if isinstance(nodes, dict):  # a connection beside its total
        nodes = nodes.get("nodes")
    if isinstance(total, int) and isinstance(nodes, list):
        yield total, _plain(nodes, wrote=False)
        return
    for each in value.values():
        yield from _pages(each)


def _plain(value: Any, *, wrote: bool) -> Any:
    """A value without what schemas differ in: wrappers, the case of enums, the spelling of times."""
    if isinstance(value, dict):
        kept = {
            name: _plain(each, wrote=wrote)
            for name, each in sorted(value.items())
            if not (wrote and name in _OF_A_WRITE) and name != "userErrors"
        }
        if len(kept) == 1 and not isinstance(only := next(iter(kept.values())), str | int):
            return only
        return kept
    if isinstance(value, list):
        names = [each.get("name") if isinstance(each, dict) else each for each in value]
        is_labels = all(isinstance(name, str) for name in names)
        return names if is_labels else [_plain(each, wrote=wrote) for each in value]
    if isinstance(value, str):
        if _INSTANT.match(value):
            return dt.datetime.fromisoformat(value).timestamp()
        return value.lower()
    return value
