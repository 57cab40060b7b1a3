"""Lists of tickets: every filter, order and page against a plain model of the same tickets."""

from __future__ import annotations

import base64
import random
from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace

from gql_tickets.auth import Actor
from gql_tickets.domain.directory import RepositoryRef, UserRef
from gql_tickets.domain.filters import LabelsMatch, OneOf, Reference, TicketFilter
from gql_tickets.domain.paging import NEWEST_FIRST, Order, OrderField, Page, PageRequest
from gql_tickets.domain.tickets import (
    Ticket,
    TicketDraft,
    TicketPatch,
    TicketPriority,
    TicketRef,
    TicketStatus,
    TicketType,
)
from gql_tickets.errors import ValidationFailed
from gql_tickets.service import directory, tickets
from gql_tickets.store.engine import Store
from gql_tickets.store.pages import _page_statement

ALL = TicketFilter()
NAMES = {1: "ada", 2: "bob", 3: None}
LABELS = ("backend", "auth", "ui", "x" * 100, 'it\'s "odd" 🎫', "Backend")


@pytest.fixture
async def crowd(store: Store, actor: Actor) -> list[Ticket]:
    """Some 60 tickets of every kind, newest first; the dice fall alike each time."""
    dice = random.Random(7)  # noqa: S311
    for user, name in NAMES.items():
        await directory.upsert_user(store, actor, id=user, username=name)
        await directory.upsert_repository(store, actor, id=user)
    made: list[Ticket] = []
    for i in range(60):
        made.append(
            await tickets.create(
                store,
                actor,
                draft=TicketDraft(
                    f"Ticket {i}",
                    type=dice.choice(list(TicketType)),
                    status=dice.choice(list(TicketStatus)),
                    priority=dice.choice(list(TicketPriority)),
                    assignee=dice.choice([None, UserRef(id=1), UserRef(id=2), UserRef(id=3)]),
                    repository=dice.choice([None, RepositoryRef(1), RepositoryRef(2)]),
                    labels=tuple(dice.sample(LABELS, dice.randrange(4))),
                    parent=dice.choice([None, TicketRef(id=made[i % 3].id)]) if i > 3 else None,
                ),
            )
        )
    for ticket in dice.sample(made, 20):
        ref = TicketRef(id=ticket.id)
        await tickets.update(store, actor, ticket=ref, patch=TicketPatch(title="Changed"))
    stranger = await directory.create_organization(store, slug="other", name="Other")
    await tickets.create(store, replace(actor, org_id=stranger.id), draft=TicketDraft("Not ours"))
    found = await tickets.by_ids(store, actor, [ticket.id for ticket in made])
    return sorted(filter(None, found), key=lambda t: (t.created_at, t.id), reverse=True)


async def listed(store: Store, actor: Actor, **given: Any) -> Page[Ticket]:
    """A page, newest first of everything but for what is given."""
    request = PageRequest(**{"size": 100, **given.pop("page", {})})
    given = {"filter": ALL, "order": NEWEST_FIRST, **given}
    return await tickets.list_page(store, actor, page=request, **given)


Holds = Callable[[Ticket], bool]
ONE, TWO = UserRef(id=1), UserRef(id=2)
CASES: dict[str, tuple[TicketFilter, Holds]] = {
    "everything": (ALL, lambda _: True),
    "one status": (
        TicketFilter(status=OneOf((TicketStatus.TODO,))),
        lambda t: t.status is TicketStatus.TODO,
    ),
    "some statuses": (
        TicketFilter(status=OneOf((TicketStatus.TODO, TicketStatus.DONE, TicketStatus.TODO))),
        lambda t: t.status in {TicketStatus.TODO, TicketStatus.DONE},
    ),
    "no status at all": (TicketFilter(status=OneOf(())), lambda _: False),
    "not a status": (
        TicketFilter(status=OneOf(not_in=(TicketStatus.TODO,))),
        lambda t: t.status is not TicketStatus.TODO,
    ),
    "not nothing": (TicketFilter(status=OneOf(not_in=())), lambda _: True),
    "in and not in": (
        TicketFilter(type=OneOf((TicketType.BUG, TicketType.EPIC), (TicketType.EPIC,))),
        lambda t: t.type is TicketType.BUG,
    ),
    "not some priorities": (
        TicketFilter(priority=OneOf(not_in=(TicketPriority.NONE, TicketPriority.LOW))),
        lambda t: t.priority not in {TicketPriority.NONE, TicketPriority.LOW},
    ),
    "a user": (TicketFilter(assignee=Reference((ONE,))), lambda t: t.assignee_id == 1),
    "some users": (TicketFilter(assignee=Reference((ONE, TWO))), lambda t: t.assignee_id in {1, 2}),
    "a username": (
        TicketFilter(assignee=Reference((UserRef(username="ada"),))),
        lambda t: t.assignee_id == 1,
    ),
    "usernames and ids": (
        TicketFilter(
            assignee=Reference((UserRef(username="ada"), UserRef(username="bob"), UserRef(id=3)))
        ),
        lambda t: t.assignee_id is not None,
    ),
    "an unknown username": (
        TicketFilter(assignee=Reference((UserRef(username="nobody"),))),
        lambda _: False,
    ),
    "not an unknown username": (
        TicketFilter(assignee=Reference(not_in=(UserRef(username="nobody"),))),
        lambda _: True,
    ),
    "ids out of range": (
        TicketFilter(assignee=Reference((UserRef(id=0), UserRef(id=-1), UserRef(id=2**40)))),
        lambda _: False,
    ),
    "the unset is none of any": (
        TicketFilter(assignee=Reference(not_in=(ONE,))),
        lambda t: t.assignee_id != 1,
    ),
    "not by name either": (
        TicketFilter(assignee=Reference(not_in=(UserRef(username="ada"), TWO))),
        lambda t: t.assignee_id not in {1, 2},
    ),
    "unassigned": (TicketFilter(assignee=Reference(is_null=True)), lambda t: t.assignee_id is None),
    "assigned": (
        TicketFilter(assignee=Reference(is_null=False)),
        lambda t: t.assignee_id is not None,
    ),
    "a repository": (
        TicketFilter(repository=Reference((RepositoryRef(2),))),
        lambda t: t.repository_id == 2,
    ),
    "not a repository": (
        TicketFilter(repository=Reference(not_in=(RepositoryRef(2),))),
        lambda t: t.repository_id != 2,
    ),
    "a parent": (TicketFilter(parent=Reference((TicketRef(id=1),))), lambda t: t.parent_id == 1),
    "parents by slug": (
        TicketFilter(parent=Reference((TicketRef(slug="am-1"), TicketRef(slug="AM-2")))),
        lambda t: t.parent_id in {1, 2},
    ),
    "a parent by slug, one by id": (
        TicketFilter(parent=Reference((TicketRef(slug="am-1"), TicketRef(id=3)))),
        lambda t: t.parent_id in {1, 3},
    ),
    "what is no slug": (
        TicketFilter(parent=Reference((TicketRef(slug="\0"), TicketRef()))),
        lambda _: False,
    ),
    "top level": (TicketFilter(parent=Reference(is_null=True)), lambda t: t.parent_id is None),
    "a label": (TicketFilter(labels=LabelsMatch(("auth",))), lambda t: "auth" in t.labels),
    "a label, trimmed": (
        TicketFilter(labels=LabelsMatch((" auth ",))),
        lambda t: "auth" in t.labels,
    ),
    "an odd label": (
        TicketFilter(labels=LabelsMatch((LABELS[4],))),
        lambda t: LABELS[4] in t.labels,
    ),
    "two labels": (
        TicketFilter(labels=LabelsMatch(("auth", "backend"))),
        lambda t: {"auth", "backend"} <= set(t.labels),
    ),
    "two labels, one unknown": (
        TicketFilter(labels=LabelsMatch(("auth", "unknown"))),
        lambda _: False,
    ),
    "all of no labels": (TicketFilter(labels=LabelsMatch(())), lambda _: True),
    "any of no labels": (TicketFilter(labels=LabelsMatch(any_of=())), lambda _: False),
    "either label": (
        TicketFilter(labels=LabelsMatch(any_of=("auth", "ui", "unknown"))),
        lambda t: bool({"auth", "ui"} & set(t.labels)),
    ),
    "neither label": (
        TicketFilter(labels=LabelsMatch(none_of=("auth", "ui"))),
        lambda t: not {"auth", "ui"} & set(t.labels),
    ),
    "not a label": (
        TicketFilter(labels=LabelsMatch(none_of=("ui",))),
        lambda t: "ui" not in t.labels,
    ),
    "no labels": (TicketFilter(labels=LabelsMatch(is_empty=True)), lambda t: not t.labels),
    "some labels": (TicketFilter(labels=LabelsMatch(is_empty=False)), lambda t: bool(t.labels)),
    "all at once": (
        TicketFilter(
            status=OneOf(not_in=(TicketStatus.DONE,)),
            assignee=Reference((ONE, UserRef(username="bob"))),
            labels=LabelsMatch(any_of=("auth", "backend", "ui"), none_of=("Backend",)),
            parent=Reference(is_null=False),
        ),
        lambda t: (
            t.status is not TicketStatus.DONE
            and t.assignee_id in {1, 2}
            and bool({"auth", "backend", "ui"} & set(t.labels))
            and "Backend" not in t.labels
            and t.parent_id is not None
        ),
    ),
}


async def test_a_filter_gives_what_matches_and_counts_it(
    store: Store, actor: Actor, crowd: list[Ticket]
) -> None:
    for name, (wanted, holds) in CASES.items():
        expected = [ticket for ticket in crowd if holds(ticket)]
        page = await listed(store, actor, filter=wanted)
        assert page.items == expected, name
        assert await tickets.count(store, actor, filter=wanted) == len(expected), name


async def test_the_cases_say_something(crowd: list[Ticket]) -> None:
    sizes = {name: sum(map(holds, crowd)) for name, (_, holds) in CASES.items()}
    assert {name for name, size in sizes.items() if size == 0} == {
        "no status at all",
        "an unknown username",
        "ids out of range",
        "what is no slug",
        "two labels, one unknown",
        "any of no labels",
    }


async def test_me_in_a_filter_is_the_caller(
    store: Store, actor: Actor, crowd: list[Ticket]
) -> None:
    mine = TicketFilter(assignee=Reference((UserRef(me=True),)))
    page = await listed(store, replace(actor, user_id=2), filter=mine)
    assert page.items == [ticket for ticket in crowd if ticket.assignee_id == 2]
    with pytest.raises(ValidationFailed) as caught:
        await listed(store, replace(actor, user_id=None), filter=mine)
    assert caught.value.path == ("filter", "assignee")


@pytest.mark.parametrize("text", ["a\0b", "\ud800"], ids=repr)
async def test_text_that_cannot_be_stored_is_refused_in_a_filter(
    store: Store, actor: Actor, text: str
) -> None:
    for wanted in (
        TicketFilter(labels=LabelsMatch(none_of=(text,))),
        TicketFilter(assignee=Reference(not_in=(UserRef(username=text),))),
    ):
        with pytest.raises(ValidationFailed):
            await listed(store, actor, filter=wanted)
        with pytest.raises(ValidationFailed):
            await tickets.count(store, actor, filter=wanted)


ORDERS: dict[str, tuple[Order, ...]] = {
    "newest": NEWEST_FIRST,
    "oldest": (Order(OrderField.CREATED_AT, descending=False),),
    "changed last": (Order(OrderField.UPDATED_AT),),
    "number": (Order(OrderField.NUMBER, descending=False),),
    "by default": (),
    "mixed": (Order(OrderField.UPDATED_AT), Order(OrderField.CREATED_AT, descending=False)),
    "twice the same": (
        Order(OrderField.CREATED_AT),
        Order(OrderField.CREATED_AT, descending=False),
    ),
}


def arranged(rows: list[Ticket], order: tuple[Order, ...]) -> list[Ticket]:
    """What sorting in Python gives: the last key first, since Python's sort is stable."""
    rows = sorted(rows, key=lambda t: t.id, reverse=order[-1].descending if order else True)
    for wanted in reversed(order):
        rows.sort(key=lambda t: getattr(t, wanted.field.value), reverse=wanted.descending)
    return rows


@pytest.mark.parametrize("order", ORDERS.values(), ids=ORDERS)
async def test_walking_gives_every_ticket_once_in_either_direction(
    store: Store, actor: Actor, crowd: list[Ticket], order: tuple[Order, ...]
) -> None:
    expected = arranged(crowd, order)
    forth: list[Ticket] = []
    cursor: str | None = None
    while True:
        page = await listed(store, actor, order=order, page={"size": 7, "after": cursor})
        forth += page.items
        assert page.has_previous is (cursor is not None)
        if not page.has_next:
            break
        cursor = page.cursors[-1]
    assert forth == expected
    back: list[Ticket] = []
    cursor = None
    while True:
        page = await listed(
            store, actor, order=order, page={"size": 7, "before": cursor, "backward": True}
        )
        back = page.items + back
        assert page.has_next is (cursor is not None)
        if not page.has_previous:
            break
        cursor = page.cursors[0]
    assert back == expected


async def test_a_page_can_lie_between_two_cursors(
    store: Store, actor: Actor, crowd: list[Ticket]
) -> None:
    cursors = list((await listed(store, actor)).cursors)
    between = {"after": cursors[9], "before": cursors[20]}
    page = await listed(store, actor, page=between)
    assert page.items == crowd[10:20]
    assert not page.has_next
    last = await listed(store, actor, page={**between, "size": 3, "backward": True})
    assert (last.items, last.has_previous) == (crowd[17:20], True)


async def test_offsets_skip(store: Store, actor: Actor, crowd: list[Ticket]) -> None:
    page = await listed(store, actor, page={"size": 10, "offset": 45})
    assert (page.items, page.has_next, page.has_previous) == (crowd[45:55], True, True)
    beyond = await listed(store, actor, page={"size": 10, "offset": 2**31 - 1})
    assert (beyond.items, beyond.has_next) == ([], False)


async def test_a_cursor_keeps_its_place_when_its_ticket_goes(
    store: Store, actor: Actor, crowd: list[Ticket]
) -> None:
    page = await listed(store, actor, page={"size": 5})
    await tickets.delete(store, actor, ticket=TicketRef(id=crowd[4].id))
    after = await listed(store, actor, page={"size": 5, "after": page.cursors[-1]})
    assert [ticket.id for ticket in after.items] == [ticket.id for ticket in crowd[5:10]]


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"[]", b"{}", b"null", b'["-created_at,-id"]', b'["-created_at,-id",1]',
        b'["-created_at,-id",1,2,3]', b'["-created_at,-id","1","2"]', b'["-created_at,-id",true,1]',
        b'["-created_at,-id",1.5,1]', b'["-created_at,-id",9223372036854775807,1]',
        b'["-created_at,-id",1,4294967296]', b'["-created_at,-id",99999999999999999999,1]',
        b'["-created_at,-id",1,-1]', b'["created_at,id",1,1]', b"[" * 10_000, b"\xff\xfe",
    ],
    ids=range(17),
)  # fmt: skip
async def test_a_forged_cursor_is_refused(store: Store, actor: Actor, raw: bytes) -> None:
    cursor = base64.urlsafe_b64encode(raw).decode()
    for side in ("after", "before"):
        with pytest.raises(ValidationFailed) as caught:
            await listed(store, actor, page={side: cursor})
        assert caught.value.path == (side,)


async def test_a_cursor_is_written_when_it_is_asked_for(
    store: Store, actor: Actor, crowd: list[Ticket]
) -> None:
    cursors = (await listed(store, actor)).cursors
    assert len(cursors) == len(crowd)
    assert list(cursors) == [cursors[i] for i in range(len(crowd))]
    assert list(cursors[2:4]) == [cursors[2], cursors[3]]


async def test_one_statement_serves_every_value_of_a_shape(store: Store, actor: Actor) -> None:
    def wanted(*names: str) -> TicketFilter:
        return TicketFilter(labels=LabelsMatch(any_of=names), assignee=Reference((ONE, TWO)))

    await listed(store, actor, filter=wanted("a", "b"))
    before = _page_statement.cache_info()
    await listed(store, actor, filter=wanted("c", "d", "e", "f"))
    after = _page_statement.cache_info()
    assert (after.misses, after.hits) == (before.misses, before.hits + 1)
