"""Filters of tickets as SQL. A filter is read into a shape, which holds no values, and its values.

Values are always bound, a list as one parameter. How each test is said is told by noun: labels in
labelled.py, references and families in related.py, words in search.py.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable
from itertools import chain
from typing import Any, NamedTuple, TypeVar

import sqlalchemy as sa

from gql_tickets.domain.directory import UserRef
from gql_tickets.domain.filters import LabelsMatch, OneOf, Reference, Span, TicketFilter
from gql_tickets.domain.ids import INT32_MAX, read_slug
from gql_tickets.domain.search import Query, read_query
from gql_tickets.domain.tickets import TicketRef
from gql_tickets.store import labelled, related, search
from gql_tickets.store.parameters import among, org
from gql_tickets.store.shapes import EVERYTHING, NOTHING, All, AnyOf, Leaf, Not, Shape

__all__ = ["EVERYTHING", "Criteria", "Shape", "among", "clause", "criteria", "org"]

T = TypeVar("T")
Clause = sa.ColumnElement[bool]
Test = Callable[[sa.ColumnElement[Any], sa.FromClause, str, str], Clause]


class Criteria(NamedTuple):
    """A filter: its shape, the values of its parameters, and the words that relevance is about.

    `beside` is the shape without those words.
    """

    shape: Shape
    values: dict[str, Any]
    query: Query
    beside: Shape


def criteria(org: int, wanted: TicketFilter) -> Criteria:
    """Read a filter whose texts are storable, and whose users are named by id or username."""
    query = read_query(wanted.text or "")
    values = search.ranking(org, query) if wanted.text is not None else {}
    reading = _Reading(org, values)
    text, beside = tuple(reading.text(wanted.text)), reading.beside(wanted)
    return Criteria(All((*text, *beside)), values, query, All(beside))


class _Reading:
    """Makes shapes, and keeps the values that go with them."""

    def __init__(self, org: int, values: dict[str, Any]) -> None:
        self._org = org
        self._values = values

    def filter(self, wanted: TicketFilter) -> Shape:
        return All((*self.text(wanted.text), *self.beside(wanted)))

    def beside(self, wanted: TicketFilter) -> tuple[Shape, ...]:
        """All but the text."""
        given = (name for name in wanted.leaves if name != "text")
        return (
            *chain.from_iterable(_READINGS[name](self, getattr(wanted, name)) for name in given),
            *map(self.filter, wanted.and_ or ()),
            *self.either(wanted.or_),
            *(() if wanted.not_ is None else (Not(self.filter(wanted.not_)),)),
        )

    def either(self, wanted: tuple[TicketFilter, ...] | None) -> Iterable[Shape]:
        if wanted is not None:
            yield AnyOf(tuple(map(self.filter, wanted)))

    def number(self, column: str, wanted: tuple[int, ...]) -> Iterable[Shape]:
        yield self._among("", column, (each for each in wanted if 0 < each <= INT32_MAX))

    def slugs(self, wanted: tuple[str, ...]) -> Iterable[Shape]:
        yield self._among("", "slug", filter(None, map(read_slug, wanted)))

    def beneath(self, wanted: TicketRef) -> Iterable[Shape]:
        if wanted.id is not None:
            known = 0 < wanted.id <= INT32_MAX
            yield Leaf("beneath", "id", self._bind(wanted.id)) if known else NOTHING
        else:
            slug = read_slug(wanted.slug or "")
            yield Leaf("beneath_named", "id", self._bind(slug)) if slug else NOTHING

    def text(self, wanted: str | None) -> Iterable[Shape]:
        query = read_query(wanted or "")
        if query.wanted:
            sought = search.Sought(self._org, query.wanted, query.unwanted)
            yield Leaf("matches", "id", self._bind(sought))
        elif query.unwanted:
            # No index knows what it does not hold.
            sought = search.Sought(self._org, query.unwanted, any=True)
            yield Not(Leaf("matches", "id", self._bind(sought)))

    def span(self, column: str, wanted: Span) -> Iterable[Shape]:
        for test in ("gt", "gte", "lt", "lte"):
            if (bound := getattr(wanted, test)) is not None:
                yield Leaf(test, column, self._bind(bound))
        yield from self.truth(Leaf("null", column), wanted.is_null)

    def truth(self, leaf: Leaf, wanted: bool | None) -> Iterable[Shape]:
        if wanted is not None:
            yield leaf if wanted else Not(leaf)

    def user(self, column: str, wanted: Reference[UserRef]) -> Iterable[Shape]:
        return self.reference(column, wanted, lambda ref: ref.id, lambda ref: ref.username)

    def parent(self, wanted: Reference[TicketRef]) -> Iterable[Shape]:
        return self.reference(
            "parent_id", wanted, lambda ref: ref.id, lambda ref: read_slug(ref.slug or "")
        )

    def one_of(self, column: str, wanted: OneOf[Any]) -> Iterable[Shape]:
        if wanted.in_ is not None:
            yield self._among("", column, wanted.in_)
        if wanted.not_in:
            yield Not(self._among("", column, wanted.not_in))

    def reference(
        self,
        column: str,
        wanted: Reference[T],
        number: Callable[[T], int | None],
        name: Callable[[T], str | None] = lambda _: None,
    ) -> Iterable[Shape]:
        if wanted.in_ is not None:
            yield self._referred(column, wanted.in_, number, name)
        if wanted.not_in:
            yield Not(self._referred(column, wanted.not_in, number, name))
        yield from self.truth(Leaf("null", column), wanted.is_null)

    def labels(self, wanted: LabelsMatch) -> Iterable[Shape]:
        if wanted.all_of:
            yield self._held("all", wanted.all_of)
        if wanted.any_of is not None:
            yield self._held("any", wanted.any_of)
        if wanted.none_of:
            yield Not(self._held("any", wanted.none_of))
        yield from self.truth(Leaf("bare", "labels"), wanted.is_empty)

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


_READINGS: dict[str, Callable[[_Reading, Any], Iterable[Shape]]] = {
    "ids": lambda reading, wanted: reading.number("id", wanted),
    "slugs": _Reading.slugs,
    "status": lambda reading, wanted: reading.one_of("status", wanted),
    "type": lambda reading, wanted: reading.one_of("type", wanted),
    "priority": lambda reading, wanted: reading.one_of("priority", wanted),
    "assignee": lambda reading, wanted: reading.user("assignee_id", wanted),
    "creator": lambda reading, wanted: reading.user("creator_id", wanted),
    "repository": lambda reading, wanted: reading.reference(
        "repository_id", wanted, lambda ref: ref.id
    ),
    "labels": _Reading.labels,
    "parent": _Reading.parent,
    "descendant_of": _Reading.beneath,
    "has_children": lambda reading, wanted: reading.truth(Leaf("parental", "id"), wanted),
    "created_at": lambda reading, wanted: reading.span("created_at", wanted),
    "updated_at": lambda reading, wanted: reading.span("updated_at", wanted),
    "completed_at": lambda reading, wanted: reading.span("completed_at", wanted),
}


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


def _is(column: sa.ColumnElement[Any], _: sa.FromClause, bind: str, __: str) -> Clause:
    return sa.type_coerce(column == sa.bindparam(bind, type_=column.type), sa.Boolean)


def _in(column: sa.ColumnElement[Any], _: sa.FromClause, bind: str, dialect: str) -> Clause:
    return among(column, bind, column.type, dialect)


def _null(column: sa.ColumnElement[Any], _: sa.FromClause, __: str, ___: str) -> Clause:
    return sa.type_coerce(column.is_(None), sa.Boolean)


def _compared(by: Callable[[Any, Any], Any]) -> Test:
    def test(column: sa.ColumnElement[Any], _: sa.FromClause, bind: str, __: str) -> Clause:
        return sa.type_coerce(by(column, sa.bindparam(bind, type_=column.type)), sa.Boolean)

    return test


_TESTS: dict[str, Test] = {
    "is": _is,
    "in": _in,
    "null": _null,
    "gt": _compared(operator.gt),
    "gte": _compared(operator.ge),
    "lt": _compared(operator.lt),
    "lte": _compared(operator.le),
    "named_is": related.named_is,
    "named_in": related.named_in,
    "parental": related.parental,
    "beneath": related.beneath,
    "beneath_named": related.beneath_named,
    "matches": search.matches,
    "matches_rare": search.matches_rare,
    "matches_common": search.matches_common,
    "held": labelled.held,
    "held_any": labelled.held_any,
    "held_all": labelled.held_all,
    "bare": labelled.bare,
}
