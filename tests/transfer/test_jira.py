"""Jira's export, one column at a time: what each becomes, and which issues are refused."""

from __future__ import annotations

import datetime as dt
import io

import pytest
from msgspec import UNSET

from gql_tickets.domain.tickets import TicketPriority, TicketStatus, TicketType
from gql_tickets.domain.transfer import Person, TicketRow
from gql_tickets.transfer import jira
from tests.transfer.tables import read_row, read_rows, refusal

ISSUE = {"Issue key": "OPS-1", "Summary": "It fails", "Status": "To Do"}
DAY = dt.datetime(2024, 1, 31, 9, 30, tzinfo=dt.UTC)


def row(**given: str) -> TicketRow:
    """The ticket of an issue with these columns, `_` for the space in their names."""
    return read_row(jira.read, ISSUE | spelled(given))


def spelled(given: dict[str, str]) -> dict[str, str]:
    """Names of columns as Jira has them."""
    return {name.replace("_", " "): value for name, value in given.items()}


def refused(**given: str) -> tuple[int, str, str]:
    """The refusal of such an issue."""
    return refusal(jira.read, ISSUE | spelled(given))


def parents(*issues: dict[str, str]) -> list[str | None]:
    """The parent of each issue."""
    found = read_rows(jira.read, *(ISSUE | each for each in issues))
    assert found.refused == []
    return [each.parent for each in found.tickets if each.parent is not UNSET]


def test_an_issue_with_nothing_but_the_columns_that_it_needs() -> None:
    assert row() == TicketRow(
        line=2,
        source="jira",
        key="OPS-1",
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


def test_what_has_no_place_here_is_left_behind() -> None:
    more = {
        "Project_key": "OPS",
        "Project_lead": "Mei",
        "Due_date": "soon",
        "Sprint": "Sprint 4",
        "Watchers": "Mei",
        "Original_estimate": "3600",
        "Comment": "31/Jan/24 9:30 AM;5b10a;Said.",
        "Last_Viewed": "never",
    }
    assert row(**more) == row()


def test_a_title_is_trimmed_and_a_description_is_not() -> None:
    found = row(Summary=" It fails ", Description="  code\r\n\r\n{code}\n")
    assert (found.title, found.description) == ("It fails", "  code\r\n\r\n{code}\n")


@pytest.mark.parametrize(
    ("status", "category", "resolution", "expected"),
    [
        ("Backlog", "", "", "backlog"),
        ("Selected for Development", "To Do", "", "todo"),
        ("In Progress", "In Progress", "", "in_progress"),
        ("In Review", "In Progress", "", "in_review"),
        ("Closed", "Done", "Fixed", "done"),
        # A name that is known counts for more than anything beside it.
        ("Reopened", "Done", "Fixed", "todo"),
        # A name of the team's own: the category, then the resolution.
        ("Waiting for vendor", "To Do", "", "todo"),
        ("Waiting for vendor", "In Progress", "Fixed", "in_progress"),
        ("Shipped", "Done", "", "done"),
        ("Shipped", "", "Fixed", "done"),
        ("Shipped", "Odd", "Won't Do", "done"),
        ("", "In Progress", "", "in_progress"),
    ],
)
def test_a_status_is_its_name_its_category_or_a_resolution(
    status: str, category: str, resolution: str, expected: str
) -> None:
    found = row(Status=status, Status_Category=category, Resolution=resolution)
    assert found.status is TicketStatus(expected)


@pytest.mark.parametrize("resolution", ["", "Unresolved", " unresolved "])
@pytest.mark.parametrize("category", ["", "Odd"])
@pytest.mark.parametrize("status", ["", "Shipped"])
def test_a_status_that_nothing_tells_is_refused(
    status: str, category: str, resolution: str
) -> None:
    says = f"The status {status!r} is not known here: export the column Status Category with it."
    assert refused(Status=status, Status_Category=category, Resolution=resolution) == (2, "", says)


@pytest.mark.parametrize(
    ("type", "expected"),
    [
        ("", "task"),
        ("Task", "task"),
        ("Bug", "bug"),
        ("Story", "story"),
        ("Epic", "epic"),
        ("Sub-task", "subtask"),
        ("Subtask", "subtask"),
        ("New Feature", "feature"),
        ("Improvement", "improvement"),
        ("Service Request with Approvals", "task"),
    ],
)
def test_an_issue_type_that_is_not_known_is_a_task(type: str, expected: str) -> None:
    assert row(Issue_Type=type).type is TicketType(expected)


@pytest.mark.parametrize(
    ("priority", "expected"),
    [
        ("", "none"),
        ("Highest", "urgent"),
        ("High", "high"),
        ("Medium", "medium"),
        ("Low", "low"),
        ("Lowest", "low"),
        ("Blocker", "urgent"),
        ("Not Prioritized", "none"),
    ],
)
def test_a_priority_is_its_name(priority: str, expected: str) -> None:
    assert row(Priority=priority).priority is TicketPriority(expected)


@pytest.mark.parametrize("priority", ["Odd", "Hoch", "P1 - now"])
def test_a_priority_that_is_not_known_is_refused(priority: str) -> None:
    assert refused(Priority=priority) == (2, "", f"The priority {priority!r} is not known here.")


def test_people_are_known_by_name() -> None:
    found = row(Assignee=" Lukas Weber ", Reporter="Mei Tanaka", Creator="ci", Assignee_Id="5b1")
    assert found.assignee == Person(name="Lukas Weber")
    assert found.creator == Person(name="Mei Tanaka")
    assert row(Creator="ci").creator == Person(name="ci")


@pytest.mark.parametrize("name", ["", " ", "Unassigned", "unassigned"])
def test_nobody_is_nobody(name: str) -> None:
    assert row(Assignee=name).assignee is None


def test_labels_are_in_several_columns_and_several_in_a_column() -> None:
    text = "Issue key,Labels,Summary,Status,Labels,Labels\nOPS-1,b a,x,Done,, a\tc \n"
    (found,) = jira.read(io.StringIO(text)).tickets
    assert found.labels == ("b", "a", "c")


def test_a_column_that_stands_there_twice_is_what_is_first_in_it() -> None:
    text = "Issue key,Summary,Status,Assignee,Assignee\nOPS-1,x,Done,,Mei\n"
    (found,) = jira.read(io.StringIO(text)).tickets
    assert found.assignee == Person(name="Mei")


@pytest.mark.parametrize(
    ("columns", "parent"),
    [
        ({}, None),
        ({"Parent": ""}, None),
        ({"Parent key": "OPS-9"}, "OPS-9"),
        ({"Parent": "OPS-9"}, "OPS-9"),
        ({"Custom field (Epic Link)": "OPS-9"}, "OPS-9"),
        ({"Epic Link": "OPS-9"}, "OPS-9"),
        # By number: as it is, when no issue of the file has it.
        ({"Parent": "10009"}, "10009"),
        # A key counts for more than a number, and a parent for more than an epic.
        ({"Parent": "10009", "Parent key": "OPS-8"}, "OPS-8"),
        ({"Parent key": "OPS-8", "Epic Link": "OPS-9"}, "OPS-8"),
        ({"Parent": "10009", "Custom field (Epic Link)": "OPS-9"}, "OPS-9"),
        ({"Parent id": "10009", "Parent": ""}, "10009"),
    ],
)
def test_a_parent_is_in_one_of_many_columns(columns: dict[str, str], parent: str | None) -> None:
    assert parents(columns) == [parent]


def test_a_parent_may_be_named_by_the_number_of_an_issue_that_comes_later() -> None:
    child = {"Issue key": "OPS-1", "Issue id": "10001", "Parent": "10003"}
    other = {"Issue key": "OPS-2", "Issue id": "10002", "Parent": "OPS-3"}
    epic = {"Issue key": "OPS-3", "Issue id": "10003", "Parent": ""}
    assert parents(child, other, epic) == ["OPS-3", "OPS-3", None]


def test_a_refused_issue_still_tells_which_number_is_whose() -> None:
    epic = ISSUE | {"Issue key": "OPS-3", "Issue id": "10003", "Status": "Odd"}
    child = ISSUE | {"Issue key": "OPS-1", "Issue id": "10001", "Parent": "10003"}
    found = read_rows(jira.read, child, epic)
    assert [each.line for each in found.refused] == [3]
    assert [each.parent for each in found.tickets] == ["OPS-3"]


def test_moments_are_read_as_jira_writes_them() -> None:
    found = row(Created="31/Jan/24 9:30 AM", Updated="31/Jan/2024 09:30")
    assert (found.created_at, found.updated_at) == (DAY, DAY)


@pytest.mark.parametrize(
    ("status", "resolved", "completed"),
    [
        ("Done", "31/Jan/24 9:30 AM", DAY),
        ("Done", "", UNSET),
        ("In Progress", "31/Jan/24 9:30 AM", UNSET),
        # Nobody needs it: nobody reads it.
        ("In Progress", "soon", UNSET),
    ],
)
def test_only_what_is_done_was_completed(status: str, resolved: str, completed: object) -> None:
    assert row(Status=status, Resolved=resolved).completed_at == completed


@pytest.mark.parametrize("column", ["Created", "Updated", "Resolved"])
@pytest.mark.parametrize("text", ["31.01.24 09:30", "31/janv./24 9:30 AM", "1/31/24 9:30"])
def test_a_date_of_another_language_is_refused(column: str, text: str) -> None:
    says = f"{text!r} is not a date that is known here; write 2025-01-31T09:30:00Z."
    assert refused(Status="Done", **{column: text}) == (2, "", says)


@pytest.mark.parametrize("key", ["", "  "])
def test_an_issue_without_a_key_is_refused(key: str) -> None:
    assert refused(Issue_key=key, Description="x") == (2, "", "There is no Issue key.")


def test_an_empty_title_is_left_to_those_who_know_what_a_title_is() -> None:
    assert row(Summary=" ").title == ""
