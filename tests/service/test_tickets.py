"""Tickets one by one: creating, finding, changing and deleting them, and what history says of it."""

from __future__ import annotations

import json
from typing import Any

import pytest
import sqlalchemy as sa
from msgspec.structs import replace

from gql_tickets.auth import Actor, Scope
from gql_tickets.domain.directory import RepositoryRef, UserRef
from gql_tickets.domain.ids import INT32_MAX
from gql_tickets.domain.tickets import (
    LabelsPatch,
    Ticket,
    TicketDraft,
    TicketPatch,
    TicketPriority,
    TicketRef,
    TicketStatus,
    TicketType,
)
from gql_tickets.errors import Conflict, ErrorCode, Forbidden, NotFound, ValidationFailed
from gql_tickets.service import directory, tickets
from gql_tickets.store.engine import Connection, Store
from gql_tickets.store.statements import Statement
from gql_tickets.store.tables import ticket_events, ticket_labels

EVENTS = Statement(
    sa.select(ticket_events.c.version, ticket_events.c.kind, ticket_events.c.changes)
    .where(
        ticket_events.c.org_id == sa.bindparam("org"), ticket_events.c.slug == sa.bindparam("slug")
    )
    .order_by(ticket_events.c.version)
)
LABELS = Statement(
    sa.select(ticket_labels.c.name)
    .where(ticket_labels.c.org_id == sa.bindparam("org"))
    .order_by(ticket_labels.c.name)
)


async def add(store: Store, actor: Actor, title: str = "A ticket", **given: Any) -> Ticket:
    """A ticket with the defaults, but for what is given."""
    return await tickets.create(store, actor, draft=TicketDraft(title, **given))


async def change(store: Store, actor: Actor, ticket: Ticket, **given: Any) -> Ticket:
    """The ticket after a patch of what is given."""
    patch = TicketPatch(**given)
    return await tickets.update(store, actor, ticket=TicketRef(id=ticket.id), patch=patch)


async def history(store: Store, actor: Actor, slug: str) -> list[tuple[int, str, list[Any]]]:
    """Version, kind and changes of each event."""

    async def work(db: Connection) -> list[tuple[Any, ...]]:
        return await db.rows(EVENTS, org=actor.org_id, slug=slug)

    return [
        (version, kind.value, json.loads(changes))
        for version, kind, changes in await store.read(work)
    ]


async def test_a_ticket_needs_a_title_and_no_more(store: Store, actor: Actor) -> None:
    made = await add(store, actor, "  Implement user auth ")
    assert (made.title, made.type, made.status, made.priority) == (
        "Implement user auth",
        TicketType.TASK,
        TicketStatus.BACKLOG,
        TicketPriority.MEDIUM,
    )
    assert (made.version, made.labels, made.parent_id, made.started_at) == (1, (), None, None)
    assert made.slug.endswith(f"-{made.number}")
    assert await tickets.find(store, actor, TicketRef(id=made.id)) == made


async def test_everything_that_is_given_is_stored(store: Store, actor: Actor) -> None:
    await directory.upsert_user(store, actor, id=7, username="ada")
    await directory.upsert_repository(store, actor, id=3, name="core")
    parent = await add(store, actor, "Above")
    made = await add(
        store,
        actor,
        "Below 🎫",
        description="# Why\n\nBecause.\n",
        type=TicketType.EPIC,
        status=TicketStatus.DONE,
        priority=TicketPriority.NONE,
        assignee=UserRef(username="ada"),
        repository=RepositoryRef(3),
        labels=("zeta", " alpha ", "zeta", "Zeta"),
        parent=TicketRef(slug=parent.slug.lower()),
    )
    assert made.labels == ("zeta", "alpha", "Zeta")
    assert (made.assignee_id, made.repository_id) == (7, 3)
    assert (made.parent_id, made.parent_slug) == (parent.id, parent.slug)
    assert made.completed_at == made.created_at
    assert made.started_at is None
    assert await tickets.find(store, actor, TicketRef(slug=made.slug.lower())) == made
    assert await history(store, actor, made.slug) == [(1, "created", [])]


@pytest.mark.parametrize(
    "ref",
    [
        TicketRef(),
        TicketRef(id=0),
        TicketRef(id=-1),
        TicketRef(id=INT32_MAX),
        TicketRef(id=2**63),
        TicketRef(slug=""),
        TicketRef(slug="AM-0"),
        TicketRef(slug="AM-9999999999"),
        TicketRef(slug="\uff21\uff2d-1"),
        TicketRef(slug="AM-1\0"),
        TicketRef(slug="\ud800"),
    ],
    ids=repr,
)
async def test_what_is_no_ticket_is_not_found(store: Store, actor: Actor, ref: TicketRef) -> None:
    await add(store, actor)
    assert await tickets.find(store, actor, ref) is None
    with pytest.raises(NotFound) as caught:
        await tickets.delete(store, actor, ticket=ref, idempotency_key="once")
    assert caught.value.path == ("ticket",)


async def test_a_ticket_of_another_organization_is_not_found(store: Store, actor: Actor) -> None:
    made = await add(store, actor)
    other = await directory.create_organization(store, slug="other", name="Other")
    stranger = replace(actor, org_id=other.id)
    assert await tickets.find(store, stranger, TicketRef(id=made.id)) is None
    assert await tickets.find(store, stranger, TicketRef(slug=made.slug)) is None
    assert await tickets.by_ids(store, stranger, [made.id]) == [None]
    for act in (
        tickets.set_status(store, stranger, ticket=TicketRef(id=made.id), status=TicketStatus.DONE),
        tickets.delete(store, stranger, ticket=TicketRef(slug=made.slug)),
    ):
        with pytest.raises(NotFound):
            await act
    assert await tickets.find(store, actor, TicketRef(id=made.id)) == made


async def test_only_what_is_given_changes(store: Store, actor: Actor) -> None:
    made = await add(store, actor, "Old", description="kept", labels=("a", "b"))
    changed = await change(store, actor, made, title="New", priority=TicketPriority.URGENT)
    assert changed == replace(
        made,
        title="New",
        priority=TicketPriority.URGENT,
        version=2,
        updated_at=changed.updated_at,
    )
    assert changed.updated_at > made.updated_at
    assert await tickets.find(store, actor, TicketRef(id=made.id)) == changed
    assert (await history(store, actor, made.slug))[1:] == [
        (2, "updated", [["title", "Old", "New"], ["priority", "medium", "urgent"]])
    ]


async def test_none_clears_what_can_be_unset(store: Store, actor: Actor) -> None:
    await directory.upsert_user(store, actor, id=7)
    await directory.upsert_repository(store, actor, id=3)
    parent = await add(store, actor)
    made = await add(
        store,
        actor,
        description="text",
        assignee=UserRef(id=7),
        repository=RepositoryRef(3),
        parent=TicketRef(id=parent.id),
    )
    bare = await change(
        store, actor, made, description=None, assignee=None, repository=None, parent=None
    )
    assert (bare.description, bare.assignee_id, bare.repository_id) == (None, None, None)
    assert (bare.parent_id, bare.parent_slug, bare.slug) == (None, None, made.slug)
    assert await tickets.find(store, actor, TicketRef(id=made.id)) == bare
    assert (await history(store, actor, made.slug))[1] == (
        2,
        "updated",
        [
            ["description", "text", None],
            ["assignee_id", 7, None],
            ["repository_id", 3, None],
            ["parent_slug", parent.slug, None],
        ],
    )


async def test_a_patch_that_gives_nothing_writes_nothing(store: Store, actor: Actor) -> None:
    made = await add(store, actor)
    assert await change(store, actor, made) == made
    assert len(await history(store, actor, made.slug)) == 1


async def test_the_same_value_again_is_a_write(store: Store, actor: Actor) -> None:
    made = await add(store, actor)
    again = await tickets.set_status(store, actor, ticket=TicketRef(id=made.id), status=made.status)
    assert (again.version, again.status) == (2, made.status)
    assert (await history(store, actor, made.slug))[1] == (2, "updated", [])


async def test_work_starts_once_and_is_complete_while_it_is_done(
    store: Store, actor: Actor
) -> None:
    made = await add(store, actor)

    async def to(status: TicketStatus) -> Ticket:
        return await tickets.set_status(store, actor, ticket=TicketRef(id=made.id), status=status)

    started = await to(TicketStatus.IN_PROGRESS)
    assert started.started_at == started.updated_at
    done = await to(TicketStatus.DONE)
    assert (done.started_at, done.completed_at) == (started.started_at, done.updated_at)
    assert (await to(TicketStatus.DONE)).completed_at == done.completed_at
    back = await to(TicketStatus.IN_PROGRESS)
    assert (back.started_at, back.completed_at) == (started.started_at, None)
    again = await to(TicketStatus.DONE)
    assert again.completed_at == again.updated_at
    assert await tickets.find(store, actor, TicketRef(id=made.id)) == again


async def test_labels_are_replaced_or_edited(store: Store, actor: Actor) -> None:
    made = await add(store, actor, labels=("a", "b", "c"))
    edited = await change(
        store, actor, made, labels=LabelsPatch(add=("d", "a"), remove=("b", "unknown"))
    )
    assert edited.labels == ("a", "c", "d")
    assert (await change(store, actor, made, labels=LabelsPatch(set=("x", " x ")))).labels == ("x",)
    cleared = await change(store, actor, made, labels=LabelsPatch(set=()))
    assert cleared.labels == ()
    assert await tickets.find(store, actor, TicketRef(id=made.id)) == cleared
    assert (await history(store, actor, made.slug))[1][2] == [
        ["labels", ["a", "b", "c"], ["a", "c", "d"]]
    ]


async def test_sqlite_finds_labels_in_a_table_of_its_own(store: Store, actor: Actor) -> None:
    if store.dialect == "postgresql":
        return
    first = await add(store, actor, labels=("a", "b"))
    second = await add(store, actor, labels=("b", "c"))

    async def held(db: Connection) -> list[str]:
        return [row[0] for row in await db.rows(LABELS, org=actor.org_id)]

    assert await store.read(held) == ["a", "b", "b", "c"]
    await change(store, actor, first, labels=LabelsPatch(set=("z",)))
    await tickets.delete(store, actor, ticket=TicketRef(id=second.id))
    assert await store.read(held) == ["z"]


async def test_an_expected_version_must_be_the_current_one(store: Store, actor: Actor) -> None:
    made = await add(store, actor)
    ref = TicketRef(id=made.id)
    changed = await tickets.update(
        store, actor, ticket=ref, patch=TicketPatch(title="New"), expected_version=1
    )
    for act in (
        tickets.update(store, actor, ticket=ref, patch=TicketPatch(), expected_version=1),
        tickets.update(store, actor, ticket=ref, patch=TicketPatch(title="x"), expected_version=1),
        tickets.set_status(store, actor, ticket=ref, status=TicketStatus.DONE, expected_version=3),
        tickets.delete(store, actor, ticket=ref, expected_version=1),
    ):
        with pytest.raises(Conflict) as caught:
            await act
        assert caught.value.code is ErrorCode.VERSION_CONFLICT
        assert caught.value.path == ("expected_version",)
        assert caught.value.current == changed


async def test_a_slug_is_never_used_again(store: Store, actor: Actor) -> None:
    first, last = await add(store, actor), await add(store, actor)
    gone = await tickets.delete(store, actor, ticket=TicketRef(slug=last.slug))
    assert (gone.ticket, gone.cascaded_count) == (last, 0)
    assert await tickets.find(store, actor, TicketRef(id=last.id)) is None
    assert (await history(store, actor, last.slug))[-1] == (2, "deleted", [])
    following = await add(store, actor)
    assert [last.number, following.number] == [first.number + 1, first.number + 2]


async def test_a_failed_write_leaves_no_gap(store: Store, actor: Actor) -> None:
    first = await add(store, actor)
    with pytest.raises(ValidationFailed):
        await add(store, actor, assignee=UserRef(id=99), labels=("never",))
    assert (await add(store, actor)).number == first.number + 1


@pytest.mark.parametrize("title", ["", "  ", "x" * 501, "a\0b", "\udc80"], ids=repr)
async def test_titles_are_one_to_500_storable_characters(
    store: Store, actor: Actor, title: str
) -> None:
    with pytest.raises(ValidationFailed) as caught:
        await add(store, actor, title)
    assert caught.value.path == ("title",)
    made = await add(store, actor, "🎫" * 500)
    with pytest.raises(ValidationFailed) as caught:
        await change(store, actor, made, title=title)
    assert caught.value.path == ("patch", "title")


@pytest.mark.parametrize(
    "labels",
    [("",), ("a,b",), ("x" * 101,), ("nul\0",), ("\ud800",), tuple(map(str, range(51)))],
    ids=["empty", "comma", "long", "nul", "surrogate", "too many"],
)
async def test_labels_that_cannot_be_are_refused(
    store: Store, actor: Actor, labels: tuple[str, ...]
) -> None:
    with pytest.raises(ValidationFailed) as caught:
        await add(store, actor, labels=labels)
    assert caught.value.path == ("labels",)
    made = await add(store, actor, labels=("x" * 100, *map(str, range(100, 149))))
    for patch in (LabelsPatch(set=labels), LabelsPatch(add=labels)):
        with pytest.raises(ValidationFailed) as caught:
            await change(store, actor, made, labels=patch)
        assert caught.value.path == ("patch", "labels")


async def test_an_edit_must_not_end_with_too_many_labels(store: Store, actor: Actor) -> None:
    made = await add(store, actor, labels=tuple(map(str, range(50))))
    with pytest.raises(ValidationFailed):
        await change(store, actor, made, labels=LabelsPatch(add=("one more",)))
    swapped = await change(store, actor, made, labels=LabelsPatch(add=("new",), remove=("0",)))
    assert swapped.labels == (*map(str, range(1, 50)), "new")


async def test_references_to_nothing_are_named_all_at_once(store: Store, actor: Actor) -> None:
    given: dict[str, Any] = {
        "assignee": UserRef(username="nobody"),
        "repository": RepositoryRef(99),
        "parent": TicketRef(slug="AM-99999"),
    }
    with pytest.raises(ValidationFailed) as caught:
        await add(store, actor, **given)
    assert sorted(problem.path for problem in caught.value.problems) == [
        ("assignee",),
        ("parent",),
        ("repository",),
    ]
    made = await add(store, actor)
    with pytest.raises(ValidationFailed) as caught:
        await change(store, actor, made, **given)
    assert sorted(problem.path for problem in caught.value.problems) == [
        ("patch", "assignee"),
        ("patch", "parent"),
        ("patch", "repository"),
    ]
    assert len(await history(store, actor, made.slug)) == 1


async def test_me_is_the_user_behind_the_key(store: Store, actor: Actor) -> None:
    await directory.upsert_user(store, actor, id=7)
    made = await add(store, replace(actor, user_id=7), assignee=UserRef(me=True))
    assert (made.assignee_id, made.creator_id) == (7, 7)
    with pytest.raises(ValidationFailed) as caught:
        await add(store, replace(actor, user_id=None), assignee=UserRef(me=True))
    assert caught.value.path == ("assignee",)


async def test_a_username_that_cannot_be_stored_is_refused(store: Store, actor: Actor) -> None:
    for name in ("a\0", "\ud800"):
        with pytest.raises(ValidationFailed):
            await add(store, actor, assignee=UserRef(username=name))


async def test_scopes_are_asked_for_first(store: Store, actor: Actor) -> None:
    reader = replace(actor, scopes=frozenset({Scope.TICKETS_READ}))
    nobody = replace(actor, scopes=frozenset())
    ref = TicketRef(slug="no ticket at all")
    for act in (
        tickets.create(store, reader, draft=TicketDraft("")),
        tickets.update(store, reader, ticket=ref, patch=TicketPatch(title="")),
        tickets.set_status(store, reader, ticket=ref, status=TicketStatus.DONE),
        tickets.delete(store, reader, ticket=ref),
        tickets.find(store, nobody, ref),
        tickets.by_ids(store, nobody, []),
        tickets.progress_of(store, nobody, []),
    ):
        with pytest.raises(Forbidden):
            await act


async def test_batches_answer_in_the_order_of_their_keys(store: Store, actor: Actor) -> None:
    one, two = await add(store, actor), await add(store, actor)
    for status in (TicketStatus.DONE, TicketStatus.TODO, TicketStatus.DONE):
        await add(store, actor, parent=TicketRef(id=two.id), status=status)
    ids = [two.id, 10_000, one.id, two.id]
    assert await tickets.by_ids(store, actor, ids) == [two, None, one, two]
    progress = await tickets.progress_of(store, actor, ids)
    assert [(each.total, each.done) for each in progress] == [(3, 2), (0, 0), (0, 0), (3, 2)]
