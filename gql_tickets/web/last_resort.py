"""What nobody answered: unexpected exceptions, unknown paths and methods, in the shape of R11.

The text of an unexpected exception goes to the log and never to the caller: it may hold SQL, a
path, or a password in a URL. The request id leads from the one to the other.
"""

from __future__ import annotations

import asyncio
import logging

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gql_tickets.errors import ErrorCode, Unavailable
from gql_tickets.web.answers import failure, unavailable

logger = logging.getLogger(__name__)

_REFUSALS = {
    404: (ErrorCode.RESOURCE_NOT_FOUND, "There is nothing at this path."),
    405: (ErrorCode.METHOD_NOT_ALLOWED, "This path does not answer to this method."),
    413: (ErrorCode.PAYLOAD_TOO_LARGE, "The request body is too large."),
}


class LastResort:
    """Turns an exception that reached the top into an answer, unless one has begun already."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and stand behind it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        answered = False

        async def send_noted(message: Message) -> None:
            nonlocal answered
            answered = True
            await send(message)

        try:
            await self.app(scope, receive, send_noted)
        except ClientDisconnect:
            return
        except asyncio.CancelledError:
            # A cancelled future of a sibling is a fault to answer; a cancelled request is not.
            task = asyncio.current_task()
            if task is None or task.cancelling():
                raise
            logger.exception("A read was cancelled by another part of the same request.")
            answer = _unexpected(scope)
        except Unavailable as error:
            answer = unavailable(scope, error.message)
        except Exception:
            # The route and not the path, which is the caller's own text.
            route = getattr(scope.get("route"), "path", "unmatched")
            logger.exception("%s %s failed unexpectedly.", scope["method"], route)
            answer = _unexpected(scope)
        else:
            return
        if not answered:
            await answer(scope, receive, send)


async def refuse(request: Request, error: Exception) -> Response:
    """The answer to Starlette's own HTTPException: an unknown path, a method not allowed."""
    if not isinstance(error, HTTPException):  # registered for nothing else
        raise error
    code, message = _REFUSALS.get(
        error.status_code, (ErrorCode.VALIDATION_FAILED, "The request was refused.")
    )
    headers = dict(error.headers or {})
    if "Allow" in headers:  # which comes from a set: in another order at each start
        headers["Allow"] = ", ".join(sorted(headers["Allow"].split(", ")))
    return failure(request.scope, error.status_code, code, message, headers=headers)


def _unexpected(scope: Scope) -> Response:
    return failure(
        scope, 500, ErrorCode.INTERNAL_ERROR, "Something went wrong on our side. Please try again."
    )
