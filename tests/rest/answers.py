"""Where the REST tests ask, and how they look at answers."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx

TICKETS = "/api/v1/ext/orgs/acme/tickets"
BOARD = f"{TICKETS}/board"
GOLDEN = Path(__file__).parent / "golden"

NewKey = Callable[..., Awaitable[dict[str, str]]]
Add = Callable[..., Awaitable[dict[str, Any]]]


def pairs(body: bytes) -> Any:
    """JSON with its objects as lists of pairs, so that comparing it compares the order of keys."""
    return json.loads(body, object_pairs_hook=list)


def golden(name: str) -> Any:
    """One of the document's response examples."""
    return json.loads((GOLDEN / f"{name}.json").read_text())


def compact(value: object) -> bytes:
    """The bytes that a value is sent as."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


def fields(answer: httpx.Response) -> list[str]:
    """The fields that an error names."""
    return [detail["field"] for detail in answer.json().get("details", [])]


def assert_refused(
    answer: httpx.Response, status: int, code: str, *named: str, asked: object = ""
) -> None:
    """The answer is an error of this status and code, that names these fields (R11)."""
    assert (answer.status_code, answer.json()["code"]) == (status, code), (asked, answer.text)
    assert fields(answer) == list(named), asked
