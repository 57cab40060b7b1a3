"""The executor: graphql-core's, which completes objects and lists by columns wherever it can."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from inspect import iscoroutine
from typing import Any

from graphql import GraphQLList, GraphQLObjectType, GraphQLResolveInfo
from graphql.execution import Executor
from graphql.execution.collect_fields import FieldDetailsList
from graphql.pyutils import Path, gather_with_cancel
from graphql.type import GraphQLResolveInfoHelpers
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from gql_tickets.execution.columns import Irregular, Later, Place, Run, Values
from gql_tickets.execution.held import Held, held
from gql_tickets.execution.memory import memo_of
from gql_tickets.execution.plan import values_of

_Stock = StrawberryGraphQLCoreExecutionContext


class BreadthFirstExecutor(_Stock):
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

    execute_fields = held(_Stock.execute_fields)
    execute_field = held(_Stock.execute_field)
    complete_awaitable_value = held(_Stock.complete_awaitable_value)
    complete_abstract_value = held(_Stock.complete_abstract_value)
    complete_awaitable_list_item_value = held(_Stock.complete_awaitable_list_item_value)
    _complete_object_value = held(_Stock.complete_object_value)
    _complete_list_value = held(_Stock.complete_list_value)

    def complete_list_item_value(self, item: Any, done: list[Any], *place: Any) -> bool:
        """An item, which graphql-core puts into a list of its own."""
        is_awaitable = super().complete_list_item_value(item, done, *place)
        if is_awaitable and iscoroutine(done[-1]):
            done[-1] = Held(done[-1])
        return is_awaitable

    def complete_object_value(self, *value: Any, **named: Any) -> Any:
        """One object: a column of one row."""
        return self._by_columns(self._complete_object_value, *value, **named)

    def complete_list_value(self, *value: Any, **named: Any) -> Any:
        """A list: its items are a column."""
        return self._by_columns(self._complete_list_value, *value, **named)

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
        if isinstance(completed, list):
            return completed[0]
        return Held(_finish(run, completed, stock), run)

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


async def _finish(run: Run, completed: Later, stock: Callable[[], Any]) -> Any:
    try:
        return (await run.finish(completed))[0]
    except Exception:  # noqa: BLE001 - graphql-core meets it again, and reports it
        run.close()
    except BaseException:
        run.close()
        raise
    again = stock()
    return await again if run.executor.is_awaitable(again) else again
