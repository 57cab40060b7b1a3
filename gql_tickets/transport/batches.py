"""Several operations in one request: a JSON array, answered by an array in the same order.

Their number is bounded, and their costs and mutations are summed: the limits of one operation hold
for all of them, and there is one charge, before the first one runs. They run one after another, so that a query sees what a mutation before
it wrote. What cannot run says so in its own place, and the others run all the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

from graphql import GraphQLError, OperationType
from strawberry.types.execution import PreExecutionError

from gql_tickets.context import Context
from gql_tickets.errors import ErrorCode, TicketsError
from gql_tickets.schema import Prepared, Schema
from gql_tickets.transport.answers import payload_of
from gql_tickets.transport.asked import Asked, Refused
from gql_tickets.transport.persisted import Persisted

Batch: TypeAlias = list[Prepared | PreExecutionError]


class Batches:
    """Reads batches and runs them. At most `operations_max` at once; 0 for none at all."""

    def __init__(self, schema: Schema, persisted: Persisted, operations_max: int) -> None:
        self._schema = schema
        self._persisted = persisted
        self._operations_max = operations_max

    def check(self, asked: Sequence[Asked]) -> None:
        """Look at nothing but the number. Raises Refused."""
        if not self._operations_max:
            raise Refused(400, "The body must be one JSON object: batches are not offered here.")
        if not asked:
            raise Refused(400, "The batch holds no operation.")
        if len(asked) > self._operations_max:
            raise Refused(
                400,
                f"The batch has more than {self._operations_max} operations.",
                code=ErrorCode.LIMIT_EXCEEDED,
            )

    def read(self, asked: Sequence[Asked]) -> Batch:
        """Read each document, or say in its place why it will not be run."""
        return [self._prepared(each) for each in asked]

    async def run(
        self, batch: Batch, context: Context, *, shows_cost: bool
    ) -> list[dict[str, Any]]:
        """The payloads, in order. Each operation loads afresh: one before it may have written."""
        payloads = []
        for prepared in batch:
            if isinstance(prepared, PreExecutionError):
                payloads.append(payload_of(prepared))
                continue
            result = await self._schema.run(prepared, context.renewed())
            if shows_cost:
                result.extensions = {"cost": self._schema.cost_of(prepared)}
            payloads.append(payload_of(result))
        return payloads

    def _prepared(self, asked: Asked) -> Prepared | PreExecutionError:
        try:
            text = self._persisted.text(asked)
        except TicketsError as error:
            return self._schema.failed([GraphQLError(error.message, original_error=error)])
        prepared = self._schema.prepare(text, asked.variables, asked.operation_name)
        if isinstance(prepared, Prepared) and prepared.operation.type is OperationType.SUBSCRIPTION:
            return self._schema.failed([GraphQLError("A subscription is not run in a batch.")])
        return prepared
