"""Files of GitHub, Jira and Linear, and tables of anybody's: what becomes of what is in them."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest

from gql_tickets.auth import Actor
from gql_tickets.domain.paging import PageRequest
from gql_tickets.domain.tickets import Ticket, TicketPriority, TicketStatus, TicketType
from gql_tickets.service import counters, directory
from gql_tickets.store.engine import Store
from gql_tickets.transfer import formats
from gql_tickets.transfer.formats import ImportFormat
from tests.entries import labels_named, repositories_with
from tests.transfer.files import SAMPLES, all_tickets, counts, exported, refused, taken


def sample(name: str) -> bytes:
    """A file as the program makes it."""
    return (SAMPLES / name).read_bytes()


def at(*parts: int) -> dt.datetime:
    """A moment in UTC."""
    return dt.datetime(*parts, tzinfo=dt.UTC)  # type: ignore[misc, arg-type]


def told(ticket: Ticket) -> dict[str, Any]:
    """What the mapping decides of a ticket."""
    names = ("title", "type", "status", "priority", "labels", "parent_slug", "description")
    times = ("created_at", "updated_at", "started_at", "completed_at")
    return {name: getattr(ticket, name) for name in (*names, *times)}


async def people(store: Store, actor: Actor) -> dict[int, tuple[str | None, str | None]]:
    """Username and name of everyone in the directory."""
    page = await directory.users_page(store, actor, page=PageRequest(size=100))
    return {user.id: (user.username, user.name) for user in page.items}


async def test_issues_of_github_with_their_labels_people_and_repository(
    store: Store, actor: Actor
) -> None:
    await directory.upsert_user(store, actor, id=40, username="bob", name="Bob")
    report = await taken(store, actor, sample("github.json"))
    assert (counts(report), report.users, report.repositories, report.labels) == (
        (2, 0, 0),
        2,
        1,
        3,
    )
    found = await all_tickets(store, actor)
    assert told(found["AM-1"]) == {
        "title": "Sign-in, the next generation",
        "type": TicketType.FEATURE,
        "status": TicketStatus.DONE,
        "priority": TicketPriority.NONE,
        "labels": ("design",),
        "parent_slug": None,
        "description": None,
        "created_at": at(2024, 2, 1, 9),
        "updated_at": at(2024, 4, 1, 10),
        "started_at": None,
        "completed_at": at(2024, 3, 20, 8, 30),
    }
    assert told(found["AM-2"]) == {
        "title": "Sign-in fails after a time-out",
        "type": TicketType.BUG,
        "status": TicketStatus.BACKLOG,
        "priority": TicketPriority.HIGH,
        "labels": ("bug", "priority: high"),
        "parent_slug": "AM-1",
        "description": "Steps:\r\n\r\n1. Wait\r\n2. Sign in",
        "created_at": at(2024, 3, 2, 10, 15),
        "updated_at": at(2024, 3, 5, 11),
        "started_at": None,
        "completed_at": None,
    }
    everyone = await people(store, actor)
    assert everyone[40] == ("bob", "Bob")
    assert found["AM-2"].assignee_id == 40
    assert everyone[found["AM-2"].creator_id or 0] == ("ada", None)
    (repository,) = await repositories_with(store, actor, [found["AM-2"].repository_id or 0])
    assert repository is not None
    assert (repository.name, repository.url) == ("octo/app", "https://github.com/octo/app")
    (bug,) = await labels_named(store, actor, ["bug"])
    assert bug is not None
    assert (bug.color, bug.description) == ("#D73A4A", "Something isn't working")


async def test_issues_of_jira_by_category_epic_link_and_number(store: Store, actor: Actor) -> None:
    report = await taken(store, actor, sample("jira.csv"))
    assert (counts(report), report.users, refused(report)) == ((3, 0, 0), 2, [])
    epic, check, delete = (await all_tickets(store, actor)).values()
    assert told(epic) == {
        "title": "Nightly backup, rewritten",
        "type": TicketType.EPIC,
        "status": TicketStatus.TODO,
        "priority": TicketPriority.MEDIUM,
        "labels": (),
        "parent_slug": None,
        "description": "h1. Why\n\nIt takes *hours*, and nobody looks.",
        "created_at": at(2024, 1, 3, 9, 15),
        "updated_at": at(2024, 1, 4, 17, 20),
        "started_at": None,
        "completed_at": None,
    }
    assert (check.status, check.priority) == (TicketStatus.IN_PROGRESS, TicketPriority.URGENT)
    assert (check.labels, check.parent_slug) == (("backup", "ops"), "AM-1")
    assert (check.updated_at, check.started_at) == (at(2024, 1, 6, 0, 30), at(2024, 1, 6, 0, 30))
    assert (delete.type, delete.status) == (TicketType.SUBTASK, TicketStatus.DONE)
    assert (delete.parent_slug, delete.completed_at) == ("AM-2", at(2024, 1, 8, 18, 45))
    everyone = await people(store, actor)
    assert everyone[check.assignee_id or 0] == (None, "Lukas Weber")
    assert everyone[check.creator_id or 0] == (None, "Mei Tanaka")


async def test_issues_of_linear_with_states_of_their_own(store: Store, actor: Actor) -> None:
    report = await taken(store, actor, sample("linear.csv"))
    assert (counts(report), report.users, refused(report)) == ((3, 0, 0), 3, [])
    sepia, dark, sums = (await all_tickets(store, actor)).values()
    assert told(dark) == {
        "title": "Dark mode",
        "type": TicketType.FEATURE,
        "status": TicketStatus.IN_REVIEW,
        "priority": TicketPriority.URGENT,
        "labels": ("Feature", "UI"),
        "parent_slug": None,
        "description": "Follow the **system**.",
        "created_at": at(2024, 1, 23, 10, 30),
        "updated_at": at(2024, 1, 24, 10),
        "started_at": at(2024, 1, 23, 12),
        "completed_at": None,
    }
    assert (sums.title, sums.type) == ("=SUM is shown as text", TicketType.BUG)
    assert (sums.status, sums.parent_slug) == (TicketStatus.IN_PROGRESS, "AM-2")
    assert sums.created_at == at(2024, 1, 25, 8, 0, 0, 123000)
    assert (sepia.status, sepia.completed_at) == (TicketStatus.DONE, at(2024, 1, 21, 7, 59))
    assert (await people(store, actor))[dark.assignee_id or 0] == ("lukas@example.com", None)


async def test_a_table_of_any_program(store: Store, actor: Actor) -> None:
    report = await taken(store, actor, sample("plain.csv"))
    assert (counts(report), refused(report)) == ((2, 0, 0), [])
    write, read = (await all_tickets(store, actor)).values()
    assert (write.title, write.description) == ('Write, and "quote"', "Two\nlines")
    assert write.labels == ("docs", "good first issue")
    assert (read.status, read.parent_slug, read.priority) == (
        TicketStatus.DONE,
        write.slug,
        TicketPriority.MEDIUM,
    )


@pytest.mark.parametrize("name", ["github.json", "jira.csv", "linear.csv", "plain.csv"])
async def test_a_file_again_changes_nothing_and_a_changed_file_what_has_changed(
    store: Store, actor: Actor, name: str
) -> None:
    first = await taken(store, actor, sample(name))
    before = await exported(store, actor)
    again = await taken(store, actor, sample(name))
    assert counts(again) == (0, 0, first.created)
    assert again.users == again.repositories == again.labels == 0
    assert await exported(store, actor) == before
    old, new = {
        "github.json": (b"after a time-out", b"after an hour"),
        "jira.csv": (b"Check the copies", b"Check all copies"),
        "linear.csv": (b"Dark mode", b"Darker mode"),
        "plain.csv": (b"a-2,Read,Done", b"a-2,Read,todo"),
    }[name]
    assert counts(await taken(store, actor, sample(name).replace(old, new))) == (
        0,
        1,
        first.created - 1,
    )
    assert await counters.find_wrong(store) == []


async def test_what_a_ticket_is_called_elsewhere_moves_along(
    store: Store, actor: Actor, other_store: Store, elsewhere: Actor
) -> None:
    await taken(store, actor, sample("linear.csv"))
    moved, _ = await exported(store, actor)
    await taken(other_store, elsewhere, moved)
    assert (await exported(other_store, elsewhere))[0] == moved
    assert counts(await taken(other_store, elsewhere, sample("linear.csv"))) == (0, 0, 3)


def test_pages_of_github_may_be_one_list_or_several() -> None:
    (issue, *_) = json.loads(sample("github.json"))
    del issue["parent_issue_url"]
    pages = [[{**issue, "html_url": f"https://github.com/o/r/issues/{n}"}] for n in (1, 2)]
    for text in (
        "\n".join(map(json.dumps, pages)),
        json.dumps(pages),
        "".join(map(json.dumps, pages)),
    ):
        read = formats.read(ImportFormat.GITHUB, text.encode())
        assert [row.key for row in read.tickets] == ["o/r#1", "o/r#2"]


@pytest.mark.parametrize(
    ("content", "form"),
    [
        (sample("github.json"), ImportFormat.GITHUB),
        (sample("jira.csv"), ImportFormat.JIRA),
        (sample("linear.csv"), ImportFormat.LINEAR),
        (sample("plain.csv"), ImportFormat.CSV),
        (b"\xef\xbb\xbftitle,slug\r\n", ImportFormat.CSV),
        (b'{"kind":"header","format":"gql-tickets"}\n', ImportFormat.NDJSON),
        (b'{"format":"other"}', None),
        (b"name,age\n", None),
        (b"", None),
        (b"\xff\xfe\x00", None),
    ],
)
def test_the_format_is_told_from_the_content(content: bytes, form: ImportFormat | None) -> None:
    assert formats.guess(content) is form


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        (b"Selected for Development,OPS,Operations,Medium", b"Odd,OPS,Operations,Medium", 2, None),
        (b",To Do\n", b",\n", 2, None),
        (b"Waiting for vendor", b"Odd", 5, None),
        (b",In Progress\n", b",Odd\n", 5, "status 'Waiting for vendor' is not known"),
        (b"Highest", b"Odd", 5, "priority 'Odd' is not known"),
        (b"05/Jan/24 12:05 PM", b"5th of May", 5, "'5th of May' is not a date"),
        (b"OPS-1,,In Progress", b"OPS-9,,In Progress", 5, "no such parent"),
        (b"Check the copies", b"x" * 501, 5, "1 to 500 characters"),
        (b"Check the copies", b"  ", 5, "must not be empty"),
        (b",backup,ops,", b",backup,ops,surplus,", 5, "25 cells under 24 columns"),
        (b"OPS-3", b"OPS-2", 6, "on line 5 already"),
    ],
)
async def test_what_is_wrong_with_a_row_of_jira(
    store: Store, actor: Actor, old: bytes, new: bytes, line: int, says: str | None
) -> None:
    assert old in sample("jira.csv")
    report = await taken(store, actor, sample("jira.csv").replace(old, new, 1), dry_run=True)
    found = dict(refused(report))
    if says is None:
        assert found == {}
    else:
        assert says in found[line]
