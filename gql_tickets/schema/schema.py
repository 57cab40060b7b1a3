"""The schema, put together, and what becomes of the errors of a document."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

import strawberry
from graphql import GraphQLError, OperationDefinitionNode
from strawberry.exceptions import StrawberryInputCoercionError
from strawberry.extensions import SchemaExtension
from strawberry.schema.config import StrawberryConfig
from strawberry.types import ExecutionContext, ExecutionResult

from gql_tickets.context import Context
from gql_tickets.errors import ErrorCode, TicketsError
from gql_tickets.observability.requests import noted
from gql_tickets.schema import errors as user_errors
from gql_tickets.schema import types
from gql_tickets.schema.changes import Subscription
from gql_tickets.schema.mutation import Mutation
from gql_tickets.schema.query import Query
from gql_tickets.schema.scalars import SCALARS

logger = logging.getLogger(__name__)

_NODES = (
    types.Organization,
    types.User,
    types.Repository,
    types.Label,
    types.Ticket,
    types.Comment,
    types.TicketEvent,
    types.ApiKey,
)
_USER_ERRORS = (
    user_errors.ValidationError,
    user_errors.NotFoundError,
    user_errors.ConflictError,
    user_errors.GenericError,
)

DESCRIPTION = """\
Tickets. One organization per credential: every root field is scoped to the organization the API key belongs to.

Conventions that hold everywhere in this schema
- Lists that can grow are Relay connections; lists with a documented small bound are plain lists.
- Every mutation takes one `input` and returns a payload with `userErrors`. A mutation that returns an empty `userErrors` succeeded completely; a mutation that returns any changed nothing, unless it is a bulk mutation with `onError: CONTINUE`.
- Failures a caller can act on (validation, missing ticket, version conflict) are `userErrors`. Failures of the request itself (authentication, scope, malformed document, internal error) are top-level `errors` with `extensions.code`. Both draw from `ErrorCode`, and so does the `code` of the REST error body.
- In update inputs an absent field is unchanged. `null` clears, and is accepted only where the field says so.
- Every ticket and every comment has `version`; pass it back as `expectedVersion` to make a write conditional.
- Values may be added to enums marked "open"; treat an unknown value as its documented fallback.
"""


# A document nested too deep for the parser ends it by RecursionError.
_CALLERS_FAULT = (GraphQLError, StrawberryInputCoercionError, RecursionError)


class Schema(strawberry.Schema):
    """Strawberry's, which logs only what nobody expected, and shows callers none of that."""

    async def execute(self, *args: Any, **kwargs: Any) -> ExecutionResult:
        """Run a document. Every error of the result has a code."""
        result = await super().execute(*args, **kwargs)
        if result.errors:
            context: Context | None = kwargs.get("context_value")
            request_id = context.request_id if isinstance(context, Context) else ""
            result.errors = [shown(error, request_id) for error in result.errors]
        return result

    def process_errors(
        self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None
    ) -> None:
        """What callers did wrong is theirs to read; a fault of ours is for the log."""
        del execution_context
        for error in errors:
            if _code(error) is ErrorCode.INTERNAL_ERROR:
                logger.error("A field failed: %s", error.path, exc_info=error.original_error)


class Documents(SchemaExtension):
    """Refuses ambiguous documents."""

    def on_validate(self) -> Iterator[None]:
        """Two operations and no name: run neither."""
        context = self.execution_context
        document, named = context.graphql_document, context._provided_operation_name
        operations = [
            node
            for node in (document.definitions if document else ())
            if isinstance(node, OperationDefinitionNode)
        ]
        if operations and (len(operations) == 1 or named):
            only = operations[0].name
            noted().asks(named or (only.value if only else None))
        if len(operations) > 1 and not named:
            context.pre_execution_errors = [
                GraphQLError("The document holds several operations: send operationName.")
            ]
        yield


def shown(error: GraphQLError, request_id: str) -> GraphQLError:
    """The error as a caller may see it."""
    code = _code(error)
    noted().code = code.value
    extensions: dict[str, Any] = {"code": code.value}
    message = error.message
    if isinstance(error.original_error, TicketsError):
        extensions = error.original_error.extensions
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


def _code(error: GraphQLError) -> ErrorCode:
    cause = error.original_error
    if isinstance(cause, TicketsError):
        return cause.code
    if cause is None or isinstance(cause, _CALLERS_FAULT):
        return ErrorCode.VALIDATION_FAILED
    return ErrorCode.INTERNAL_ERROR


def build_schema() -> Schema:
    """The schema, ready to execute."""
    schema = Schema(
        query=Query,
        mutation=Mutation,
        subscription=Subscription,
        types=[*_NODES, *_USER_ERRORS],
        extensions=[Documents],
        config=StrawberryConfig(scalar_map=SCALARS),
    )
    schema._schema.description = DESCRIPTION
    return schema


def print_sdl(schema: Schema | None = None) -> str:
    """The text of schema.graphql, with its last line ended."""
    types = (schema or build_schema()).as_str().rstrip()
    # Strawberry prints no description of the schema itself.
    return f'"""\n{DESCRIPTION}"""\nschema {{\n  query: Query\n  mutation: Mutation\n  subscription: Subscription\n}}\n\n{types}\n'
