"""What callers see of the errors of a document, and what goes to the log instead."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Any

from graphql import GraphQLError, ObjectFieldNode
from strawberry.exceptions import StrawberryInputCoercionError

from gql_tickets.errors import ErrorCode, TicketsError, ValidationFailed
from gql_tickets.execution.cost import TooCostly
from gql_tickets.execution.limits import OverLimit
from gql_tickets.observability.requests import noted
from gql_tickets.schema.errors import problems

logger = logging.getLogger(__name__)

# A document nested too deep for the parser ends it by RecursionError.
_CALLERS_FAULT = (GraphQLError, StrawberryInputCoercionError, RecursionError)


def shown(error: GraphQLError, request_id: str = "") -> GraphQLError:
    """The error as a caller may see it, with its code."""
    code = code_of(error)
    extensions: dict[str, Any] = {"code": code.value}
    message = _not_null(error) or error.message
    noted().code = code.value
    if isinstance(error.original_error, TicketsError):
        extensions = error.original_error.extensions
        if isinstance(error.original_error, ValidationFailed):
            extensions["problems"] = problems(error.original_error)
    elif isinstance(error, TooCostly):
        extensions |= {"cost": error.cost, "maxCost": error.cost_max}
    if code is ErrorCode.INTERNAL_ERROR:
        message = "Something went wrong on our side. Please report the request id."
        extensions["requestId"] = request_id
    return GraphQLError(
        message,
        nodes=error.nodes,
        source=error.source,
        positions=error.positions,
        path=error.path,
        extensions=extensions,
    )


def _not_null(error: GraphQLError) -> str | None:
    """What to say of a null where a value may only be left out: Strawberry tells it to Python's users."""
    cause = error.original_error or error
    if not isinstance(cause, StrawberryInputCoercionError) or "'Maybe[" not in error.message:
        return None
    node = next(iter(error.nodes or ()), None)
    name = f"`{node.name.value}`" if isinstance(node, ObjectFieldNode) else "A field of the input"
    return f"{name} is null: it may be left out, or have a value."


def log_faults(errors: Iterable[GraphQLError]) -> None:
    """Log what nobody expected; what callers did wrong is theirs to read."""
    for error in errors:
        if code_of(error) is ErrorCode.INTERNAL_ERROR:
            logger.error("A field failed: %s", error.path, exc_info=error.original_error)


def code_of(error: GraphQLError) -> ErrorCode:
    """The code of an error of a document."""
    cause = error.original_error
    if isinstance(cause, TicketsError):
        return cause.code
    if isinstance(error, TooCostly):
        return ErrorCode.COST_LIMIT_EXCEEDED
    if isinstance(error, OverLimit):
        return ErrorCode.LIMIT_EXCEEDED
    if cause is None or isinstance(cause, _CALLERS_FAULT):
        return ErrorCode.VALIDATION_FAILED
    return ErrorCode.INTERNAL_ERROR
