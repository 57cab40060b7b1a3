"""A file that comes in again: it changes what is not as it says, and nothing else is written at all."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from gql_tickets.auth import Actor
from gql_tickets.domain.paging import PageRequest
from gql_tickets.domain.tickets import FieldChange, TicketField, TicketRef, TicketStatus
from gql_tickets.service import directory, history, tickets
from gql_tickets.store.engine import Store
from tests.changes.ways import poll, told
from tests.transfer.files import CSV, all_tickets, comment, counts, exported, lines, taken, ticket

ADA = {"kind": "user", "id": 5, "username": "ada", "name": None, "avatar_url": None}
BOB = {**ADA, "id": 6, "username": "bob"}
APP = {"kind": "repository", "id": 5, "name": "acme/app", "url": None}
FIRST = lines(
    ADA, BOB, APP, ticket(1, description="Old", assignee=5, labels=["a", "b"]), ticket(2), ticket(3)
)


async def versions(store: Store, actor: Actor) -> dict[str, int]:
    """The version of each ticket."""
    return {slug: each.version for slug, each in (await all_tickets(store, actor)).items()}


async def newest(store: Store, actor: Actor, id: int) -> tuple[str | None, list[FieldChange]]:
    """Who wrote to a ticket last, and what."""
    (page,) = await history.pages(store, actor, [id], page=PageRequest(size=1))
    (event,) = page.items
    return event.actor_name, list(event.changes)


CHANGES: dict[str, tuple[dict[str, Any], FieldChange]] = {
    "title": ({"title": "New"}, FieldChange(TicketField.TITLE, "A ticket", "New")),
    "description": (
        {"description": "New"},
        FieldChange(TicketField.DESCRIPTION, "Old", "New"),
    ),
    "no description": (
        {"description": None},
        FieldChange(TicketField.DESCRIPTION, "Old", None),
    ),
    "type": ({"type": "bug"}, FieldChange(TicketField.TYPE, "task", "bug")),
    "status": (
        {"status": "in_review"},
        FieldChange(TicketField.STATUS, "todo", "in_review"),
    ),
    "priority": (
        {"priority": "urgent"},
        FieldChange(TicketField.PRIORITY, "medium", "urgent"),
    ),
    "assignee": ({"assignee": 6}, FieldChange(TicketField.ASSIGNEE, 5, 6)),
    "no assignee": ({"assignee": None}, FieldChange(TicketField.ASSIGNEE, 5, None)),
    "repository": ({"repository": 5}, FieldChange(TicketField.REPOSITORY, None, 5)),
    "labels in another order": (
        {"labels": ["b", "a"]},
        FieldChange(TicketField.LABELS, ("a", "b"), ("b", "a")),
    ),
    "no labels": ({"labels": []}, FieldChange(TicketField.LABELS, ("a", "b"), ())),
    "parent": ({"parent": "AM-3"}, FieldChange(TicketField.PARENT, None, "AM-3")),
    "position": (
        {"position": "7ffffff0"},
        FieldChange(TicketField.POSITION, "7ffffffe", "7ffffff0"),
    ),
}


@pytest.mark.parametrize("name", CHANGES)
async def test_one_field_that_differs_is_one_change_of_one_ticket(
    store: Store, actor: Actor, name: str
) -> None:
    given, change = CHANGES[name]
    await taken(store, actor, FIRST)
    start = (await poll(store, actor)).cursor
    first = ticket(1, **{"description": "Old", "assignee": 5, "labels": ["a", "b"], **given})
    report = await taken(store, actor, lines(ADA, BOB, APP, first, ticket(2), ticket(3)))
    assert (counts(report), report.users, report.labels) == ((0, 1, 2), 0, 0)
    assert await versions(store, actor) == {"AM-1": 2, "AM-2": 1, "AM-3": 1}
    assert await newest(store, actor, 1) == ("command line", [change])
    assert told((await poll(store, actor, start)).changes) == [("AM-1", "updated", 2)]


@pytest.mark.parametrize(
    "given",
    [
        {"version": 9},
        {"updated_at": "2030-01-01T00:00:00Z"},
        {"creator": 6},
        {"created_at": "2025-01-10T09:00:00+01:00"},
        {"external_ids": [["jira", "OPS-1"]]},
    ],
)
async def test_what_is_told_only_of_new_tickets_changes_none(
    store: Store, actor: Actor, given: dict[str, Any]
) -> None:
    await taken(store, actor, lines(BOB, ticket(1)))
    before = (await all_tickets(store, actor))["AM-1"]
    assert counts(await taken(store, actor, lines(BOB, ticket(1, **given)))) == (0, 0, 1)
    assert (await all_tickets(store, actor))["AM-1"] == before


async def test_history_says_who_made_a_ticket_and_who_changed_it(
    store: Store, actor: Actor
) -> None:
    someone = Actor(actor.org_id, actor.org_slug, actor.scopes, key_name="migration")
    await taken(store, someone, lines(ticket(1), ticket(2)))
    await taken(store, actor, lines(ticket(1), ticket(2, title="New")))
    assert await newest(store, actor, 1) == ("migration", [])
    change = FieldChange(TicketField.TITLE, "A ticket", "New")
    assert await newest(store, actor, 2) == ("command line", [change])


async def test_work_that_a_file_begins_and_ends_has_its_times(store: Store, actor: Actor) -> None:
    await taken(store, actor, lines(ticket(1)))
    table = b"slug,title,status,started_at,completed_at\nAM-1,A ticket,"
    await taken(store, actor, table + b"in_progress,2025-01-12T08:00:00Z,2025-01-13T08:00:00Z\n")
    begun = (await all_tickets(store, actor))["AM-1"]
    started = dt.datetime(2025, 1, 12, 8, tzinfo=dt.UTC)
    # Nothing that is not done was completed, whatever the file says.
    assert (begun.status, begun.started_at, begun.completed_at) == (
        TicketStatus.IN_PROGRESS,
        started,
        None,
    )
    await taken(store, actor, table + b"done,,2025-01-14T08:00:00Z\n")
    done = (await all_tickets(store, actor))["AM-1"]
    completed = dt.datetime(2025, 1, 14, 8, tzinfo=dt.UTC)
    assert (done.started_at, done.completed_at, done.version) == (started, completed, 3)
    await taken(store, actor, table + b"todo,,\n")
    assert (await all_tickets(store, actor))["AM-1"].completed_at is None


async def test_a_comment_that_differs_is_a_version_of_its_ticket_alone(
    store: Store, actor: Actor
) -> None:
    said = [comment(1), comment(2, ticket="AM-2")]
    await taken(store, actor, lines(ticket(1), ticket(2), *said))
    said[1] = comment(2, ticket="AM-2", body="Said otherwise.")
    report = await taken(store, actor, lines(ticket(1), ticket(2), *said))
    assert (counts(report), report.comments) == ((0, 1, 1), 1)
    assert await versions(store, actor) == {"AM-1": 1, "AM-2": 2}
    change = FieldChange(TicketField.COMMENTS, "Said.", "Said otherwise.")
    assert await newest(store, actor, 2) == ("command line", [change])


async def test_an_import_deletes_nothing(store: Store, actor: Actor) -> None:
    await taken(store, actor, lines(ADA, ticket(1, labels=["a"]), ticket(2), comment(1)))
    before = await exported(store, actor)
    report = await taken(store, actor, lines(ticket(2)))
    assert counts(report) == (0, 0, 1)
    assert await exported(store, actor) == before


async def test_a_name_is_filled_in_and_is_never_another_persons(store: Store, actor: Actor) -> None:
    await directory.upsert_user(store, actor, id=5, username="ada")
    named = {**ADA, "name": "Ada"}
    assert (await taken(store, actor, lines(named))).users == 1
    assert (await taken(store, actor, lines(named))).users == 0
    (ada,) = (await directory.users_page(store, actor, page=PageRequest(size=9))).items
    assert (ada.id, ada.username, ada.name) == (5, "ada", "Ada")


async def test_two_who_are_called_alike_are_not_told_apart_by_guessing(
    store: Store, actor: Actor
) -> None:
    await directory.upsert_user(store, actor, id=5, name="Mei")
    await directory.upsert_user(store, actor, id=6, name="Mei")
    report = await taken(
        store, actor, b"Issue key,Summary,Status,Assignee\nOPS-1,x,Done,Mei\nOPS-2,x,Done,\n"
    )
    assert [(each.line, each.name, each.message) for each in report.refused] == [
        (2, "OPS-1", "There are several users whose name is 'Mei'.")
    ]


async def test_a_table_of_an_organization_that_nothing_was_done_to_changes_nothing(
    store: Store, actor: Actor
) -> None:
    await taken(store, actor, FIRST)
    before = await exported(store, actor)
    content, _ = await exported(store, actor, CSV)
    assert counts(await taken(store, actor, content)) == (0, 0, 3)
    await tickets.delete(store, actor, ticket=TicketRef(slug="AM-3"))
    changed = content.replace(b"AM-2,A ticket", b"AM-2,New")
    assert counts(await taken(store, actor, changed)) == (1, 1, 1)
    assert (await exported(store, actor))[0].count(b"\n") == before[0].count(b"\n")


async def test_an_empty_organization_is_a_table_of_columns_alone(
    store: Store, actor: Actor
) -> None:
    content, _ = await exported(store, actor, CSV)
    assert content.startswith(b"slug,title,description,")
    assert content.count(b"\n") == 1
    assert counts(await taken(store, actor, content)) == (0, 0, 0)
