"""Cells: what stands in one, how rows are cut out of a file, and which lines they are on."""

from __future__ import annotations

import datetime as dt
import io

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from msgspec import UNSET

from gql_tickets.domain.tickets import TicketPriority, TicketStatus, TicketType
from gql_tickets.domain.transfer import Incoming, TicketRow
from gql_tickets.errors import ValidationFailed
from gql_tickets.transfer import table
from gql_tickets.transfer.cells import Cells, read_table

HEADER = ("a", "b", "a", "")


def cells(*texts: str) -> Cells:
    """A row with two columns `a`, as Jira has them."""
    return Cells(7, HEADER, texts)


def read(text: str) -> Incoming:
    """A table with the columns `key` and `title`."""

    def row_of(cells: Cells) -> TicketRow:
        return TicketRow(cells.line, "here", cells.text("key"), title=cells.whole("title"))

    return read_table(io.StringIO(text, newline=""), ("key", "title"), row_of)


def rows(text: str) -> list[tuple[int, str, str]]:
    """The line, key and title of each row, of a table in which none is refused."""
    found = read(text)
    assert found.refused == []
    return [(each.line, each.key, each.title) for each in found.tickets]


def refusal(text: str) -> str:
    """Why a file is no table."""
    with pytest.raises(ValidationFailed) as refused:
        read(text)
    return refused.value.message


def test_a_text_is_trimmed_and_the_first_that_is_not_empty() -> None:
    assert cells(" x ", "y", "z", "").text("a") == "x"
    assert cells(" \t\n", "y", " z\N{NO-BREAK SPACE}", "").text("a") == "z"
    assert cells("", "y", "", "").text("a") == ""
    assert cells("", "y", "", "").text("none", "a", "b") == "y"
    assert cells("x", "y", "", "").text("b", "a") == "y"


def test_columns_of_one_name_are_all_there() -> None:
    assert cells("x", "y", " z ", "w").texts("a") == ["x", "z"]
    assert cells(" ", "y", "z", "w").texts("a") == ["z"]
    assert cells("x", "y", "z", "w").texts("none") == []


def test_a_whole_cell_keeps_its_white_space() -> None:
    assert cells("", " y\n", " z", "").whole("b") == " y\n"
    assert cells("", "y", " z", "").whole("a") == " z"
    assert cells(" ", "y", "z", "").whole("a") == " "
    assert cells("", "", "", "").whole("none") == ""


def test_a_column_is_there_or_not_whatever_it_holds() -> None:
    row = cells("", "", "", "")
    assert [name for name in ("a", "b", "", "A", "none") if row.has(name)] == ["a", "b", ""]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("", None),
        (" ", None),
        ("0", 0),
        ("7", 7),
        (" 42\n", 42),
        ("007", 7),
        ("9" * 10, 9999999999),
    ],
)
def test_a_number_is_digits_or_nothing(text: str, number: int | None) -> None:
    assert cells("", text, "", "").number("b") == number


@pytest.mark.parametrize(
    "text", ["-1", "+1", "1.0", "1,0", "1e3", "0x1", "1_000", "1 000", "x", "²", "٣", "9" * 11]
)
def test_what_is_no_whole_number_is_refused_by_the_name_of_its_column(text: str) -> None:
    with pytest.raises(ValueError, match=r"^b is not a whole number\.$"):
        cells("", text, "", "").number("b")


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("", UNSET),
        ("  ", UNSET),
        ("todo", TicketStatus.TODO),
        (" ToDo ", TicketStatus.TODO),
        ("IN_PROGRESS", TicketStatus.IN_PROGRESS),
    ],
)
def test_a_word_is_a_member_in_any_case(text: str, status: TicketStatus) -> None:
    assert cells("", text, "", "").member("b", TicketStatus) is status


@pytest.mark.parametrize(
    ("members", "words"),
    [
        (TicketStatus, "backlog, todo, in_progress, in_review, done"),
        (TicketType, "task, bug, feature, improvement, epic, story, subtask"),
        (TicketPriority, "none, low, medium, high, urgent"),
    ],
)
@pytest.mark.parametrize("text", ["odd", "in progress", "to-do", "1"])
def test_a_word_that_is_none_is_refused_with_those_that_are(
    members: type[TicketStatus | TicketType | TicketPriority], words: str, text: str
) -> None:
    with pytest.raises(ValueError, match="must be one of") as refused:
        cells("", text, "", "").member("b", members)
    assert str(refused.value) == f"b must be one of {words}."


def test_an_instant_is_the_first_that_is_said() -> None:
    row = cells("", "2024-01-31", "", "")
    assert row.instant("a", "b") == dt.datetime(2024, 1, 31, tzinfo=dt.UTC)
    assert row.instant("a") is None
    with pytest.raises(ValueError, match=r"^'soon' is not a date that is known here"):
        cells("soon", "2024-01-31", "", "").instant("a", "b")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("key,title\nk,x\n", [(2, "k", "x")]),
        ("key,title\nk,x", [(2, "k", "x")]),
        ("key,title\r\nk,x\r\nl,y\r\n", [(2, "k", "x"), (3, "l", "y")]),
        ("key,title\rk,x\rl,y\r", [(2, "k", "x"), (3, "l", "y")]),
        ("title,other,key\nx,,k\n", [(2, "k", "x")]),
        (" key ,\ttitle\nk,x\n", [(2, "k", "x")]),
        ('"key","title"\n"k","x"\n', [(2, "k", "x")]),
        ('key,title\nk,"a ""b"" c"\n', [(2, "k", 'a "b" c')]),
        ('key,title\nk,""\n', [(2, "k", "")]),
        # A quote counts only at the very beginning of a cell.
        ('key,title\nk,5" disk\n', [(2, "k", '5" disk')]),
        ('key,title\nk, "x"\n', [(2, "k", ' "x"')]),
        ('key,title\nk,"a,b;c"\n', [(2, "k", "a,b;c")]),
        ('key,title\nk,"a\nb\r\nc\rd"\nl,y\n', [(2, "k", "a\nb\r\nc\rd"), (6, "l", "y")]),
        ("key,title\n\n\r\nk,x\n\n", [(4, "k", "x")]),
        ('"ke\ny",key,title\n1,k,x\n', [(3, "k", "x")]),
        # Not the ends of lines for a table, and characters like any others.
        ("key,title\nk,a\x0bb\x0cc\x1cd\x85e\u2028f\n", [(2, "k", "a\x0bb\x0cc\x1cd\x85e\u2028f")]),
        # Whether they can be stored is said of their row, later on.
        ("key,title\nk,a\0b\n", [(2, "k", "a\0b")]),
        ("key,title\nk,\ud800\n", [(2, "k", "\ud800")]),
        ("key,title,title\nk,,y\nl,x,y\n", [(2, "k", "y"), (3, "l", "x")]),
        ("key,title\n", []),
        ("key,title", []),
    ],
)
def test_rows_are_cut_as_csv_is_written(text: str, found: list[tuple[int, str, str]]) -> None:
    assert rows(text) == found


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "Line 1 names no column 'key'."),
        ("\nkey,title\n", "Line 1 names no column 'key'."),
        ("title\n", "Line 1 names no column 'key'."),
        ("key\nk\n", "Line 1 names no column 'title'."),
        ("Key,title\n", "Line 1 names no column 'key'."),
        ("key;title\nk;x\n", "Line 1 names no column 'key'."),
        ("key\ttitle\nk\tx\n", "Line 1 names no column 'key'."),
        ('"key,title\nk,x\n', "Line 2: this is not CSV (unexpected end of data)."),
        ('key,title\nk,"x\n', "Line 2: this is not CSV (unexpected end of data)."),
        ('key,title\nk,"x\n\n\n', "Line 4: this is not CSV (unexpected end of data)."),
        ('key,title\nk,"x"y\n', "Line 2: this is not CSV (',' expected after '\"')."),
        ('key,title\nk,x\nl,"a\nb"c\n', "Line 4: this is not CSV (',' expected after '\"')."),
    ],
)
def test_a_file_that_is_no_such_table_says_why(text: str, says: str) -> None:
    assert refusal(text) == says


@pytest.mark.parametrize(
    ("row", "count"), [("k", 1), ("k,x,", 3), ("k,x,y,z", 4), (" ", 1), (",,", 3), ("k;x", 1)]
)
def test_a_row_of_another_width_is_refused_and_the_next_is_not(row: str, count: int) -> None:
    found = read(f"key,title\n{row}\nl,y\n")
    assert [(each.line, each.name, each.message) for each in found.refused] == [
        (2, "", f"There are {count} cells under 2 columns.")
    ]
    assert [(each.line, each.key) for each in found.tickets] == [(3, "l")]


_cell = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)


@given(cells=st.lists(st.tuples(_cell, _cell), max_size=6))
@example(cells=[('"', "\r"), ("\n\n", ","), ("", "\0")])
def test_what_a_spreadsheet_writes_is_read_as_it_was(cells: list[tuple[str, str]]) -> None:
    file = io.BytesIO()
    table._write(file, [("key", "title"), *cells])
    found = read(file.getvalue().decode())
    assert found.refused == []
    assert [(each.key, each.title) for each in found.tickets] == [
        (key.strip(), title) for key, title in cells
    ]
