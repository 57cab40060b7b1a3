"""Linear's export, one column at a time: what each becomes, and which issues are refused."""

from __future__ import annotations

import datetime as dt

import pytest
from msgspec import UNSET

from gql_tickets.domain.tickets import TicketPriority, TicketStatus, TicketType
from gql_tickets.domain.transfer import Person, TicketRow
from gql_tickets.transfer import linear
from tests.transfer.tables import read_row, read_rows, refusal

ISSUE = {"ID": "ENG-1", "Team": "Engineering", "Title": "It fails", "Status": "Todo"}
DAY = dt.datetime(2024, 1, 31, 9, 30, tzinfo=dt.UTC)
SCRIPTED = "Wed Jan 31 2024 10:30:00 GMT+0100 (Central European Standard Time)"


def row(**given: str) -> TicketRow:
    """The ticket of an issue with these columns."""
    return read_row(linear.read, ISSUE | given)


def test_an_issue_with_nothing_but_the_columns_that_it_needs() -> None:
    assert row() == TicketRow(
        line=2,
        source="linear",
        key="ENG-1",
        title="It fails",
        description=None,
        type=TicketType.TASK,
        status=TicketStatus.TODO,
        priority=TicketPriority.NONE,
        assignee=None,
        creator=None,
        repository=UNSET,
        parent=None,
        labels=(),
        created_at=None,
        updated_at=None,
        started_at=UNSET,
        completed_at=UNSET,
    )


def test_estimates_cycles_projects_and_due_dates_are_left_behind() -> None:
    more = {
        "Estimate": "3",
        "Cycle Number": "4",
        "Cycle Start": "soon",
        "Project": "Search",
        "Due Date": "2024-02-30",
        "Triaged": "never",
        "Archived": "x",
    }
    assert row(**more) == row()


@pytest.mark.parametrize(
    ("status", "times", "expected"),
    [
        ("Triage", {}, "backlog"),
        ("Backlog", {}, "backlog"),
        ("Todo", {}, "todo"),
        ("In Progress", {}, "in_progress"),
        ("In Review", {}, "in_review"),
        ("Done", {}, "done"),
        ("Canceled", {}, "done"),
        ("Duplicate", {}, "done"),
        # A name that is known counts for more than what has happened.
        ("Todo", {"Started": SCRIPTED, "Completed": SCRIPTED}, "todo"),
        # A state of the team's own.
        ("QA on staging", {}, "todo"),
        ("", {}, "todo"),
        ("QA on staging", {"Started": SCRIPTED}, "in_progress"),
        ("Shipped", {"Started": SCRIPTED, "Completed": SCRIPTED}, "done"),
        ("Dropped", {"Canceled": SCRIPTED}, "done"),
    ],
)
def test_a_state_is_its_name_or_what_has_happened(
    status: str, times: dict[str, str], expected: str
) -> None:
    assert row(Status=status, **times).status is TicketStatus(expected)


@pytest.mark.parametrize(
    ("priority", "expected"),
    [
        ("Urgent", "urgent"),
        ("High", "high"),
        ("Medium", "medium"),
        ("Normal", "medium"),
        ("Low", "low"),
        ("No priority", "none"),
        ("", "none"),
        # It has no others: a number is one of its API.
        ("Odd", "none"),
        ("1", "none"),
    ],
)
def test_a_priority_is_its_name_else_none(priority: str, expected: str) -> None:
    assert row(Priority=priority).priority is TicketPriority(expected)


@pytest.mark.parametrize(
    ("text", "labels", "type"),
    [
        ("", (), "task"),
        (" , ,", (), "task"),
        ("Bug", ("Bug",), "bug"),
        ("UI, Feature", ("UI", "Feature"), "feature"),
        ("Improvement,UI", ("Improvement", "UI"), "improvement"),
        ("Area/Search, Good first issue", ("Area/Search", "Good first issue"), "task"),
        ("Bug, UI, Bug", ("Bug", "UI", "Bug"), "bug"),
    ],
)
def test_labels_have_commas_between_them_and_may_say_the_type(
    text: str, labels: tuple[str, ...], type: str
) -> None:
    found = row(Labels=text)
    assert (found.labels, found.type) == (labels, TicketType(type))


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("It fails", "It fails"),
        ("'=SUM(A1)", "=SUM(A1)"),
        ("'+1", "+1"),
        ("'-1", "-1"),
        ("'@mei", "@mei"),
        ("'''=", "'''="),
        ("''=", "''="),
        ("'quoted'", "'quoted'"),
        ("it's '=x", "it's '=x"),
        ("=x", "=x"),
        ("'", "'"),
    ],
)
def test_what_linear_puts_before_a_formula_is_taken_off(text: str, plain: str) -> None:
    found = row(Title=text, Description=text)
    assert (found.title, found.description) == (plain, plain)


@pytest.mark.parametrize("text", ["  code\n\n", "'- a list\n"])
def test_a_title_is_trimmed_and_a_description_is_not(text: str) -> None:
    found = row(Title=" It fails\t", Description=text)
    assert (found.title, found.description) == ("It fails", text.removeprefix("'"))


@pytest.mark.parametrize(
    ("text", "person"),
    [
        ("", None),
        ("mei@example.com", Person(username="mei@example.com")),
        (" mei@example.com ", Person(username="mei@example.com")),
        ("Mei Tanaka", Person(name="Mei Tanaka")),
        ("mei.tanaka", Person(name="mei.tanaka")),
        ("mei@localhost", Person(username="mei@localhost")),
    ],
)
def test_people_are_known_by_address_or_by_name(text: str, person: Person | None) -> None:
    found = row(Assignee=text, Creator=text)
    assert (found.assignee, found.creator) == (person, person)


def test_a_parent_is_named_by_its_id_and_may_come_later() -> None:
    found = read_rows(linear.read, {**ISSUE, "Parent issue": "ENG-2"}, {**ISSUE, "ID": "ENG-2"})
    assert [(each.key, each.parent) for each in found.tickets] == [
        ("ENG-1", "ENG-2"),
        ("ENG-2", None),
    ]


@pytest.mark.parametrize("text", [SCRIPTED, "2024-01-31T09:30:00.000Z"])
def test_moments_are_read_as_linear_writes_them(text: str) -> None:
    found = row(Created=text, Updated=text, Started=text, Completed=text, Status="Done")
    times = (found.created_at, found.updated_at, found.started_at, found.completed_at)
    assert times == (DAY,) * 4


@pytest.mark.parametrize(
    ("given", "completed"),
    [
        ({"Status": "Done", "Completed": "2024-01-31T09:30Z", "Canceled": ""}, DAY),
        ({"Status": "Canceled", "Canceled": "2024-01-31T09:30Z"}, DAY),
        ({"Status": "Done", "Completed": "2024-01-31T09:30Z", "Canceled": "2025-01-01"}, DAY),
        ({"Status": "Done"}, UNSET),
        ({"Status": "In Progress", "Completed": "2024-01-31T09:30Z"}, UNSET),
    ],
)
def test_what_is_done_was_completed_or_canceled(given: dict[str, str], completed: object) -> None:
    assert row(**given).completed_at == completed


@pytest.mark.parametrize("column", ["Created", "Updated", "Started", "Completed", "Canceled"])
def test_a_date_that_is_none_is_refused(column: str) -> None:
    says = "'31.01.2024' is not a date that is known here; write 2025-01-31T09:30:00Z."
    row = {**ISSUE, "Status": "Done", column: "31.01.2024"}
    assert refusal(linear.read, row) == (2, "", says)


@pytest.mark.parametrize("id", ["", "  "])
def test_an_issue_without_an_id_is_refused(id: str) -> None:
    assert refusal(linear.read, {**ISSUE, "ID": id}) == (2, "", "There is no ID.")
