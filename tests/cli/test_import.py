"""`import` and `export` as commands: every way in which a file is none, and what is said of its rows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Run
from tests.transfer.files import SAMPLES, comment, lines, ticket


@pytest.fixture(autouse=True)
def acme(gql_tickets: Run) -> None:
    """The organization acme."""
    assert gql_tickets("orgs", "create", "acme").code == 0


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where the file of a test lies."""
    return tmp_path / "file"


UNTOLD = "Cannot tell what {} is: name its --format, one of ndjson, csv, github, jira, linear."


@pytest.mark.parametrize("database_kind", ["sqlite"])  # nobody is asked for it
@pytest.mark.parametrize(
    ("content", "form", "says"),
    [
        (b"", None, UNTOLD),
        (b"\n\n", None, UNTOLD),
        (b"\x89PNG\r\n\x1a\n\0\0", None, UNTOLD),
        (b"slug;title\n", None, UNTOLD),
        (b"", "csv", "{} cannot be read as csv. Line 1 names no column 'title'."),
        (b"", "jira", "{} cannot be read as jira. Line 1 names no column 'Issue key'."),
        (b"", "linear", "{} cannot be read as linear. Line 1 names no column 'ID'."),
        (
            b"",
            "ndjson",
            "{} cannot be read as ndjson. Line 1 is not that of an export of this version.",
        ),
        (b"\x89PNG\r\n", "csv", "{} cannot be read as csv. Line 1: this is not UTF-8."),
        (b"\x89PNG\r\n", "github", "{} cannot be read as github. Line 1: this is not UTF-8."),
        (b"PK\x03\x04", "github", "{} cannot be read as github. Line 1: this is not JSON."),
        (b"title\nx\n", "linear", "{} cannot be read as linear. Line 1 names no column 'ID'."),
        (
            lines(ticket(1)).replace(b'"version": 1', b'"version": 2', 1),
            None,
            "{} cannot be read as ndjson. Line 1 is not that of an export of this version.",
        ),
    ],
)
def test_a_file_that_is_none_ends_with_one_line_and_code_1(
    gql_tickets: Run, file: Path, content: bytes, form: str | None, says: str
) -> None:
    file.write_bytes(content)
    outcome = gql_tickets("import", str(file), *(("--format", form) if form else ()))
    assert outcome == (1, "", f"gql-tickets: {says.format(file)}\n")


def test_a_file_that_is_not_there_and_a_folder_are_one_line(
    gql_tickets: Run, tmp_path: Path
) -> None:
    missing = tmp_path / "none.csv"
    says = f"gql-tickets: Cannot read {missing}: No such file or directory.\n"
    assert gql_tickets("import", str(missing)) == (1, "", says)
    says = f"gql-tickets: Cannot read {tmp_path}: Is a directory.\n"
    assert gql_tickets("import", str(tmp_path)) == (1, "", says)
    outcome = gql_tickets("export", "--output", str(tmp_path))
    assert outcome == (1, "", f"gql-tickets: Cannot write {tmp_path}: Is a directory.\n")


def test_a_format_that_there_is_not_is_a_usage_error(gql_tickets: Run, file: Path) -> None:
    file.write_bytes(lines())
    outcome = gql_tickets("import", str(file), "--format", "trello")
    assert (outcome.code, outcome.out) == (2, "")
    assert "trello" in outcome.err
    assert gql_tickets("export", "--format", "jira").code == 2
    assert gql_tickets("import").code == 2


JIRA = b"""\
Issue key,Summary,Status,Priority,Created,Parent
OPS-1,x,Shipped,,,
OPS-2,x,Done,Odd,,
,x,Done,,,
OPS-4,x,Done,,31.01.24,
OPS-5,"a
b",Done,,,OPS-9
OPS-6,x,Done,,,OPS-5
OPS-7,x,Done,,,
"""
REFUSED: dict[str, tuple[bytes, list[str]]] = {
    "of ours": (
        lines(
            ticket(1, title=" "),
            ticket(2, parent="AM-9"),
            {"kind": "epic"},
            comment(1, ticket="AM-8"),
            {"kind": "label", "name": "ui", "color": "red", "description": None},
            {"kind": "user", "id": 0, "username": None, "name": None, "avatar_url": None},
            {"kind": "repository", "id": 1, "name": " ", "url": None},
            ticket(3),
            ticket(3),
        ),
        [
            "line 2 (AM-1): Title must not be empty.",
            "line 3 (AM-2): There is no such parent ticket.",
            "line 4: Invalid value 'epic' - at `$.kind`.",
            "line 5 (comment 1): There is no ticket AM-8.",
            "line 6 (label ui): A color is written #RRGGBB.",
            "line 7 (user 0): An id is a whole number from 1 to 2147483647.",
            "line 8 (repository 1): Name must not be empty.",
            "line 10 (AM-3): This is on line 9 already.",
        ],
    ),
    "of a table": (
        b"slug,title,status\nAM-1,x,odd\n,x,\nAM-2,,todo\nAM-3,x\nx,x,\nAM-4,x,\n",
        [
            "line 2: status must be one of backlog, todo, in_progress, in_review, done.",
            "line 3: Neither slug nor external_id says which ticket this is.",
            "line 4 (AM-2): Title must not be empty.",
            "line 5: There are 2 cells under 3 columns.",
            "line 6 (x): A slug is such as AM-42, its number at most 2000000000.",
        ],
    ),
    "of Jira": (
        JIRA,
        [
            "line 2: The status 'Shipped' is not known here: export the column Status Category with it.",
            "line 3: The priority 'Odd' is not known here.",
            "line 4: There is no Issue key.",
            "line 5: '31.01.24' is not a date that is known here; write 2025-01-31T09:30:00Z.",
            "line 6 (OPS-5): There is no such parent ticket.",
            "line 8 (OPS-6): There is no such parent ticket.",
        ],
    ),
    "of Linear": (
        b"ID,Team,Title,Status,Started\n,E,x,Done,\nE-2,E,x,Done,soon\nE-3,E,,Done,\nE-4,E,x,Done,\n",
        [
            "line 2: There is no ID.",
            "line 3: 'soon' is not a date that is known here; write 2025-01-31T09:30:00Z.",
            "line 4 (E-3): Title must not be empty.",
        ],
    ),
    "of GitHub": (
        b'[\n{"number": 4},\n5,\n{}\n]',
        [
            "line 2 (4): Object missing required field `html_url`.",
            "line 3: Expected `object`, got `int`.",
            "line 4: Object missing required field `html_url`.",
        ],
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_every_refused_row_is_said_with_its_line_in_the_order_of_lines(
    gql_tickets: Run, file: Path, name: str
) -> None:
    content, refusals = REFUSED[name]
    file.write_bytes(content)
    said = [f"{file}, {each}" for each in refusals]
    outcome = gql_tickets("import", str(file))
    assert (outcome.code, outcome.out) == (1, "")
    assert outcome.err.splitlines() == [
        *said,
        f"gql-tickets: Nothing was imported: {len(said)} rows are refused. --skip-refused takes the others.",
    ]
    skipped = gql_tickets("import", str(file), "--skip-refused", "--dry-run")
    assert skipped.code == 1
    assert skipped.out.startswith("Would be imported into acme: ")
    assert skipped.err.splitlines() == [
        *said,
        f"gql-tickets: {len(said)} rows are refused, and left out.",
    ]


def test_what_is_skipped_comes_in_once_it_is_mended(gql_tickets: Run, file: Path) -> None:
    file.write_bytes(lines(ticket(1), ticket(2, title=""), ticket(3)))
    some = gql_tickets("import", str(file), "--skip-refused")
    assert some.out == "Imported into acme: 2 tickets created, 0 updated, 0 left alone.\n"
    assert some.code == 1
    file.write_bytes(lines(ticket(1, title="New"), ticket(2), ticket(3)))
    rest = gql_tickets("import", str(file), "--skip-refused")
    assert rest == (0, "Imported into acme: 1 ticket created, 1 updated, 1 left alone.\n", "")


def test_everything_that_is_written_is_counted_by_its_noun(gql_tickets: Run, file: Path) -> None:
    user = {"kind": "user", "id": 5, "username": "ada", "name": None, "avatar_url": None}
    app = {"kind": "repository", "id": 5, "name": "acme/app", "url": None}
    more = [{**user, "id": 6, "username": None}, {**app, "id": 6, "name": "acme/web"}]
    file.write_bytes(lines(user, app, ticket(1, labels=["a"]), comment(1)))
    one = gql_tickets("import", str(file))
    counted = "1 comment, 1 user, 1 repository, 1 label"
    assert one.out == (
        f"Imported into acme: 1 ticket created, 0 updated, 0 left alone; {counted}.\n"
    )
    file.write_bytes(
        lines(
            *(
                user,
                app,
                *more,
                {**user, "id": 7, "username": "eve"},
                {**app, "id": 7, "name": "c"},
            ),
            *(ticket(1, labels=["a"]), ticket(2, labels=["b", "c"]), comment(1)),
            *(comment(2), comment(3, ticket="AM-2")),
        )
    )
    many = gql_tickets("import", str(file))
    counted = "2 comments, 2 users, 2 repositories, 2 labels"
    assert many.out == (
        f"Imported into acme: 1 ticket created, 1 updated, 0 left alone; {counted}.\n"
    )


def test_an_empty_list_of_an_organization_is_no_failure(gql_tickets: Run, file: Path) -> None:
    file.write_bytes(b"[]\n")
    outcome = gql_tickets("import", str(file))
    assert outcome == (0, "Imported into acme: 0 tickets created, 0 updated, 0 left alone.\n", "")


def test_an_empty_organization_is_a_header_or_a_row_of_columns(
    gql_tickets: Run, file: Path
) -> None:
    ours = gql_tickets("export")
    header: dict[str, Any] = json.loads(ours.out)
    assert (header["kind"], header["version"], header["last_ticket_number"]) == ("header", 1, 0)
    table = gql_tickets("export", "--format", "csv")
    assert len(table.out.splitlines()) == 1
    assert gql_tickets("export", "--format", "csv", "--output", str(file)).out == ""
    assert file.read_bytes().decode().splitlines() == table.out.splitlines()
    outcome = gql_tickets("import", str(file))
    assert outcome == (0, "Imported into acme: 0 tickets created, 0 updated, 0 left alone.\n", "")


def test_an_organization_that_is_not_there_takes_and_gives_nothing(gql_tickets: Run) -> None:
    sample = str(SAMPLES / "plain.csv")
    for command in (("import", sample), ("export",)):
        outcome = gql_tickets(*command, "--org", "nobody")
        assert (outcome.code, outcome.out, len(outcome.err.splitlines())) == (1, "", 1)
        assert "nobody" in outcome.err


def test_of_several_organizations_one_has_to_be_named(gql_tickets: Run) -> None:
    assert gql_tickets("orgs", "create", "other", "--prefix", "OT").code == 0
    sample = str(SAMPLES / "plain.csv")
    assert gql_tickets("import", sample).code == 1
    named = gql_tickets("import", sample, "--org", "other")
    assert named.out.startswith("Imported into other: 2 tickets created")
    assert gql_tickets("export", "--org", "acme").out.count("\n") == 1
    assert '"slug":"OT-2"' in gql_tickets("export", "--org", "other").out
