"""Filters of tickets as SQL. A filter is read into a shape, which holds no values, and its values.

Statements are built once for each shape and kept; values are always bound, a list as one
parameter. Shapes nest, so that a filter that says and, or and not needs no other design.
Negation is `IS NOT TRUE`: a reference that is unset is none of any.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple, TypeVar

import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy.dialects import postgresql

from gql_tickets.domain.filters import LabelsMatch, OneOf, Reference, TicketFilter
from gql_tickets.domain.ids import INT32_MAX, read_slug
from gql_tickets.store.tables import TEXT_ARRAY, ticket_labels, tickets, users
from gql_tickets.store.types import ListOf

T = TypeVar("T")
Clause = sa.ColumnElement[bool]


class Leaf(Struct, frozen=True):
    """One test of one column, against the parameter `bind`."""

    test: str
    column: str
    bind: str = ""


class All(Struct, frozen=True):
    """Every part holds."""

    parts: tuple[Shape, ...]


class AnyOf(Struct, frozen=True):
    """At least one part holds."""

    parts: tuple[Shape, ...]


class Not(Struct, frozen=True):
    """The part does not hold, or nobody knows."""

    part: Shape


Shape = Leaf | All | AnyOf | Not
EVERYTHING: Shape = All(())
NOTHING: Shape = AnyOf(())


class Criteria(NamedTuple):
    """A filter: its shape, and the values of its parameters."""

    shape: Shape
    values: dict[str, Any]


def criteria(wanted: TicketFilter) -> Criteria:
    """Read a filter whose texts are storable, and whose users are named by id or username."""
    values: dict[str, Any] = {}
    reading = _Reading(values)
    parts = (
        *reading.one_of("status", wanted.status),
        *reading.one_of("type", wanted.type),
        *reading.one_of("priority", wanted.priority),
        *reading.reference(
            "assignee_id", wanted.assignee, lambda ref: ref.id, lambda ref: ref.username
        ),
        *reading.reference("repository_id", wanted.repository, lambda ref: ref.id),
        *reading.labels(wanted.labels),
        *reading.reference(
            "parent_id", wanted.parent, lambda ref: ref.id, lambda ref: read_slug(ref.slug or "")
        ),
    )
    return Criteria(All(parts), values)


class _Reading:
    def __init__(self, values: dict[str, Any]) -> None:
        self._values = values

    def one_of(self, column: str, wanted: OneOf[Any] | None) -> Iterable[Shape]:
        if wanted is None:
            return
        if wanted.in_ is not None:
            yield self._among("", column, wanted.in_)
        if wanted.not_in:
            yield Not(self._among("", column, wanted.not_in))

    def reference(
        self,
        column: str,
        wanted: Reference[T] | None,
        number: Callable[[T], int | None],
        name: Callable[[T], str | None] = lambda _: None,
    ) -> Iterable[Shape]:
        if wanted is None:
            return
        if wanted.in_ is not None:
            yield self._referred(column, wanted.in_, number, name)
        if wanted.not_in:
            yield Not(self._referred(column, wanted.not_in, number, name))
        if wanted.is_null is not None:
            unset = Leaf("null", column)
            yield unset if wanted.is_null else Not(unset)

    def labels(self, wanted: LabelsMatch | None) -> Iterable[Shape]:
        if wanted is None:
            return
        if wanted.all_of:
            yield self._held("all", wanted.all_of)
        if wanted.any_of is not None:
            yield self._held("any", wanted.any_of)
        if wanted.none_of:
            yield Not(self._held("any", wanted.none_of))
        if wanted.is_empty is not None:
            bare = Leaf("bare", "labels")
            yield bare if wanted.is_empty else Not(bare)

    def _referred(
        self,
        column: str,
        refs: tuple[T, ...],
        number: Callable[[T], int | None],
        name: Callable[[T], str | None],
    ) -> Shape:
        ids = [given for ref in refs if (given := number(ref)) and 0 < given <= INT32_MAX]
        names = [text for ref in refs if number(ref) is None and (text := name(ref)) is not None]
        parts = [self._among("", column, ids)] if ids else []
        parts += [self._among("named_", column, names)] if names else []
        return parts[0] if len(parts) == 1 else AnyOf(tuple(parts))

    def _among(self, test: str, column: str, wanted: Iterable[Any]) -> Shape:
        """A list of one is compared by `=`, which every index and planner knows best."""
        distinct = tuple(dict.fromkeys(wanted))
        if not distinct:
            return NOTHING
        if len(distinct) == 1:
            return Leaf(f"{test}is", column, self._bind(distinct[0]))
        return Leaf(f"{test}in", column, self._bind(distinct))

    def _held(self, test: str, names: tuple[str, ...]) -> Shape:
        distinct = tuple(dict.fromkeys(names))
        if not distinct:
            return NOTHING
        if len(distinct) == 1:
            return Leaf("held", "labels", self._bind(distinct[0]))
        return Leaf(f"held_{test}", "labels", self._bind(distinct))

    def _bind(self, value: object) -> str:
        name = f"filter_{len(self._values)}"
        self._values[name] = value
        return name


def is_labelled(shape: Shape) -> bool:
    """Whether every match carries one certain label, by which SQLite had best look for it."""
    match shape:
        case All(parts):
            return any(map(is_labelled, parts))
        case Leaf(test):
            return test in {"held", "held_all"}
        case _:
            return False


def clause(shape: Shape, source: sa.FromClause, dialect: str) -> Clause:
    """The shape as a condition on rows of `source`, a tickets table of the organization `:org`."""
    match shape:
        case All(parts):
            return sa.and_(sa.true(), *(clause(part, source, dialect) for part in parts))
        case AnyOf(parts):
            return sa.or_(sa.false(), *(clause(part, source, dialect) for part in parts))
        case Not(part):
            return clause(part, source, dialect).is_not(sa.true())
        case Leaf(test, column, bind):
            return _TESTS[test](source.c[column], source, bind, dialect)


def among(
    column: sa.ColumnElement[Any], bind: str, kind: sa.types.TypeEngine[Any], dialect: str
) -> Clause:
    """Whether the column's value is in the list bound as one parameter."""
    values = sa.bindparam(bind, type_=ListOf(kind))
    if dialect == "postgresql":
        return column == sa.any_(values)
    return column.in_(sa.select(sa.func.json_each(values).table_valued("value").c.value))


def _is(column: sa.ColumnElement[Any], _: sa.FromClause, bind: str, __: str) -> Clause:
    return sa.type_coerce(column == sa.bindparam(bind, type_=column.type), sa.Boolean)


def _in(column: sa.ColumnElement[Any], _: sa.FromClause, bind: str, dialect: str) -> Clause:
    return among(column, bind, column.type, dialect)


def _null(column: sa.ColumnElement[Any], _: sa.FromClause, __: str, ___: str) -> Clause:
    return sa.type_coerce(column.is_(None), sa.Boolean)


def _named(column: sa.ColumnElement[Any]) -> tuple[sa.Select[Any], sa.ColumnElement[Any]]:
    """The ids of what the column refers to, and the names that they are looked up by."""
    target = (users if column.key == "assignee_id" else tickets).alias()
    name = target.c.username if column.key == "assignee_id" else target.c.slug
    return sa.select(target.c.id).where(target.c.org_id == org()), name


def _named_is(column: sa.ColumnElement[Any], _: sa.FromClause, bind: str, __: str) -> Clause:
    ids, name = _named(column)
    found = ids.where(name == sa.bindparam(bind, type_=sa.Text())).scalar_subquery()
    return sa.type_coerce(column == found, sa.Boolean)


def _named_in(column: sa.ColumnElement[Any], _: sa.FromClause, bind: str, dialect: str) -> Clause:
    ids, name = _named(column)
    return sa.type_coerce(column.in_(ids.where(among(name, bind, sa.Text(), dialect))), sa.Boolean)


def _held(column: sa.ColumnElement[Any], source: sa.FromClause, bind: str, dialect: str) -> Clause:
    name = sa.bindparam(bind, type_=sa.Text())
    if dialect == "postgresql":
        # The cast: a list of varchar has no operator in common with text[].
        holds: Clause = _carrying(column).contains(sa.cast(postgresql.array([name]), TEXT_ARRAY))
        return holds
    return source.c.id.in_(_holders(lambda held: held.c.name == name))


def _held_any(
    column: sa.ColumnElement[Any], source: sa.FromClause, bind: str, dialect: str
) -> Clause:
    if dialect == "postgresql":
        holds: Clause = _carrying(column).overlap(_names(bind))
        return holds
    return source.c.id.in_(_holders(lambda held: among(held.c.name, bind, sa.Text(), dialect)))


def _held_all(
    column: sa.ColumnElement[Any], source: sa.FromClause, bind: str, dialect: str
) -> Clause:
    if dialect == "postgresql":
        holds: Clause = _carrying(column).contains(_names(bind))
        return holds
    # Driven from the rarest label: the others are looked up for the tickets that carry that one.
    wanted = sa.func.json_each(_names(bind)).table_valued("value").alias()
    carried = ticket_labels.alias()
    tally = (
        sa.select(sa.func.count())
        .select_from(carried)
        .where(carried.c.org_id == org(), carried.c.name == wanted.c.value)
        .scalar_subquery()
    )
    rarest = (
        sa.select(wanted.c.value).order_by(tally).limit(sa.literal_column("1")).scalar_subquery()
    )
    other = sa.func.json_each(_names(bind)).table_valued("value").alias()
    also = ticket_labels.alias()
    carries_other = (
        sa.select(sa.literal_column("1"))
        .where(
            also.c.org_id == org(), also.c.name == other.c.value, also.c.ticket_id == source.c.id
        )
        .correlate(other, source)
        .exists()
    )
    missing: sa.Select[Any] = (
        sa.select(sa.literal_column("1")).select_from(other).where(~carries_other).correlate(source)
    )
    return source.c.id.in_(_holders(lambda held: held.c.name == rarest)) & ~missing.exists()


def _bare(column: sa.ColumnElement[Any], _: sa.FromClause, __: str, dialect: str) -> Clause:
    if dialect == "postgresql":
        return sa.type_coerce(sa.func.cardinality(column) == sa.literal_column("0"), sa.Boolean)
    return sa.type_coerce(column == sa.literal_column("'[]'"), sa.Boolean)


def _carrying(column: sa.ColumnElement[Any]) -> Any:
    """The labels as the array that they are on PostgreSQL, with its operators."""
    return sa.type_coerce(column, TEXT_ARRAY)


def _holders(chosen: Callable[[sa.FromClause], Clause]) -> sa.Select[Any]:
    held = ticket_labels.alias()
    return sa.select(held.c.ticket_id).where(held.c.org_id == org(), chosen(held))


def _names(bind: str) -> sa.BindParameter[Any]:
    return sa.bindparam(bind, type_=ListOf(sa.Text()))


def org() -> sa.BindParameter[int]:
    """The organization, in every statement."""
    return sa.bindparam("org", type_=sa.Integer)


_TESTS: dict[str, Callable[[sa.ColumnElement[Any], sa.FromClause, str, str], Clause]] = {
    "is": _is,
    "in": _in,
    "null": _null,
    "named_is": _named_is,
    "named_in": _named_in,
    "held": _held,
    "held_any": _held_any,
    "held_all": _held_all,
    "bare": _bare,
}
