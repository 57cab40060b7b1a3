"""The schema that runs documents: each is read once, held to the limits, priced, and then run.

Every transport comes through `execute` or `stream` (or `prepare` and `run`, which are their two
halves), so that no limit depends on how a document arrived.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Collection, Iterable, Mapping, Sequence
from contextlib import aclosing
from inspect import isawaitable
from typing import Any, NamedTuple, TypeAlias

import strawberry
from graphql import (
    DocumentNode,
    Executor,
    GraphQLError,
    NoSchemaIntrospectionCustomRule,
    OperationType,
    create_source_event_stream,
    execute_root_selection_set,
    specified_rules,
)
from graphql import ExecutionResult as CoreResult
from strawberry.execution import optimized_is_awaitable
from strawberry.schema.config import StrawberryConfig
from strawberry.schema.validation_rules.maybe_null import MaybeNullValidationRule
from strawberry.schema.validation_rules.one_of import OneOfInputValidationRule
from strawberry.types import ExecutionResult
from strawberry.types.execution import PreExecutionError

from gql_tickets.context import Context
from gql_tickets.execution import call_directly
from gql_tickets.execution.cost import TooCostly
from gql_tickets.execution.documents import Documents, Operation
from gql_tickets.execution.executor import release
from gql_tickets.execution.limits import Limits, OverLimit, check, check_variables
from gql_tickets.observability.requests import noted
from gql_tickets.schema.sharing import Sharing
from gql_tickets.schema.shown import log_faults, shown

Results: TypeAlias = AsyncGenerator[ExecutionResult, None]

CONSTANTS_KEPT_MAX = 16
"""Of the answers that are the schema's alone; a whole introspection is a large one."""

_SUBSCRIPTION = OperationType.SUBSCRIPTION
_WITHOUT_SUBSCRIPTIONS = frozenset({"query", "mutation"})


class Prepared(NamedTuple):
    """An operation that may run: within the limits, and with its price."""

    document: DocumentNode
    operation: Operation
    variables: Mapping[str, Any]
    cost: int


class Schema(strawberry.Schema):
    """Strawberry's, with our own way from a text to a result. It takes no schema extensions."""

    def __init__(
        self,
        query: type,
        mutation: type | None = None,
        subscription: type | None = None,
        *,
        types: Iterable[type] = (),
        config: StrawberryConfig | None = None,
        execution_context_class: type[Executor[Any]] | None = None,
        limits: Limits | None = None,
        documents_kept_max: int = 1_000,
        suggestions: bool = False,
        introspection: bool = True,
    ) -> None:
        super().__init__(
            query,
            mutation,
            subscription,
            types=types,
            config=config,
            execution_context_class=execution_context_class,
        )
        if execution_context_class is not None:
            call_directly(self._schema)
        rules = [*specified_rules, MaybeNullValidationRule, OneOfInputValidationRule]
        if not introspection:
            rules.append(NoSchemaIntrospectionCustomRule)
        self._suggestions = suggestions
        self._sharing = Sharing()
        self._constants: dict[Operation, dict[str, Any]] = {}
        limits = limits or Limits()
        self._limits = limits
        self.documents = Documents(
            self._schema,
            limits,
            rules,
            kept_max=documents_kept_max,
            suggestions=suggestions,
        )

    def prepare(
        self,
        query: str,
        variables: Mapping[str, Any] | None = None,
        operation_name: str | None = None,
    ) -> Prepared | PreExecutionError:
        """Read a document and choose its operation, or say why nothing of it will be run."""
        document = self.documents.read(query)
        if document.node is None:
            return self.failed(document.errors)
        given = variables or {}
        try:
            operation = document.operation(operation_name)
            noted().asks(operation.name)
            check_variables(given, self._limits)
            cost = operation.cost(given)
            noted().asks(cost=cost)
            return Prepared(document.node, operation, given, cost)
        except GraphQLError as error:
            return self.failed([error.with_traceback(None)])

    def refused_together(self, several: Sequence[Prepared]) -> PreExecutionError | None:
        """What is said of operations that come together, when together they are over a limit of one."""
        cost = sum(each.cost for each in several)
        if cost > self._limits.cost_max:
            return self.failed([TooCostly(cost, self._limits.cost_max)])
        try:
            mutations = sum(each.operation.mutations for each in several)
            check("mutations", mutations, self._limits.mutations_max)
        except OverLimit as error:
            return self.failed([error.with_traceback(None)])
        return None

    def cost_of(self, prepared: Prepared) -> dict[str, int]:
        """What `extensions.cost` says, to those who ask."""
        return {"requestedQueryCost": prepared.cost, "maximumQueryCost": self._limits.cost_max}

    async def run(self, prepared: Prepared, context: Any) -> ExecutionResult:
        """Run a query or a mutation."""
        if (constant := self._constants.get(prepared.operation)) is not None:
            return ExecutionResult(constant, None)
        executor = self._executor(prepared, context)
        if isinstance(executor, list):
            return self.failed(executor, context)
        try:
            result: Any = execute_root_selection_set(executor)
            if isawaitable(result):
                result = await result
        except Exception as error:  # noqa: BLE001 - what escapes the executor is a fault like others
            result = CoreResult(None, [GraphQLError(str(error), original_error=error)])
        finally:
            release(executor)
        if prepared.operation.is_constant and not result.errors:
            self._keep_constant(prepared.operation, result.data)
        return self._finished(result, context)

    def _keep_constant(self, operation: Operation, data: dict[str, Any]) -> None:
        while len(self._constants) >= CONSTANTS_KEPT_MAX:
            del self._constants[next(iter(self._constants))]
        self._constants[operation] = data

    async def execute(
        self,
        query: str | None,
        variable_values: dict[str, Any] | None = None,
        context_value: Any = None,
        root_value: Any = None,
        operation_name: str | None = None,
        allowed_operation_types: Iterable[Any] | None = None,
        operation_extensions: dict[str, Any] | None = None,
    ) -> ExecutionResult:
        """Run a query or a mutation from its text. Every error of the result has a code."""
        del root_value, operation_extensions
        allowed = _WITHOUT_SUBSCRIPTIONS
        if allowed_operation_types is not None:
            allowed = allowed & {each.value for each in allowed_operation_types}
        prepared = self._allowed(
            self.prepare(query or "", variable_values, operation_name), allowed
        )
        if isinstance(prepared, PreExecutionError):
            return prepared
        return await self.run(prepared, context_value)

    async def stream(
        self,
        query: str | None,
        variable_values: dict[str, Any] | None = None,
        context_value: Any = None,
        root_value: Any = None,
        operation_name: str | None = None,
        operation_extensions: dict[str, Any] | None = None,
        allowed_operation_types: Iterable[Any] | None = None,
    ) -> Results:
        """As `execute`, for any operation: one result, or those of a subscription as they come."""
        del root_value, operation_extensions
        prepared = self.prepare(query or "", variable_values, operation_name)
        if allowed_operation_types is not None:
            prepared = self._allowed(prepared, {each.value for each in allowed_operation_types})
        return self.results(prepared, context_value)

    def results(self, prepared: Prepared | PreExecutionError, context: Any) -> Results:
        """The results of a prepared operation. Close the generator to leave a subscription."""
        if isinstance(prepared, Prepared) and prepared.operation.type is _SUBSCRIPTION:
            return self._events(prepared, context)
        return self._only(prepared, context)

    def failed(self, errors: Iterable[GraphQLError], context: Any = None) -> PreExecutionError:
        """The result of a document of which nothing was run."""
        every = list(errors)
        log_faults(every)
        return PreExecutionError(None, [shown(error, _request_id(context)) for error in every])

    def _allowed(
        self, prepared: Prepared | PreExecutionError, allowed: Collection[str]
    ) -> Prepared | PreExecutionError:
        if isinstance(prepared, PreExecutionError) or prepared.operation.type.value in allowed:
            return prepared
        return self.failed([GraphQLError(f"A {prepared.operation.type.value} cannot be run here.")])

    async def _only(self, prepared: Prepared | PreExecutionError, context: Any) -> Results:
        if isinstance(prepared, Prepared):
            yield await self.run(prepared, context)
        else:
            yield prepared

    async def _events(self, prepared: Prepared, context: Any) -> Results:
        executor = self._executor(prepared, context)
        if isinstance(executor, list):
            yield self.failed(executor, context)
            return
        has_begun = False
        try:
            source: Any = create_source_event_stream(executor)
            if isawaitable(source):
                source = await source
            if isinstance(source, CoreResult):
                yield self.failed(source.errors or (), context)
                return
            resolve = self._sharing.of(prepared.operation, prepared.variables, executor)
            async with aclosing(source):
                async for event in source:
                    result = resolve(event)
                    if not isinstance(result, CoreResult):
                        result = await result
                    has_begun = True
                    yield self._finished(result, context)
        except Exception as error:  # noqa: BLE001 - the source's own, which ends it
            errors = [GraphQLError(str(error), original_error=error)]
            if has_begun:
                yield self._finished(CoreResult(None, errors), context)
            else:
                yield self.failed(errors, context)

    def _executor(self, prepared: Prepared, context: Any) -> Executor[Any] | list[GraphQLError]:
        """The executor, or what is wrong with the variables."""
        try:
            return self.execution_context_class.build(
                self._schema,
                prepared.document,
                None,
                context,
                prepared.variables,  # type: ignore[arg-type]
                prepared.operation.name,
                is_awaitable=optimized_is_awaitable,  # type: ignore[arg-type]
                hide_suggestions=not self._suggestions,
            )
        except Exception as error:  # noqa: BLE001 - an input's own reader may raise what it likes
            return [GraphQLError(str(error), original_error=error)]

    def _finished(self, result: CoreResult, context: Any) -> ExecutionResult:
        errors = result.errors
        if errors:
            log_faults(errors)
            errors = [shown(error, _request_id(context)) for error in errors]
        return ExecutionResult(result.data, errors)


def _request_id(context: Any) -> str:
    return context.request_id if isinstance(context, Context) else ""
