"""What a client asks: the parameters of GraphQL over HTTP, read from a body, a URL or a frame."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

import msgspec

from gql_tickets.errors import BadRequest, ErrorCode

PARAMETERS_MAX = 20
_NAMES = ("query", "operationName", "variables", "extensions", "documentId")


class Asked(msgspec.Struct, rename="camel"):
    """The parameters of one operation, each of its type, and not yet looked at."""

    query: str | None = None
    operation_name: str | None = None
    variables: dict[str, Any] | None = None
    extensions: dict[str, Any] | None = None
    document_id: str | None = None


class Refused(BadRequest):
    """A request that HTTP itself has a word for: the status, and headers that explain it."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        code: ErrorCode = ErrorCode.VALIDATION_FAILED,
        headers: tuple[tuple[bytes, bytes], ...] = (),
    ) -> None:
        super().__init__(message, code=code)
        self.status = status
        self.headers = headers


_decode: Callable[[bytes], Asked | list[Asked]] = msgspec.json.Decoder(Asked | list[Asked]).decode


def from_body(body: bytes) -> Asked | list[Asked]:
    """The parameters of a JSON body; of a batch a list of them. Raises Refused."""
    try:
        return _decode(body)
    except msgspec.ValidationError as error:
        raise Refused(400, f"The body is not a GraphQL request: {error}.") from error
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise Refused(400, "The body must be a JSON object, in UTF-8.") from error


def from_value(value: Any) -> Asked:
    """The parameters of a decoded object. Raises Refused."""
    try:
        return msgspec.convert(value, Asked)
    except msgspec.ValidationError as error:
        raise Refused(400, f"The payload is not a GraphQL request: {error}.") from error


def from_url(query_string: bytes) -> Asked:
    """The parameters of a URL, of which variables and extensions are JSON. Raises Refused."""
    try:
        pairs = parse_qsl(
            query_string.decode("ascii"), errors="strict", max_num_fields=PARAMETERS_MAX
        )
        given: dict[str, Any] = {name: value for name, value in pairs if name in _NAMES}
        for name in ("variables", "extensions"):
            if name in given:
                given[name] = msgspec.json.decode(given[name])
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        raise Refused(
            400, "The URL's parameters must be UTF-8; `variables` and `extensions` JSON in it."
        ) from error
    return from_value(given)
