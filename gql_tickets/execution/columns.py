"""Columns: what they are, how one is completed, and the run that completes them level by level.

A column is a list of the values of one field, one for each row. To complete it is to turn it into
the column of what the response shows, as graphql-core does with each value by itself.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Iterable
from functools import lru_cache, partial
from inspect import iscoroutine
from itertools import islice
from types import GeneratorType, NoneType
from typing import Any, NamedTuple, TypeAlias

from graphql import FieldNode, GraphQLField, GraphQLObjectType, GraphQLResolveInfo
from graphql.execution import Executor
from graphql.pyutils import Path, gather_with_cancel
from graphql.pyutils.undefined import UndefinedType

from gql_tickets.execution.loading import Load, ask_together

Column: TypeAlias = list[Any]


class Irregular(Exception):
    """Something that is not decided here: graphql-core has to complete the value."""


class Later:
    """A column that waits for something. One other waits for it at most."""

    def __init__(self) -> None:
        self.column: Column = []
        self.finish: Callable[[Column], None] | None = None

    def arrive(self, column: Column) -> None:
        """Here it is."""
        self.column = column
        if self.finish is not None:
            self.finish(column)


Completed: TypeAlias = Column | Later


class Place(NamedTuple):
    """The field that a column is of, and the response keys that lead there from the run's start."""

    field: GraphQLField
    nodes: list[FieldNode]
    parent: GraphQLObjectType
    trail: tuple[tuple[str, str], ...] = ()


class Run:
    """One attempt to complete a value, and all that has to be awaited for it.

    What one level of the selection waits for is awaited together, and then the next level asks
    together: however many rows and branches there are, a level is one batch of each loader.
    """

    def __init__(self, executor: Executor[Any], path: Path) -> None:
        self.executor = executor
        self._path = path
        self._level: list[tuple[list[Awaitable[Any]], Later]] = []
        self._batches: list[Awaitable[None]] = []
        self._held: list[Column] = []

    def info(self, place: Place) -> GraphQLResolveInfo[Any]:
        """What resolvers are told. It is one for a column: its path names no index within a list."""
        path = self._path
        for key, type_name in place.trail:
            path = Path(path, key, type_name)
        return self.executor.build_resolve_info(place.field, place.nodes, place.parent, path)

    def each(self, function: Callable[..., Any], rows: Column, *args: Any, **kwargs: Any) -> Column:
        """What a function of the schema says of each row, awaitable or not."""
        values = self.hold([])
        for row in rows:
            values.append(function(row, *args, **kwargs))
        return values

    def hold(self, column: Column) -> Column:
        """Looks after the awaitables in a column, until the run ends."""
        self._held.append(column)
        return column

    def wait(self, awaitables: list[Awaitable[Any]]) -> Later:
        """Awaits them with the others of this level."""
        later = Later()
        self._level.append((awaitables, later))
        return later

    def load(self, loads: list[Load[Any]]) -> Completed:
        """What they stand for, asked for by one call."""
        batches = ask_together(loads)

        def found(_: Column) -> Column:
            return [load.found() for load in loads]

        return self.then(self.wait_for_batches(batches), found) if batches else found([])

    def wait_for_batches(self, batches: Iterable[Awaitable[None]]) -> Later:
        """As wait(), for what has begun already, cannot fail and may be left alone."""
        self._batches.extend(batches)
        return self.wait([])

    def then(self, first: Completed, finish: Callable[[Column], Completed]) -> Completed:
        """Goes on with a column, now or when it is there."""
        if isinstance(first, list):
            return finish(first)
        last = Later()

        def go_on(column: Column) -> None:
            completed = finish(column)
            if isinstance(completed, list):
                last.arrive(completed)
            else:
                completed.finish = last.arrive

        first.finish = go_on
        return last

    def together(self, parts: list[Completed]) -> Completed:
        """Several columns as one list of them."""
        if Later not in map(type, parts):
            return parts
        missing = {at: part for at, part in enumerate(parts) if isinstance(part, Later)}
        last = Later()

        def put(at: int, column: Column) -> None:
            parts[at] = column
            del missing[at]
            if not missing:
                last.arrive(parts)

        for at, part in missing.items():
            part.finish = partial(put, at)
        return last

    async def finish(self, completed: Later) -> Column:
        """Goes down level by level."""
        while self._level:
            level, self._level = self._level, []
            batches, self._batches = self._batches, []
            found = iter(await _awaited([each for group, _ in level for each in group]))
            for batch in batches:
                await batch
            for group, later in level:
                later.arrive(list(islice(found, len(group))))
        return completed.column

    def close(self) -> None:
        """Ends what nobody will await any more. What was started before has come to its end."""
        values = [value for column in self._held for value in column]
        for value in values:
            if iscoroutine(value):
                value.close()
        self.executor.track_async_work([value for value in values if not iscoroutine(value)])


class Values(ABC):
    """How a column of values of one type is completed."""

    def __init__(self, *, nullable: bool) -> None:
        self.nullable = nullable
        self.may_wait = True

    def complete(self, run: Run, column: Column) -> Completed:
        """The column as the response shows it. Raises Irregular, or whatever a resolver raises."""
        kinds: set[Any] = set(map(type, column))
        awaitable = set(filter(_is_awaitable, kinds))
        if not awaitable:
            return self._settled(run, column, kinds)
        late = [at for at, value in enumerate(column) if type(value) in awaitable]
        waiting = [column[at] for at in late]

        def go_on(found: Column) -> Completed:
            values = replaced(column, late, found)
            return self._settled(run, values, set(map(type, values)))

        if awaitable == {Load}:
            return run.then(run.load(waiting), go_on)
        if not self.may_wait:
            raise Irregular
        run.hold(column)
        return run.then(run.wait(waiting), go_on)

    @abstractmethod
    def present(self, run: Run, column: Column) -> Completed:
        """Completes a column without nulls, in which nothing has to be awaited."""

    def _settled(self, run: Run, column: Column, kinds: set[Any]) -> Completed:
        if any(map(_is_odd, kinds)):
            raise Irregular
        if NoneType not in kinds:
            return self.present(run, column)
        if not self.nullable:
            raise Irregular
        at = [at for at, value in enumerate(column) if value is not None]
        there = self.present(run, [column[each] for each in at])
        return run.then(there, lambda done: replaced(column, at, done))


def replaced(column: Column, places: Iterable[int], values: Iterable[Any]) -> Column:
    """A column with other values in some places."""
    copy = list(column)
    for at, value in zip(places, values, strict=True):
        copy[at] = value
    return copy


async def _awaited(awaitables: list[Awaitable[Any]]) -> list[Any]:
    """Their values. When one fails, the others are cancelled, and have ended."""
    if len(awaitables) > 1:
        return await gather_with_cancel(*awaitables)
    return [await each for each in awaitables]


@lru_cache(maxsize=1024)
def _is_awaitable(kind: type) -> bool:
    """Whether values of the Python type can be awaited."""
    return hasattr(kind, "__await__")


@lru_cache(maxsize=1024)
def _is_odd(kind: type) -> bool:
    """Whether graphql-core treats values of the Python type in a way of its own."""
    odd = issubclass(kind, Exception | GeneratorType | UndefinedType)
    return odd or hasattr(kind, "__await__")
