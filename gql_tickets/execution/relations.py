"""Relations: fields that lead to other objects by a key, declared once for both ways of loading.

A relation is an attribute that holds a key, and a loader of keys. An ordinary async resolver
follows from it, for graphql-core, and a column of its values that is loaded by one call.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import chain
from operator import attrgetter
from types import NoneType
from typing import Any, NamedTuple

import strawberry
from graphql import GraphQLField
from strawberry import Info, Parent

from gql_tickets.execution.columns import Column, Completed, Irregular, Run, Values
from gql_tickets.execution.loading import Loader
from gql_tickets.execution.resolvers import definition_of

GetLoader = Callable[[Any], Loader[Any, Any]]


class Relation(NamedTuple):
    """How to get the key of an object, and from the request's context the loader of its value."""

    key: Callable[[Any], Any]
    loader: GetLoader
    many: bool


def relation(*, key: str, loader: GetLoader, many: bool = False, **options: Any) -> Any:
    """A field whose value is loaded by the key that an attribute of its object holds.

    A null key is a null value. With `many` the attribute holds several keys, whose values make a
    list; what is not found is left out. The other options are those of strawberry.field().
    """
    declared = Relation(attrgetter(key), loader, many)

    async def one(root: Parent[Any], info: Info[Any, Any]) -> Any:
        wanted = declared.key(root)
        return None if wanted is None else await loader(info.context).load(wanted)

    async def several(root: Parent[Any], info: Info[Any, Any]) -> Any:
        found = await loader(info.context).many(declared.key(root))
        return [value for value in found if value is not None]

    resolver = several if many else one
    return strawberry.field(resolver=resolver, metadata={Relation: declared}, **options)


def relation_of(field: GraphQLField) -> Relation | None:
    """The relation that a field of the schema was declared as; None where more is done than that."""
    definition = definition_of(field)
    if definition is None or definition.extensions:
        return None
    metadata: Mapping[Any, Any] = definition.metadata or {}
    found: Relation | None = metadata.get(Relation)
    return found


class Related:
    """The column of a relation. What several rows point at is loaded, and completed, once.

    `values` completes what the loader brings: for a relation to many, the items of its lists.
    """

    def __init__(self, declared: Relation, values: Values) -> None:
        self._relation = declared
        self._values = values
        self._spread = self._lists if declared.many else self._ones

    def column(self, run: Run, rows: Column) -> Completed:
        """What the rows point at."""
        key, get_loader, many = self._relation
        keys = list(map(key, rows))
        distinct = dict.fromkeys(chain.from_iterable(keys) if many else keys)
        if not many:
            distinct.pop(None, None)
        loader = get_loader(run.executor.context_value)

        def complete(_: Column) -> Completed:
            there = dict(zip(distinct, loader.found(distinct), strict=True))
            if NoneType in set(map(type, there.values())):
                there = {key: value for key, value in there.items() if value is not None}
            completed = self._values.complete(run, list(there.values()))
            return run.then(
                completed, lambda done: self._spread(keys, dict(zip(there, done, strict=True)))
            )

        coming = loader.ask(distinct)
        return run.then(run.wait_for_batches(coming), complete) if coming else complete([])

    def _ones(self, keys: Column, shown: dict[Any, Any]) -> Column:
        column = list(map(shown.get, keys))
        if not self._values.nullable and None in column:
            raise Irregular
        return column

    def _lists(self, keys: Column, shown: dict[Any, Any]) -> Column:
        return [[shown[key] for key in several if key in shown] for several in keys]
