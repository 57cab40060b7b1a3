"""The executor: graphql-core's, which completes objects and lists by columns wherever it can."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Generator, Sequence
from typing import Any

from graphql import GraphQLList, GraphQLObjectType, GraphQLResolveInfo
from graphql.execution import Executor
from graphql.execution.collect_fields import FieldDetailsList
from graphql.pyutils import Path, gather_with_cancel
from graphql.type import GraphQLResolveInfoHelpers
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from gql_tickets.execution.columns import Irregular, Later, Place, Run, Values
from gql_tickets.execution.memory import memo_of
from gql_tickets.execution.plan import values_of


class BreadthFirstExecutor(StrawberryGraphQLCoreExecutionContext):
    """Completes values breadth-first; give it to a schema as `execution_context_class`.

    Objects in the result's data are msgspec structs, which msgspec encodes. Whatever is irregular,
    an error above all, makes graphql-core complete the same value again, so that messages, paths
    and the bubbling of nulls are its own. For that reason a resolver beneath the roots may be
    called twice: it must not write. Roots are called by graphql-core alone, and once.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._memo = memo_of(
            self.operation, self.fragment_definitions, self.variable_values.coerced
        )
        # Middleware wraps each field by itself, and an abort may come between any two.
        wrapped = self.middleware_manager is not None and self.middleware_manager.middlewares
        self._may_plan = not wrapped and self.abort_signal is None

    def complete_object_value(self, *value: Any, **named: Any) -> Any:
        """One object: a column of one row."""
        return self._by_columns(super().complete_object_value, *value, **named)

    def complete_list_value(self, *value: Any, **named: Any) -> Any:
        """A list: its items are a column."""
        return self._by_columns(super().complete_list_value, *value, **named)

    def _by_columns(
        self,
        complete: Callable[..., Any],
        return_type: GraphQLObjectType | GraphQLList[Any],
        field_details_list: FieldDetailsList,
        info: GraphQLResolveInfo[Any],
        path: Path,
        result: Any,
        position_context: Any,
    ) -> Any:
        def stock() -> Any:
            return complete(return_type, field_details_list, info, path, result, position_context)

        # Only what is deferred has a context.
        may_plan = self._may_plan and position_context is None
        values = self._values(return_type, field_details_list, info) if may_plan else None
        if values is None:
            return stock()
        run = Run(self, path)
        try:
            completed = values.present(run, [result])
        except Exception:  # noqa: BLE001 - graphql-core meets it again, and reports it
            run.close()
            return stock()
        return completed[0] if isinstance(completed, list) else _Pending(run, completed, stock)

    def _values(
        self,
        return_type: GraphQLObjectType | GraphQLList[Any],
        details: FieldDetailsList,
        info: GraphQLResolveInfo[Any],
    ) -> Values | None:
        key = (return_type, info.parent_type, *(id(each.node) for each in details))
        known = self._memo.get(key)
        if known is None:
            # The details are kept so that their nodes, known by id(), live as long as the key.
            known = self._memo[key] = (self._planned(return_type, details, info), details)
        values: Values | None = known[0]
        return values

    def _planned(
        self,
        return_type: GraphQLObjectType | GraphQLList[Any],
        details: FieldDetailsList,
        info: GraphQLResolveInfo[Any],
    ) -> Values | None:
        field = self.schema.get_field(info.parent_type, info.field_name)
        if field is None:
            return None
        place = Place(field, [each.node for each in details], info.parent_type)
        try:
            return values_of(self, return_type, details, place)
        except Irregular:
            return None


def _gather(values: Sequence[Awaitable[Any]]) -> Awaitable[list[Any]]:
    return gather_with_cancel(*values)


_NOBODYS = GraphQLResolveInfoHelpers(gather=_gather, track=lambda _values: None)


def release(executor: Executor[Any]) -> None:
    """Let an executor that has run be freed with its request, and not by a collection of garbage.

    What it holds for resolvers are methods of its own, and so itself.
    """
    executor.async_helpers = _NOBODYS


class _Pending:
    """A value that has to be awaited for.

    It is no coroutine, since graphql-core may drop what it cancels before it has begun: then the
    run is closed, and leaves nothing behind that was never awaited.
    """

    def __init__(self, run: Run, completed: Later, stock: Callable[[], Any]) -> None:
        self._run = run
        self._completed = completed
        self._stock = stock
        self._has_begun = False

    def __await__(self) -> Generator[Any, Any, Any]:
        self._has_begun = True
        return self._finish().__await__()

    def __del__(self) -> None:
        if not self._has_begun:
            self._run.close()

    async def _finish(self) -> Any:
        try:
            return (await self._run.finish(self._completed))[0]
        except Exception:  # noqa: BLE001 - as above
            self._run.close()
        except BaseException:
            self._run.close()
            raise
        again = self._stock()
        return await again if self._run.executor.is_awaitable(again) else again
