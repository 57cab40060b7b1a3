"""Our own table, one column at a time: what each says, and the table that an export writes."""

from __future__ import annotations

import datetime as dt
import io

import pytest
from msgspec import UNSET, structs

from gql_tickets.domain.directory import Repository, User
from gql_tickets.domain.tickets import Ticket, TicketPriority, TicketStatus, TicketType
from gql_tickets.domain.transfer import Counters, Exported, ExportedTicket, Person, TicketRow
from gql_tickets.transfer import table
from tests.transfer.tables import read_row, read_rows, refusal

DAY = dt.datetime(2024, 1, 31, 9, 30, tzinfo=dt.UTC)
STORED = Ticket(
    org_id=1,
    id=4,
    number=9,
    slug="AM-9",
    title="It fails",
    description=None,
    type=TicketType.BUG,
    status=TicketStatus.IN_PROGRESS,
    priority=TicketPriority.NONE,
    assignee_id=None,
    creator_id=None,
    repository_id=None,
    parent_id=None,
    parent_slug=None,
    labels=(),
    position="7ffffff6",
    version=3,
    created_at=DAY,
    updated_at=DAY.replace(microsecond=120),
    started_at=DAY,
    completed_at=None,
)


def row(**given: str) -> TicketRow:
    """The ticket of a row with these columns beside slug and title."""
    return read_row(table.read, {"slug": "AM-1", "title": "x", **given})


def written(*records: Exported) -> list[str]:
    """The lines of the table that is written of records."""
    file = io.BytesIO()
    table.writer(file)(records)
    return file.getvalue().decode().split("\r\n")


def test_a_row_says_nothing_of_what_it_has_no_column_for() -> None:
    assert row() == TicketRow(line=2, source=None, key="AM-1", title="x")


@pytest.mark.parametrize(
    ("given", "source", "key"),
    [
        ({"slug": "AM-1"}, None, "AM-1"),
        ({"slug": " am-1 "}, None, "am-1"),
        ({"external_id": "a 1"}, "csv", "a 1"),
        ({"slug": "", "external_id": "a"}, "csv", "a"),
        ({"slug": "AM-1", "external_id": "a"}, None, "AM-1"),
    ],
)
def test_a_slug_names_a_ticket_of_ours_and_counts_for_more(
    given: dict[str, str], source: str | None, key: str
) -> None:
    found = read_row(table.read, {"title": "x", **given})
    assert (found.source, found.key) == (source, key)


@pytest.mark.parametrize("given", [{}, {"slug": ""}, {"slug": " ", "external_id": "\t"}])
def test_a_row_that_names_no_ticket_is_refused(given: dict[str, str]) -> None:
    says = "Neither slug nor external_id says which ticket this is."
    assert refusal(table.read, {"title": "x", **given}) == (2, "", says)


@pytest.mark.parametrize(
    ("column", "cell", "name", "value"),
    [
        ("description", " a\r\nb ", "description", " a\r\nb "),
        ("description", "", "description", ""),
        ("type", "Epic", "type", TicketType.EPIC),
        ("type", "", "type", UNSET),
        ("status", "in_review", "status", TicketStatus.IN_REVIEW),
        ("status", "", "status", UNSET),
        ("priority", "NONE", "priority", TicketPriority.NONE),
        ("priority", "", "priority", UNSET),
        ("assignee_id", "5", "assignee", 5),
        ("assignee_id", "", "assignee", None),
        ("assignee", "ada", "assignee", Person(username="ada")),
        ("assignee", "", "assignee", None),
        ("creator_id", "5", "creator", 5),
        ("creator_id", "", "creator", None),
        ("creator", "ada", "creator", Person(username="ada")),
        ("repository_id", "6", "repository", 6),
        ("repository_id", "", "repository", None),
        ("repository", "acme/app", "repository", UNSET),
        ("parent", " AM-2 ", "parent", "AM-2"),
        ("parent", "", "parent", None),
        ("labels", "b,a, b", "labels", ("b", "a", "b")),
        ("labels", "", "labels", ()),
        ("created_at", "2024-01-31T09:30:00Z", "created_at", DAY),
        ("created_at", "", "created_at", None),
        ("updated_at", "2024-01-31 09:30", "updated_at", DAY),
        ("started_at", "31/Jan/24 9:30 AM", "started_at", DAY),
        ("started_at", "", "started_at", UNSET),
        ("completed_at", "2024-01-31T10:30:00+01:00", "completed_at", DAY),
        ("completed_at", "", "completed_at", UNSET),
        ("version", "3", "version", 3),
        ("version", "", "version", 1),
        ("id", "77", "id", None),
        ("position", "7f", "position", UNSET),
        ("milestone", "v1", "id", None),
    ],
)
def test_a_column_says_one_thing_and_nothing_else(
    column: str, cell: str, name: str, value: object
) -> None:
    found = row(**{column: cell})
    assert getattr(found, name) == value
    assert structs.replace(found, **{name: getattr(row(), name)}) == row()


@pytest.mark.parametrize(
    ("column", "cell", "says"),
    [
        (
            "type",
            "chore",
            "type must be one of task, bug, feature, improvement, epic, story, subtask.",
        ),
        ("priority", "p1", "priority must be one of none, low, medium, high, urgent."),
        ("creator_id", "ada", "creator_id is not a whole number."),
        ("repository_id", "acme/app", "repository_id is not a whole number."),
        ("version", "-1", "version is not a whole number."),
        (
            "completed_at",
            "31.01.24",
            "'31.01.24' is not a date that is known here; write 2025-01-31T09:30:00Z.",
        ),
    ],
)
def test_a_cell_that_says_nothing_of_the_kind_refuses_its_row(
    column: str, cell: str, says: str
) -> None:
    assert refusal(table.read, {"slug": "AM-1", "title": "x", column: cell}) == (2, "", says)


def test_columns_may_be_in_any_order() -> None:
    cells = {"slug": "AM-1", "title": "x", "status": "done", "labels": "a,b", "parent": "AM-2"}
    backwards = dict(reversed(cells.items()))
    assert list(backwards) != list(cells)
    assert read_row(table.read, backwards) == read_row(table.read, cells)


def test_a_table_is_written_with_all_its_columns_in_their_order() -> None:
    assert written() == [
        "slug,title,description,type,status,priority,assignee_id,assignee,creator_id,creator,repository_id,repository,parent,labels,created_at,updated_at,started_at,completed_at,version",
        "",
    ]


def test_a_ticket_is_a_row_with_names_beside_ids() -> None:
    full = structs.replace(
        STORED,
        title='=1, "2"',
        description="a\nb",
        assignee_id=5,
        creator_id=7,
        repository_id=6,
        parent_id=1,
        parent_slug="AM-1",
        labels=("b", "a"),
    )
    _, *rows = written(
        Counters(9, 9, 9),
        User(1, 5, "ada", "Ada", None),
        User(1, 7, None, "Eve", None),
        Repository(1, 6, None, "https://git.example/app"),
        ExportedTicket(full, (("jira", "OPS-1"),)),
        ExportedTicket(STORED, ()),
    )
    assert rows == [
        'AM-9,"=1, ""2""","a\nb",bug,in_progress,none,5,ada,7,Eve,6,https://git.example/app,AM-1,"b,a",2024-01-31T09:30:00Z,2024-01-31T09:30:00.000120Z,2024-01-31T09:30:00Z,,3',
        "AM-9,It fails,,bug,in_progress,none,,,,,,,,,2024-01-31T09:30:00Z,2024-01-31T09:30:00.000120Z,2024-01-31T09:30:00Z,,3",
        "",
    ]


def test_who_has_no_name_at_all_is_an_id() -> None:
    assigned = structs.replace(STORED, assignee_id=5, creator_id=8)
    _, line, _ = written(User(1, 5, None, None, None), ExportedTicket(assigned, ()))
    assert line.split(",")[6:10] == ["5", "", "8", ""]


def test_what_is_written_is_read_as_the_ticket_was() -> None:
    file = io.BytesIO()
    table.writer(file)([ExportedTicket(STORED, ())])
    text = io.StringIO(file.getvalue().decode(), newline="")
    assert table.read(text).tickets == [
        TicketRow(
            line=2,
            source=None,
            key="AM-9",
            title="It fails",
            description="",
            type=TicketType.BUG,
            status=TicketStatus.IN_PROGRESS,
            priority=TicketPriority.NONE,
            assignee=None,
            creator=None,
            repository=None,
            parent=None,
            labels=(),
            created_at=DAY,
            updated_at=DAY.replace(microsecond=120),
            started_at=DAY,
            completed_at=UNSET,
            version=3,
        )
    ]


def test_one_refused_row_refuses_no_other() -> None:
    found = read_rows(
        table.read,
        {"slug": "AM-1", "title": "x", "status": "done"},
        {"slug": "AM-2", "title": "x", "status": "odd"},
        {"slug": "AM-3", "title": "", "status": ""},
    )
    assert [(each.line, each.key, each.title) for each in found.tickets] == [
        (2, "AM-1", "x"),
        (4, "AM-3", ""),
    ]
    assert [each.line for each in found.refused] == [3]
