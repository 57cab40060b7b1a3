"""Columns of leaf values: scalars and enums. One look at a column's types settles all its values."""

from __future__ import annotations

import datetime as dt
import enum
from array import array
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from math import isfinite
from operator import attrgetter
from types import NoneType
from typing import Any, TypeAlias, TypeVar

from graphql import (
    GraphQLBoolean,
    GraphQLFloat,
    GraphQLID,
    GraphQLInt,
    GraphQLLeafType,
    GraphQLString,
    Undefined,
)

from gql_tickets.execution.columns import Column, Completed, Irregular, Run, Values

Serialize = TypeVar("Serialize", bound=Callable[..., str])

_MARK = "_is_rfc3339"
_BY_IDENTITY: Any = object.__hash__


def rfc3339(serialize: Serialize) -> Serialize:
    """Marks a scalar's serializer that spells datetimes of UTC just as msgspec does.

    That is `2025-01-10T08:00:00Z`, with six digits of a second when they are not all zero. Columns
    of such a scalar are left to the encoder.
    """
    setattr(serialize, _MARK, True)
    return serialize


class Leaf(Values):
    """Values of a scalar or an enum."""

    def __init__(self, type_: GraphQLLeafType, *, nullable: bool) -> None:
        super().__init__(nullable=nullable)
        self._coerce = type_.coerce_output_value
        self._at_once = _way(type_, nullable=nullable)

    def complete(self, run: Run, column: Column) -> Completed:
        """The usual case first: all values are of the type that one expects."""
        shown = self._at_once(column)
        return super().complete(run, column) if shown is None else shown

    def present(self, run: Run, column: Column) -> Completed:
        """Value by value, as graphql-core does it, unless the nulls alone were in the way."""
        del run
        shown = self._at_once(column)
        return list(map(self._one, column)) if shown is None else shown

    def _one(self, value: Any) -> Any:
        shown = self._coerce(value)
        if shown is None or shown is Undefined:
            raise Irregular
        return shown


Way: TypeAlias = Callable[[Column], Column | None]
"""Converts a column whose values are all of the expected types; None for any other."""


def _way(type_: GraphQLLeafType, *, nullable: bool) -> Way:
    members = getattr(type_, "wrapped_cls", None)
    if type_ in _BUILT_IN:
        return _if_all(*_BUILT_IN[type_], nullable=nullable)
    if isinstance(members, enum.EnumMeta):
        return _names(type_, members, nullable=nullable)
    if hasattr(type_.coerce_output_value, _MARK):
        return _if_all(dt.datetime, _instants(type_.coerce_output_value), nullable=False)
    return lambda _: None


def _if_all(kind: type, convert: Callable[[Column], Column], *, nullable: bool) -> Way:
    """A conversion of columns with values of a Python type, and nulls where there may be some."""
    includes = frozenset({kind, NoneType} if nullable else {kind}).issuperset
    return lambda column: convert(column) if includes(map(type, column)) else None


def _as_they_are(column: Column) -> Column:
    return column


def _if(check: Callable[[Iterable[Any]], Any]) -> Callable[[Column], Column]:
    """A column that passes as it is, unless a check of its values raises something."""

    def convert(column: Column) -> Column:
        try:
            check(column)
        except TypeError:  # nulls are of no type that is checked; zeros, which go too, are in order
            check(filter(None, column))
        return column

    return convert


def _are_finite(numbers: Iterable[float]) -> None:
    if not all(map(isfinite, numbers)):
        raise Irregular


_are_of_32_bits = partial(array, "i")  # raises OverflowError


def _names(type_: GraphQLLeafType, members: enum.EnumMeta, *, nullable: bool) -> Way:
    shown = {member: type_.coerce_output_value(member) for member in members}  # type: ignore[var-annotated]
    if members.__hash__ is _BY_IDENTITY:
        return _looked_up({**shown, None: None} if nullable else shown)
    # Others are hashed by functions of Python, which cost more than to look up their names.
    of_name = {member.name: name for member, name in shown.items()}
    name = attrgetter("_name_")  # `name` is a property, and five times slower

    def convert(column: Column) -> Column:
        return list(map(of_name.__getitem__, map(name, column)))

    return _if_all(members, convert, nullable=False)


def _looked_up(shown: Mapping[Any, Any]) -> Way:
    """What each value is shown as. It is of the expected type if it is found."""

    def convert(column: Column) -> Column | None:
        try:
            return list(map(shown.__getitem__, column))
        except (KeyError, TypeError):  # TypeError: it cannot be looked up
            return None

    return convert


def _instants(serialize: Callable[[Any], Any]) -> Callable[[Column], Column]:
    zone = attrgetter("tzinfo")

    def convert(column: Column) -> Column:
        zones = list(map(zone, column))
        return column if zones.count(dt.UTC) == len(column) else list(map(serialize, column))

    return convert


_BUILT_IN: dict[GraphQLLeafType, tuple[type, Callable[[Column], Column]]] = {
    GraphQLString: (str, _as_they_are),
    GraphQLID: (str, _as_they_are),
    GraphQLBoolean: (bool, _as_they_are),
    GraphQLInt: (int, _if(_are_of_32_bits)),
    GraphQLFloat: (float, _if(_are_finite)),
}
