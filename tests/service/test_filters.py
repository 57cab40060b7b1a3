"""Filters of every depth: whatever a caller asks, the database answers as plain Python does."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from gql_tickets.auth import Actor
from gql_tickets.domain.directory import RepositoryRef, UserRef
from gql_tickets.domain.filters import (
    LEAVES_MAX,
    LabelsMatch,
    OneOf,
    Reference,
    Span,
    TicketFilter,
    fields_of,
    size,
)
from gql_tickets.domain.paging import NEWEST_FIRST, PageRequest
from gql_tickets.domain.tickets import (
    ChangeKind,
    Ticket,
    TicketDraft,
    TicketField,
    TicketPriority,
    TicketRef,
    TicketStatus,
    TicketType,
)
from gql_tickets.errors import ValidationFailed
from gql_tickets.service import tickets
from gql_tickets.service.board import Group
from gql_tickets.store import tickets as store_tickets
from gql_tickets.store.engine import Connection, Store
from gql_tickets.store.events import Event
from tests import groups
from tests.service.crowd import LABELS, SIZE, Judge, gathered

ME = UserRef(me=True)
TODO = TicketFilter(status=OneOf((TicketStatus.TODO,)))


@pytest.fixture
async def crowd(store: Store, actor: Actor) -> list[Ticket]:
    """Some tickets of every kind."""
    return await gathered(store, actor)


async def found(store: Store, actor: Actor, wanted: TicketFilter) -> list[int]:
    """The ids of what the store says matches."""
    page = await tickets.list_page(
        store, actor, filter=wanted, order=NEWEST_FIRST, page=PageRequest(2 * SIZE)
    )
    return sorted(ticket.id for ticket in page.items)


def some(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """A list as filters have it, or none."""
    return st.none() | st.lists(values, max_size=3).map(tuple)


def one_of(members: Any) -> st.SearchStrategy[Any]:
    """A test of an enum."""
    return st.builds(OneOf, some(st.sampled_from(members)), some(st.sampled_from(members)))


def refers(refs: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """A test of a reference."""
    null = st.sampled_from([None, None, True, False])
    return st.builds(Reference, some(refs), some(refs), null)


IDS = st.integers(-1, SIZE + 2) | st.sampled_from([2**31, 2**40])
SLUGS = st.builds("{}-{}".format, st.sampled_from(["AM", "am", "XX"]), st.integers(0, SIZE + 2))
USERS = st.builds(UserRef, id=st.integers(0, 4)) | st.builds(
    UserRef, username=st.sampled_from(["ada", "bob", "nobody"])
)
TICKETS = st.builds(TicketRef, id=IDS) | st.builds(TicketRef, slug=SLUGS | st.just("no slug"))
NAMES = st.sampled_from((*LABELS, "unknown"))
LABELLED = st.builds(
    LabelsMatch, some(NAMES), some(NAMES), some(NAMES), st.sampled_from([None, None, True, False])
)

WORDS = st.sampled_from(
    ["the", "LOGIN", "log*", "-the", "eclair", '"the login"', "世", "界 世界", "in", "🎟", "?"]
)
TYPED = st.lists(WORDS, max_size=3).map(" ".join)


def spans(moments: list[dt.datetime]) -> st.SearchStrategy[Span]:
    """A test of an instant; the bounds are instants of the crowd, or a microsecond beside one."""
    near = st.builds(
        lambda moment, by: moment + dt.timedelta(microseconds=by),
        st.sampled_from(moments),
        st.integers(-1, 1),
    )
    bound = st.none() | near
    return st.builds(Span, bound, bound, bound, bound, st.sampled_from([None, None, True, False]))


def leaves(crowd: list[Ticket]) -> st.SearchStrategy[TicketFilter]:
    """Filters of one field or two."""
    moments = sorted({it.updated_at for it in crowd} | {it.created_at for it in crowd})
    fields: dict[str, st.SearchStrategy[Any]] = {
        "ids": st.lists(IDS, max_size=30).map(tuple),
        "slugs": st.lists(SLUGS | st.just("\0"), max_size=30).map(tuple),
        "status": one_of(TicketStatus),
        "type": one_of(TicketType),
        "priority": one_of(TicketPriority),
        "assignee": refers(USERS),
        "creator": refers(USERS),
        "repository": refers(st.builds(RepositoryRef, st.integers(0, 3))),
        "labels": LABELLED,
        "parent": refers(TICKETS),
        "descendant_of": TICKETS,
        "has_children": st.booleans(),
        "text": TYPED,
        "created_at": spans(moments),
        "updated_at": spans(moments),
        "completed_at": spans(moments),
    }
    pairs = st.lists(st.sampled_from(sorted(fields)), min_size=1, max_size=2, unique=True)
    return pairs.flatmap(lambda names: st.builds(TicketFilter, **{n: fields[n] for n in names}))


def trees(crowd: list[Ticket]) -> st.SearchStrategy[TicketFilter]:
    """Filters within filters, as far as they are allowed."""
    return st.recursive(
        leaves(crowd),
        lambda inner: st.builds(
            TicketFilter,
            and_=some(inner),
            or_=some(inner),
            not_=st.none() | inner,
            status=st.none() | one_of(TicketStatus),
        ),
        max_leaves=8,
    ).filter(lambda tree: size(tree)[0] <= 5 and size(tree)[1] <= LEAVES_MAX)


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
)
@given(data=st.data())
async def test_any_tree_of_filters_matches_what_plain_python_says(
    store: Store, actor: Actor, crowd: list[Ticket], data: st.DataObject
) -> None:
    judge = Judge(crowd)
    for wanted in data.draw(st.lists(trees(crowd), min_size=1, max_size=10)):
        expected = judge.matching(wanted)
        assert await found(store, actor, wanted) == expected, wanted
        assert await tickets.count(store, actor, filter=wanted) == len(expected)


@pytest.mark.parametrize("field", ["created_at", "updated_at", "completed_at"])
async def test_a_bound_is_within_or_without(
    store: Store, actor: Actor, crowd: list[Ticket], field: str
) -> None:
    judge = Judge(crowd)
    moments = sorted({getattr(it, field) for it in crowd} - {None})
    for moment in (moments[0], moments[len(moments) // 2], moments[-1]):
        for test in ("gt", "gte", "lt", "lte"):
            wanted = replace(TicketFilter(), **{field: Span(**{test: moment})})
            assert await found(store, actor, wanted) == judge.matching(wanted), test


async def test_groups_take_trees_of_filters_too(
    store: Store, actor: Actor, crowd: list[Ticket]
) -> None:
    wanted = TicketFilter(
        or_=(
            TicketFilter(not_=TicketFilter(has_children=True)),
            TicketFilter(descendant_of=TicketRef(id=1)),
        )
    )
    pages = await groups.pages(
        store, actor, Group.STATUS, list(TicketStatus),
        filter=wanted, order=NEWEST_FIRST, page=PageRequest(SIZE),
    )  # fmt: skip
    expected = Judge(crowd).matching(wanted)
    assert sorted(ticket.id for page in pages for ticket in page.items) == expected
    counts = await groups.counts(store, actor, Group.STATUS, list(TicketStatus), filter=wanted)
    assert sum(counts) == len(expected)


async def test_a_filter_meets_strangers_nowhere(
    store: Store, actor: Actor, crowd: list[Ticket]
) -> None:
    stranger = replace(actor, org_id=actor.org_id + 1)
    everything = TicketFilter(or_=(TicketFilter(has_children=True), TicketFilter()))
    assert len(await found(store, stranger, everything)) == 5
    assert await found(store, stranger, TicketFilter(descendant_of=TicketRef(id=1))) == []
    assert await found(store, stranger, TicketFilter(has_children=True)) == []
    assert len(await found(store, actor, everything)) == len(crowd)


async def test_a_circle_of_parents_does_not_go_on_for_ever(store: Store, actor: Actor) -> None:
    first, second = [
        await tickets.create(store, actor, draft=TicketDraft("Around")) for _ in range(2)
    ]

    async def work(db: Connection) -> None:
        for child, parent in ((first, second), (second, first)):
            event = Event(child.id, 2, child.slug, ChangeKind.UPDATED)
            values = {"parent_id": parent.id, "version": 2}
            await store_tickets.change_ticket(
                db, actor.org_id, actor, child.updated_at, values, event
            )

    await store.write(work)
    wanted = TicketFilter(descendant_of=TicketRef(id=first.id))
    assert await found(store, actor, wanted) == [first.id, second.id]


def nested(levels: int) -> TicketFilter:
    """A filter of so many levels."""
    return TODO if levels == 1 else TicketFilter(not_=nested(levels - 1))


@pytest.mark.parametrize(
    "wanted",
    [
        nested(6),
        nested(100),
        TicketFilter(or_=(TODO,) * 51),
        TicketFilter(and_=(TicketFilter(),) * 51),
        TicketFilter(or_=(TicketFilter(and_=(TODO,) * 25),) * 2, has_children=True),
    ],
    ids=range(5),
)
async def test_a_filter_that_is_too_large_is_refused(
    store: Store, actor: Actor, wanted: TicketFilter
) -> None:
    with pytest.raises(ValidationFailed) as caught:
        await found(store, actor, wanted)
    assert caught.value.path == ("filter",)


async def test_a_filter_may_have_5_levels_and_50_leaves(store: Store, actor: Actor) -> None:
    await tickets.create(store, actor, draft=TicketDraft("It"))
    assert await found(store, actor, nested(5)) == []
    assert await found(store, actor, TicketFilter(or_=(TODO,) * 49, has_children=False)) == []


async def test_me_is_an_error_at_any_depth_where_there_is_no_user(
    store: Store, actor: Actor
) -> None:
    mine = Reference((ME,))
    wanted = TicketFilter(
        and_=(TicketFilter(), TicketFilter(not_=TicketFilter(creator=Reference(not_in=(ME,))))),
        or_=(TicketFilter(assignee=mine),),
    )
    with pytest.raises(ValidationFailed) as caught:
        await found(store, replace(actor, user_id=None), wanted)
    assert [problem.path for problem in caught.value.problems] == [
        ("filter", "and", "1", "not", "creator"),
        ("filter", "or", "0", "assignee"),
    ]


async def test_me_is_the_caller_at_any_depth(
    store: Store, actor: Actor, crowd: list[Ticket]
) -> None:
    mine = TicketFilter(
        or_=(TicketFilter(assignee=Reference((ME,))), TicketFilter(creator=Reference((ME,))))
    )
    expected = [it.id for it in crowd if 2 in {it.assignee_id, it.creator_id}]
    assert await found(store, replace(actor, user_id=2), mine) == expected


@pytest.mark.parametrize("text", ["a\0b", "\ud800"], ids=repr)
async def test_text_that_cannot_be_stored_is_refused_at_its_place(
    store: Store, actor: Actor, text: str
) -> None:
    wanted = TicketFilter(not_=TicketFilter(labels=LabelsMatch(any_of=(text,))))
    with pytest.raises(ValidationFailed) as caught:
        await found(store, actor, wanted)
    assert caught.value.path == ("filter", "not", "labels")


def looked_at() -> Iterator[tuple[TicketFilter, set[TicketField]]]:
    """Filters, and the fields that they look at."""
    field = TicketField
    yield TicketFilter(), set()
    yield TODO, {field.STATUS}
    yield TicketFilter(creator=Reference(is_null=True), ids=(1,), slugs=("AM-1",)), set()
    yield TicketFilter(created_at=Span(is_null=False)), set()
    yield TicketFilter(updated_at=Span(is_null=False)), set(field)
    yield TicketFilter(completed_at=Span(is_null=False)), {field.STATUS}
    yield TicketFilter(parent=Reference(is_null=True)), {field.PARENT}
    yield TicketFilter(descendant_of=TicketRef(id=1)), {field.PARENT}
    yield TicketFilter(has_children=False), {field.PARENT}
    yield TicketFilter(text="word"), {field.TITLE, field.DESCRIPTION, field.COMMENTS}
    yield (
        TicketFilter(labels=LabelsMatch(is_empty=True), type=OneOf(())),
        {field.LABELS, field.TYPE},
    )
    inner = TicketFilter(priority=OneOf(()), not_=TicketFilter(assignee=Reference()))
    several = TicketFilter(repository=Reference(), or_=(inner,), and_=(TODO,))
    yield several, {field.REPOSITORY, field.PRIORITY, field.ASSIGNEE, field.STATUS}


@pytest.mark.parametrize(("wanted", "fields"), list(looked_at()))
def test_a_filter_tells_the_fields_that_it_looks_at(
    wanted: TicketFilter, fields: set[TicketField]
) -> None:
    assert fields_of(wanted) == fields
