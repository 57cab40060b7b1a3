"""Single values out of a query, a body or a header, read strictly (R4, R5, R8, R18, R27, R29).

Query and Body remember everything that is wrong, under the documented names, and refuse it
together in checked(). A value that is wrong reads as None until then.
"""

from __future__ import annotations

import enum
import json
import re
from typing import Any, TypeVar

from starlette.datastructures import Headers

from gql_tickets.domain.ids import INT32_MAX
from gql_tickets.errors import Problem, ValidationFailed
from rest_compat.asked import Pairs

INT32_MIN = -(2**31)
UNMATCHABLE = 0
"""A version that no ticket has: they start at 1."""

_INTEGER = re.compile(r"-?[0-9]{1,19}")
_ENTITY_TAG = re.compile(r'(?:W/)?"([^"]*)"')
_VERSION = re.compile(r"[1-9][0-9]{0,9}")
_IDEMPOTENCY_KEY = re.compile(r"[\x20-\x7e]{1,255}")

E = TypeVar("E", bound=enum.Enum)


class _Reader:
    """Remembers what is wrong with a part of the request."""

    def __init__(self) -> None:
        self._problems: list[Problem] = []

    def checked(self) -> None:
        """Raise ValidationFailed with all that was wrong."""
        if self._problems:
            raise ValidationFailed(self._problems)

    def refuse(self, name: str, flaw: str, allowed: tuple[str, ...] | None = None) -> None:
        """Remember that a value is wrong."""
        self._problems.append(Problem((name,), f"{name} {flaw}.", allowed))

    def _word(self, name: str, value: object, words: tuple[E, ...]) -> E | None:
        for word in words:
            if word.value == value:
                return word
        allowed = tuple(str(word.value) for word in words)
        self.refuse(name, f"must be one of {', '.join(allowed)}", allowed)
        return None


class Query(_Reader):
    """The query string. An empty value is an absent one, and so is an unknown name (R5)."""

    def __init__(self, pairs: Pairs) -> None:
        super().__init__()
        self._given: dict[str, list[str]] = {}
        for name, value in pairs:
            if value:
                self._given.setdefault(name, []).append(value)

    def integer(self, name: str, *, low: int = INT32_MIN, high: int = INT32_MAX) -> int | None:
        """An integer in ASCII digits and nothing else (R8)."""
        text = self._one(name)
        if text is None:
            return None
        if _INTEGER.fullmatch(text) and low <= int(text) <= high:
            return int(text)
        self.refuse(name, f"must be an integer from {low} to {high}")
        return None

    def word(self, name: str, words: tuple[E, ...]) -> E | None:
        """One of the documented words (R4)."""
        text = self._one(name)
        return None if text is None else self._word(name, text, words)

    def names(self, name: str) -> list[str]:
        """Comma-separated names, trimmed, without empty ones; the parameter may be repeated (R6)."""
        given = ",".join(self._given.get(name, ()))
        return [trimmed for part in given.split(",") if (trimmed := part.strip())]

    def _one(self, name: str) -> str | None:
        values = self._given.get(name)
        if values is None:
            return None
        if len(set(values)) > 1:
            self.refuse(name, "is given more than once")
            return None
        return values[0]


class Body(_Reader):
    """The JSON object of a body. Unknown fields are ignored (R15); null reads as None."""

    def __init__(self, body: bytes) -> None:
        super().__init__()
        self._given = _json_object(body)

    def gives(self, name: str) -> bool:
        """Whether the field is there, if only as null (R16)."""
        return name in self._given

    def require(self, name: str) -> None:
        """The field is there, and not null."""
        if self._given.get(name) is None:
            self.refuse(name, "is required")

    def integer(self, name: str) -> int | None:
        """A 32-bit integer; neither a bool, nor a float, nor digits in a string (R18)."""
        value = self._given.get(name)
        if value is None or (type(value) is int and INT32_MIN <= value <= INT32_MAX):
            return value
        self.refuse(name, f"must be an integer of at most {INT32_MAX}")
        return None

    def text(self, name: str) -> str | None:
        """A string, which the floor checks further."""
        value = self._given.get(name)
        if value is None or isinstance(value, str):
            return value
        self.refuse(name, "must be a string")
        return None

    def word(self, name: str, words: tuple[E, ...]) -> E | None:
        """One of the documented words (R4)."""
        value = self._given.get(name)
        return None if value is None else self._word(name, value, words)

    def names(self, name: str) -> list[str] | None:
        """A list of strings, which the floor checks further."""
        value = self._given.get(name)
        if value is None:
            return None
        if isinstance(value, list) and all(isinstance(item, str) for item in value):
            return value
        self.refuse(name, "must be a list of strings")
        return None


def expected_version(headers: Headers) -> int | None:
    """The version that `If-Match` names (R29); None for none given, and for `*`, which is any.

    A tag that is not one of ours reads as a version that no ticket has.
    """
    given = headers.getlist("if-match")
    if not given:
        return None
    text = ",".join(given).strip()
    if text == "*":
        return None
    match = _ENTITY_TAG.fullmatch(text)
    if not text or (not match and "," in text):
        raise ValidationFailed.of("If-Match", "If-Match must be one entity tag, or *.")
    # Many a client sends the bare version; its meaning is clear.
    tag = match[1] if match else text
    return int(tag) if _VERSION.fullmatch(tag) and int(tag) <= INT32_MAX else UNMATCHABLE


def idempotency_key(headers: Headers) -> str | None:
    """The `Idempotency-Key` (R29)."""
    given = headers.getlist("idempotency-key")
    if not given:
        return None
    if len(given) == 1 and _IDEMPOTENCY_KEY.fullmatch(given[0]):
        return given[0]
    raise ValidationFailed.of(
        "Idempotency-Key",
        "Idempotency-Key must be 1 to 255 printable ASCII characters, given once.",
    )


def unchanged(headers: Headers, etag: str) -> bool:
    """Whether `If-None-Match` names the tag, compared weakly as for any GET (R29)."""
    text = ",".join(headers.getlist("if-none-match")).strip()
    return text == "*" or etag.strip('"') in _ENTITY_TAG.findall(text)


def _json_object(body: bytes) -> dict[str, Any]:
    """The body as an object. Raises ValidationFailed for what is none (R27)."""
    try:
        # A byte order mark says nothing but "UTF-8", which is what we read.
        value = _decode(body.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise _bad_body("The body is not valid UTF-8.") from error
    except (ValueError, RecursionError) as error:
        raise _bad_body("The body is not valid JSON.") from error
    if not isinstance(value, dict):
        raise _bad_body("The body must be a JSON object.")
    return value


def _bad_body(message: str) -> ValidationFailed:
    return ValidationFailed.of((), message)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object that says each name once: which of two values is meant, nobody knows."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name is repeated")
    return found


def _not_json(name: str) -> None:
    """NaN and Infinity, which Python reads and JSON does not have."""
    raise ValueError(f"{name} is not JSON")


_decode = json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_not_json).decode
