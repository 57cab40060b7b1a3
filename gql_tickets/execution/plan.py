"""Plans: a selection set over one object type, worked out once and followed a column at a time."""

from __future__ import annotations

from functools import lru_cache
from itertools import accumulate, chain
from operator import attrgetter
from typing import Any, Protocol

import msgspec
from graphql import (
    GraphQLAbstractType,
    GraphQLField,
    GraphQLObjectType,
    GraphQLOutputType,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
    is_object_type,
)
from graphql.execution import Executor
from graphql.execution.collect_fields import FieldDetails, FieldDetailsList
from graphql.execution.values import get_argument_values

from gql_tickets.execution.columns import (
    Column,
    Completed,
    Irregular,
    Place,
    Run,
    Values,
    replaced,
)
from gql_tickets.execution.leaves import Leaf
from gql_tickets.execution.relations import Related, relation_of
from gql_tickets.execution.resolvers import Resolver, definition_of, resolver_of

_LISTS = frozenset({list, tuple})
_HONOURED_BEFORE = frozenset({"include", "skip"})


def values_of(
    executor: Executor[Any],
    type_: GraphQLOutputType,
    details: FieldDetailsList,
    place: Place,
) -> Values:
    """How values of a type are completed in a place. Raises Irregular if graphql-core has to."""
    if not all(map(_is_plain, details)):
        raise Irregular
    nullable = not is_non_null_type(type_)
    bare: Any = type_ if nullable else type_.of_type  # type: ignore[union-attr]
    if is_list_type(bare):
        return Lists(values_of(executor, bare.of_type, details, place), place, nullable=nullable)
    if is_leaf_type(bare):
        return Leaf(bare, nullable=nullable)
    if is_object_type(bare):
        return Objects(executor, bare, details, place, nullable=nullable)
    return Abstracts(bare, details, place, nullable=nullable)


class Lists(Values):
    """Lists, whose items are one column as well."""

    def __init__(self, items: Values, place: Place, *, nullable: bool) -> None:
        super().__init__(nullable=nullable)
        self.items = items
        # Items that graphql-core gives could not be awaited again, if one of them failed.
        items.may_wait = bool(place.trail)

    def complete(self, run: Run, column: Column) -> Completed:
        """The usual case first: all of them are there, and lists."""
        if _LISTS.issuperset(map(type, column)):
            return self._spread(run, column)
        return super().complete(run, column)

    def present(self, run: Run, column: Column) -> Completed:
        """Other iterables are left to graphql-core: some can be read only once."""
        if not _LISTS.issuperset(map(type, column)):
            raise Irregular
        return self._spread(run, column)

    def _spread(self, run: Run, column: Column) -> Completed:
        """Completes the items of all lists at once."""
        flat = list(chain.from_iterable(column))

        def split(done: Column) -> Column:
            if done is flat:
                return column  # tuples too: they are encoded as lists are
            ends = list(accumulate(map(len, column)))
            return [done[start:end] for start, end in zip([0, *ends], ends, strict=False)]

        return run.then(self.items.complete(run, flat), split)


class Abstracts(Values):
    """Objects of an interface or a union: those of one type are completed together."""

    def __init__(
        self, type_: GraphQLAbstractType, details: FieldDetailsList, place: Place, *, nullable: bool
    ) -> None:
        super().__init__(nullable=nullable)
        self._type = type_
        self._details = details
        self._place = place
        self._plans: dict[str, Objects] = {}

    def present(self, run: Run, column: Column) -> Completed:
        """Asks the schema for each object's type, and follows one plan a type."""
        resolve = self._type.resolve_type or run.executor.type_resolver
        names = run.each(resolve, column, run.info(self._place), self._type)
        places: dict[str, list[int]] = {}
        for at, name in enumerate(names):
            places.setdefault(name, []).append(at)
        parts = [
            self._plan(run, name).present(run, [column[at] for at in those])
            for name, those in places.items()
        ]

        def merge(done: list[Column]) -> Column:
            return replaced(column, chain(*places.values()), chain(*done))

        return run.then(run.together(parts), merge)

    def _plan(self, run: Run, name: str) -> Objects:
        if name not in self._plans:
            executor, details = run.executor, self._details
            type_ = executor.ensure_valid_runtime_type(
                name, self._type, details, run.info(self._place), None
            )
            self._plans[name] = Objects(executor, type_, details, self._place, nullable=False)
        return self._plans[name]


class Objects(Values):
    """A plan: one selection set over one object type."""

    def __init__(
        self,
        executor: Executor[Any],
        type_: GraphQLObjectType,
        details: FieldDetailsList,
        place: Place,
        *,
        nullable: bool,
    ) -> None:
        super().__init__(nullable=nullable)
        self._place = place
        self._is_type_of = type_.is_type_of
        selected = executor.collect_subfields(type_, details)
        if selected.new_defer_usages:
            raise Irregular
        fields = selected.grouped_field_set
        self._fields = [
            _field(executor, type_, key, details, place) for key, details in fields.items()
        ]
        self._row = row_type(tuple(fields))

    def present(self, run: Run, column: Column) -> Completed:
        """The rows: each field as a column, and then the columns side by side."""
        self._check(run, column)
        if not self._fields:
            return [self._row() for _ in column]
        parts = run.together([field.column(run, column) for field in self._fields])
        return run.then(parts, lambda columns: list(map(self._row, *columns)))

    def _check(self, run: Run, column: Column) -> None:
        asked = self._is_type_of
        if asked is None or (
            isinstance(asked, InstanceOf) and {asked.kind}.issuperset(map(type, column))
        ):
            return
        if not {True}.issuperset(run.each(asked, column, run.info(self._place))):
            raise Irregular


class InstanceOf:
    """`is_type_of` for an object type that shows records of one Python type.

    It is asked about whole columns, and so costs next to nothing.
    """

    def __init__(self, kind: type) -> None:
        self.kind = kind

    def __call__(self, value: object, _info: object) -> bool:
        """Whether a value is such a record."""
        return isinstance(value, self.kind)


class Field(Protocol):
    """One field of a plan."""

    def column(self, run: Run, rows: Column) -> Completed:
        """Its completed values, for each row."""


class TypeName:
    """`__typename`."""

    def __init__(self, name: str) -> None:
        self._name = name

    def column(self, run: Run, rows: Column) -> Completed:
        """The name again and again."""
        del run
        return [self._name] * len(rows)


class Attribute:
    """A field without a resolver: it shows what its object holds."""

    def __init__(self, name: str, values: Values) -> None:
        self._get = attrgetter(name)
        self._values = values

    def column(self, run: Run, rows: Column) -> Completed:
        """The attributes."""
        return self._values.complete(run, list(map(self._get, rows)))


class Resolved:
    """A field with a resolver, sync or async, and maybe with arguments."""

    def __init__(self, place: Place, values: Values, resolver: Resolver | None) -> None:
        self._place = place
        self._values = values
        self._resolver = resolver

    def column(self, run: Run, rows: Column) -> Completed:
        """What the resolver says of each row."""
        field, nodes, *_ = self._place
        executor = run.executor
        arguments = (
            get_argument_values(
                field, nodes[0], executor.variable_values, None, executor.hide_suggestions
            )
            if field.args
            else {}
        )
        info = run.info(self._place)
        if self._resolver is None:
            values = run.each(field.resolve or executor.field_resolver, rows, info, **arguments)
        else:
            keywords = self._resolver.keywords(info, arguments)
            values = run.each(self._resolver.call, rows, **keywords)
        return self._values.complete(run, values)


def _field(
    executor: Executor[Any],
    parent: GraphQLObjectType,
    key: str,
    details: FieldDetailsList,
    outer: Place,
) -> Field:
    nodes = [each.node for each in details]
    name = nodes[0].name.value
    if name == "__typename":
        return TypeName(parent.name)
    field = parent.fields.get(name)
    if field is None or parent.name.startswith("__"):
        raise Irregular
    place = Place(field, nodes, parent, (*outer.trail, (key, parent.name)))
    values = values_of(executor, field.type, details, place)
    declared = relation_of(field)
    if declared is not None:
        items = values.items if declared.many and isinstance(values, Lists) else values
        return Related(declared, items)
    attribute = _attribute_of(field)
    if attribute:
        return Attribute(attribute, values)
    return Resolved(place, values, resolver_of(field, executor.schema))


def _attribute_of(field: GraphQLField) -> str | None:
    definition = definition_of(field)
    if definition is None or not definition.is_basic_field:
        return None
    return definition.python_name if definition.default_resolver is getattr else None


def _is_plain(details: FieldDetails) -> bool:
    """Whether nothing is asked for but the field, now: no @defer, no @stream, no other directive."""
    if details.defer_usage or details.fragment_variable_values:
        return False
    return all(each.name.value in _HONOURED_BEFORE for each in details.node.directives or ())


@lru_cache(maxsize=512)
def row_type(keys: tuple[str, ...]) -> type[msgspec.Struct]:
    """A type of rows with these response keys; selections with the same keys share it."""
    names = [f"field{number}" for number in range(len(keys))]
    return msgspec.defstruct("Row", names, rename=dict(zip(names, keys, strict=True)), gc=False)
