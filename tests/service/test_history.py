"""History: every write of every kind is there, whoever made it, and its pages are cut alike."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from gql_tickets.auth import Actor
from gql_tickets.domain.history import TicketEvent
from gql_tickets.domain.paging import PageRequest
from gql_tickets.domain.tickets import (
    ChangeKind,
    FieldChange,
    LabelsPatch,
    TicketDraft,
    TicketField,
    TicketPatch,
    TicketPriority,
    TicketRef,
    TicketStatus,
)
from gql_tickets.errors import ValidationFailed
from gql_tickets.service import history, labels, tickets
from gql_tickets.store.engine import Store

FIRST = TicketRef(id=1)


async def events(store: Store, actor: Actor, id: int = 1) -> list[TicketEvent]:
    """All that happened to a ticket, newest first."""
    (page,) = await history.pages(store, actor, [id], page=PageRequest(100))
    return page.items


async def create(store: Store, actor: Actor, **given: object) -> None:
    """A ticket."""
    await tickets.create(store, actor, draft=replace(TicketDraft("A ticket"), **given))


async def change(store: Store, actor: Actor, patch: TicketPatch) -> None:
    """Change AM-1."""
    await tickets.update(store, actor, ticket=FIRST, patch=patch)


async def test_what_changes_is_said_in_the_values_of_rest(store: Store, actor: Actor) -> None:
    await create(store, actor, labels=("a",))
    await create(store, actor)
    patch = TicketPatch(
        title="New",
        status=TicketStatus.IN_PROGRESS,
        priority=TicketPriority.NONE,
        labels=LabelsPatch(add=("b",)),
        parent=TicketRef(id=2),
    )
    await change(store, actor, patch)
    latest, first = await events(store, actor)
    assert (first.kind, first.version, first.changes) == (ChangeKind.CREATED, 1, ())
    assert (latest.kind, latest.version, latest.actor_name) == (
        ChangeKind.UPDATED,
        2,
        "command line",
    )
    assert latest.changes == (
        FieldChange(TicketField.TITLE, "A ticket", "New"),
        FieldChange(TicketField.STATUS, "backlog", "in_progress"),
        FieldChange(TicketField.PRIORITY, "medium", None),
        FieldChange(TicketField.LABELS, ("a",), ("a", "b")),
        FieldChange(TicketField.PARENT, None, "AM-2"),
    )


async def test_a_renamed_label_and_a_lost_parent_are_there(store: Store, actor: Actor) -> None:
    await create(store, actor, labels=("a", "z"))
    await create(store, actor)
    await change(store, actor, TicketPatch(parent=TicketRef(id=2)))
    await labels.upsert(store, actor, name="a", new_name="b")
    await labels.delete(store, actor, name="z")
    await tickets.delete(store, actor, ticket=TicketRef(id=2))
    assert [(event.version, event.changes) for event in await events(store, actor)] == [
        (5, (FieldChange(TicketField.PARENT, "AM-2", None),)),
        (4, (FieldChange(TicketField.LABELS, ("b", "z"), ("b",)),)),
        (3, (FieldChange(TicketField.LABELS, ("a", "z"), ("b", "z")),)),
        (2, (FieldChange(TicketField.PARENT, None, "AM-2"),)),
        (1, ()),
    ]
    deleted = (await events(store, actor, 2))[0]
    assert (deleted.kind, deleted.version) == (ChangeKind.DELETED, 2)


async def test_fields_narrow_it_to_what_changed_one_of_them(store: Store, actor: Actor) -> None:
    await create(store, actor)
    await create(store, actor)
    for number in range(3):
        await change(store, actor, TicketPatch(title=f"status {number}"))
        await tickets.set_status(store, actor, ticket=FIRST, status=list(TicketStatus)[number + 1])
    status, title = TicketField.STATUS, TicketField.TITLE
    for fields, versions in {
        (status,): [7, 5, 3],
        (title,): [6, 4, 2],
        (status, title): [7, 6, 5, 4, 3, 2],
        (TicketField.LABELS,): [],
        (): [],
    }.items():
        pages = await history.pages(store, actor, [1, 2], page=PageRequest(10), fields=fields)
        assert [[event.version for event in page.items] for page in pages] == [versions, []]
        assert await history.counts(store, actor, [1, 2], fields=fields) == [len(versions), 0]
    assert await history.counts(store, actor, [2, 1, 9]) == [1, 7, 0]


async def test_pages_go_on_after_their_cursor(store: Store, actor: Actor) -> None:
    await create(store, actor)
    for number in range(6):
        await change(store, actor, TicketPatch(title=str(number)))
    walked: list[int] = []
    cursor = None
    while True:
        (page,) = await history.pages(store, actor, [1], page=PageRequest(3, after=cursor))
        walked += [event.version for event in page.items]
        if not page.has_next:
            break
        cursor = page.cursors[-1]
    assert walked == [7, 6, 5, 4, 3, 2, 1]
    with pytest.raises(ValidationFailed):
        await history.pages(store, actor, [1], page=PageRequest(3, after="nonsense"))


async def test_events_are_found_by_ticket_and_version(store: Store, actor: Actor) -> None:
    await create(store, actor)
    await change(store, actor, TicketPatch(title="New"))
    latest, first = await events(store, actor)
    found = await history.by_keys(store, actor, [(1, 1), (1, 3), (2, 1), (1, 2)])
    assert found == [first, None, None, latest]
