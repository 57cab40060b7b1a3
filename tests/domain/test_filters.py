"""Filters: what is given counts, what is empty restricts nothing, and how large one is."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gql_tickets.domain.directory import RepositoryRef, UserRef
from gql_tickets.domain.filters import (
    LEAVES_MAX,
    LEVELS_MAX,
    TOO_MUCH,
    LabelsMatch,
    OneOf,
    Reference,
    Span,
    TicketFilter,
    fields_of,
    size,
)
from gql_tickets.domain.tickets import TicketField, TicketPriority, TicketRef, TicketStatus
from tests.domain.records import NOON

LEAF = TicketFilter(has_children=True)
LEAVES: dict[str, Any] = {
    "ids": (1,),
    "slugs": ("AM-1",),
    "status": OneOf((TicketStatus.TODO,)),
    "type": OneOf(not_in=()),
    "priority": OneOf((TicketPriority.HIGH,)),
    "assignee": Reference((UserRef(me=True),)),
    "creator": Reference[UserRef](is_null=True),
    "repository": Reference((RepositoryRef(1),)),
    "labels": LabelsMatch(all_of=("ui",)),
    "parent": Reference[TicketRef](is_null=False),
    "descendant_of": TicketRef(id=1),
    "has_children": False,
    "text": "",
    "created_at": Span(gt=NOON),
    "updated_at": Span(lte=NOON),
    "completed_at": Span(is_null=True),
}


def nested(levels: int) -> TicketFilter:
    """A filter in a filter, so many levels deep."""
    filter = LEAF
    for _ in range(levels - 1):
        filter = TicketFilter(not_=filter)
    return filter


def test_a_filter_of_nothing_has_nothing_in_it() -> None:
    empty = TicketFilter()
    assert empty.leaves == ()
    assert list(empty.inner) == []
    assert fields_of(empty) == frozenset()
    assert size(empty) == (1, 1)


def test_the_leaves_are_all_fields_but_the_filters_within() -> None:
    assert {"and_", "or_", "not_", *LEAVES} == set(TicketFilter.__struct_fields__)
    assert TicketFilter(**LEAVES).leaves == tuple(LEAVES)


@pytest.mark.parametrize("name", LEAVES)
def test_a_field_that_is_given_is_one_leaf(name: str) -> None:
    filter = TicketFilter(**{name: LEAVES[name]})
    assert filter.leaves == (name,)
    assert size(filter) == (1, 1)


@pytest.mark.parametrize(
    ("name", "empty"),
    [
        ("ids", ()),
        ("slugs", ()),
        ("status", OneOf()),
        ("assignee", Reference()),
        ("labels", LabelsMatch()),
        ("text", ""),
        ("has_children", False),
        ("created_at", Span()),
    ],
)
def test_what_is_given_empty_is_given(name: str, empty: Any) -> None:
    assert TicketFilter(**{name: empty}).leaves == (name,)
    assert TicketFilter(**{name: empty}) != TicketFilter()


@pytest.mark.parametrize(
    ("filter", "places"),
    [
        (TicketFilter(and_=()), []),
        (TicketFilter(or_=()), []),
        (TicketFilter(not_=LEAF), [("not",)]),
        (TicketFilter(and_=(LEAF, LEAF)), [("and", "0"), ("and", "1")]),
        (TicketFilter(or_=(LEAF,)), [("or", "0")]),
        (
            TicketFilter(not_=LEAF, or_=(LEAF,), and_=(LEAF, LEAF), text="x"),
            [("and", "0"), ("and", "1"), ("or", "0"), ("not",)],
        ),
        (TicketFilter(not_=TicketFilter(and_=(LEAF,))), [("not",)]),
    ],
)
def test_a_filter_within_has_its_place(filter: TicketFilter, places: list[tuple[str, ...]]) -> None:
    assert [place for place, _ in filter.inner] == places


def test_a_place_is_that_of_its_filter() -> None:
    one, two, three, four = (TicketFilter(text=text) for text in "1234")
    filter = TicketFilter(and_=(one, two), or_=(three,), not_=four)
    assert [each for _, each in filter.inner] == [one, two, three, four]


@pytest.mark.parametrize(
    ("filter", "levels", "leaves"),
    [
        (TicketFilter(**LEAVES), 1, 16),
        (TicketFilter(and_=()), 1, 1),
        (TicketFilter(or_=()), 1, 1),
        (TicketFilter(not_=TicketFilter()), 2, 1),
        (TicketFilter(and_=(TicketFilter(), TicketFilter())), 2, 2),
        (TicketFilter(text="x", not_=TicketFilter()), 2, 2),
        (TicketFilter(text="x", and_=(LEAF, LEAF), or_=(LEAF,), not_=LEAF), 2, 5),
        (TicketFilter(and_=(LEAF, nested(3), LEAF)), 4, 3),
        (TicketFilter(or_=(LEAF,) * LEAVES_MAX), 2, 50),
        (TicketFilter(or_=(TicketFilter(**LEAVES),) * 4), 2, 64),
        (nested(LEVELS_MAX), 5, 1),
        (nested(LEVELS_MAX + 1), 6, 1),
    ],
)
def test_the_size_of_a_filter(filter: TicketFilter, levels: int, leaves: int) -> None:
    assert size(filter) == (levels, leaves)


def test_how_large_a_filter_may_be_is_said_in_a_sentence() -> None:
    assert TOO_MUCH == "A filter has at most 50 leaves and 5 levels."


FILTERS = st.recursive(
    st.builds(TicketFilter, text=st.none() | st.just("x"), has_children=st.none() | st.booleans()),
    lambda inner: st.builds(
        TicketFilter,
        and_=st.none() | st.lists(inner, max_size=2).map(tuple),
        or_=st.none() | st.lists(inner, max_size=2).map(tuple),
        not_=st.none() | inner,
        text=st.none() | st.just("x"),
    ),
    max_leaves=8,
)


@given(FILTERS)
@settings(max_examples=60)
def test_around_a_filter_there_is_one_level_more_and_not_a_leaf(filter: TicketFilter) -> None:
    levels, leaves = size(filter)
    assert size(TicketFilter(not_=filter)) == (levels + 1, leaves)
    assert size(TicketFilter(or_=(filter, filter))) == (levels + 1, 2 * leaves)
    assert size(TicketFilter(slugs=(), and_=(filter,))) == (levels + 1, leaves + 1)


@given(FILTERS)
@settings(max_examples=60)
def test_a_filter_looks_at_what_those_within_look_at(filter: TicketFilter) -> None:
    around = TicketFilter(status=OneOf(), or_=(filter,))
    assert fields_of(TicketFilter(not_=filter)) == fields_of(filter)
    assert fields_of(around) == {TicketField.STATUS, *fields_of(filter)}


@pytest.mark.parametrize("name", ["ids", "slugs", "creator", "created_at"])
def test_what_never_changes_is_not_looked_at(name: str) -> None:
    assert fields_of(TicketFilter(**{name: LEAVES[name]})) == frozenset()


@pytest.mark.parametrize("field", TicketField)
def test_every_change_of_a_ticket_is_a_write_of_it(field: TicketField) -> None:
    assert field in fields_of(TicketFilter(updated_at=Span(gt=NOON)))
