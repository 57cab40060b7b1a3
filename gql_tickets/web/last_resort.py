"""What nobody answered: unexpected exceptions, unknown paths and methods, in the shape of R11.

The text of an unexpected exception goes to the log and never to the caller: it may hold SQL, a
path, or a password in a URL. The request id leads from the one to the other.
"""

from __future__ import annotations

import asyncio
import logging

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import Scope

from gql_tickets.errors import ErrorCode, Unavailable
from gql_tickets.web.answers import failure, unavailable
from gql_tickets.web.body_limit import BodyTooLarge

logger = logging.getLogger(__name__)

_REFUSALS = {
    404: (ErrorCode.RESOURCE_NOT_FOUND, "There is nothing at this path."),
    405: (ErrorCode.METHOD_NOT_ALLOWED, "This path does not answer to this method."),
    413: (ErrorCode.PAYLOAD_TOO_LARGE, "The request body is too large."),
}


def answer_to(scope: Scope, error: BaseException) -> Response | None:
    """The answer to what nobody has caught; None where nobody waits for one."""
    if isinstance(error, ClientDisconnect):
        return None
    if isinstance(error, HTTPException):
        return _refusal(error)
    if isinstance(error, BodyTooLarge):
        return failure(413, error.code, error.message)
    if isinstance(error, Unavailable):
        return unavailable(error.message)
    if isinstance(error, asyncio.CancelledError):
        logger.error("A read was cancelled by another part of the same request.", exc_info=error)
    else:
        # The route and not the path, which is the caller's own text.
        route = getattr(scope.get("route"), "path", "unmatched")
        logger.error("%s %s failed unexpectedly.", scope["method"], route, exc_info=error)
    return failure(
        500, ErrorCode.INTERNAL_ERROR, "Something went wrong on our side. Please try again."
    )


def _refusal(error: HTTPException) -> Response:
    """The answer to Starlette's own exception: an unknown path, a method not allowed."""
    code, message = _REFUSALS.get(
        error.status_code, (ErrorCode.VALIDATION_FAILED, "The request was refused.")
    )
    headers = dict(error.headers or {})
    if "Allow" in headers:  # which comes from a set: in another order at each start
        headers["Allow"] = ", ".join(sorted(headers["Allow"].split(", ")))
    return failure(error.status_code, code, message, headers=headers)
