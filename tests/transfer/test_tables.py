"""Tables: what their cells can mean, and which rows of them are none."""

from __future__ import annotations

import io

import pytest
from msgspec import UNSET

from gql_tickets.domain.tickets import TicketPriority, TicketStatus
from gql_tickets.domain.transfer import Person, TicketRow
from gql_tickets.errors import ValidationFailed
from gql_tickets.transfer import table


def read(text: str) -> tuple[list[TicketRow], list[tuple[int, str]]]:
    """The tickets of a table, and the rows that are none."""
    found = table.read(io.StringIO(text, newline=""))
    return list(found.tickets), [(each.line, each.message) for each in found.refused]


def test_a_column_that_is_not_there_says_nothing_and_an_empty_cell_says_none() -> None:
    ((bare,), _) = read("slug,title\nAM-1,x\n")
    assert {bare.description, bare.assignee, bare.parent, bare.labels, bare.repository} == {UNSET}
    ((full,), _) = read(
        "slug,title,description,assignee,parent,labels,repository_id\nAM-1,x,,,,,\n"
    )
    assert (full.description, full.assignee, full.parent, full.labels, full.repository) == (
        "",
        None,
        None,
        (),
        None,
    )


def test_an_id_counts_for_more_than_a_name() -> None:
    ((row,), _) = read("slug,title,assignee_id,assignee\nAM-1,x,5,ada\n")
    assert row.assignee == 5
    ((row,), _) = read("slug,title,assignee_id,assignee\nAM-1,x,,ada\n")
    assert row.assignee is None
    ((row,), _) = read("slug,title,assignee\nAM-1,x,ada\n")
    assert row.assignee == Person(username="ada")


def test_words_are_read_in_any_case_and_labels_between_commas() -> None:
    ((row,), _) = read('slug,title,status,priority,labels\nAM-1,x,DONE,Urgent," a, b,,c c "\n')
    assert (row.status, row.priority) == (TicketStatus.DONE, TicketPriority.URGENT)
    assert row.labels == ("a", "b", "c c")


def test_lines_are_counted_where_rows_begin() -> None:
    text = 'slug,title\r\nAM-1,"a\nb\r\nc"\r\n\r\nAM-2\r\n,nameless\r\nAM-3,x\r\n'
    found, refused = read(text)
    assert [(row.line, row.key) for row in found] == [(2, "AM-1"), (8, "AM-3")]
    assert refused == [
        (6, "There are 1 cells under 2 columns."),
        (7, "Neither slug nor external_id says which ticket this is."),
    ]


@pytest.mark.parametrize(
    ("column", "cell", "says"),
    [
        ("status", "odd", "status must be one of backlog, todo, in_progress, in_review, done."),
        ("version", "1.5", "version is not a whole number."),
        ("assignee_id", "-1", "assignee_id is not a whole number."),
        ("created_at", "yesterday", "'yesterday' is not a date that is known here"),
    ],
)
def test_what_a_cell_cannot_mean_refuses_its_row(column: str, cell: str, says: str) -> None:
    found, ((line, message),) = read(f"slug,title,{column}\nAM-1,x,{cell}\n")
    assert (found, line) == ([], 2)
    assert message.startswith(says)


def test_a_table_without_a_title_or_with_an_open_quote_is_none() -> None:
    with pytest.raises(ValidationFailed, match="Line 1 names no column 'title'"):
        read("slug\nAM-1\n")
    with pytest.raises(ValidationFailed, match="this is not CSV"):
        read('slug,title\nAM-1,"open\n')


def test_a_cell_may_be_longer_than_a_text_may_be() -> None:
    ((row,), _) = read(f"slug,title\nAM-1,{'x' * 200_000}\n")
    assert len(row.title) == 200_000
