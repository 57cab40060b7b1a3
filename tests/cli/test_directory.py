"""`users` and `repos`: one by one and by the file, and no file half taken in silence."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from gql_tickets.cli import directory as commands
from tests.cli.conftest import Run


@pytest.fixture(autouse=True)
def acme(gql_tickets: Run) -> None:
    """The organization acme."""
    assert gql_tickets("orgs", "create", "acme").code == 0


def users(gql_tickets: Run) -> list[list[str]]:
    """What `users list` says of acme."""
    return [line.split("\t")[1:] for line in gql_tickets("users", "list").out.splitlines()[1:]]


def repositories(gql_tickets: Run) -> list[list[str]]:
    """What `repos list` says of acme."""
    return [line.split("\t")[1:] for line in gql_tickets("repos", "list").out.splitlines()[1:]]


def test_what_is_not_given_stays_as_it_is(gql_tickets: Run) -> None:
    added = gql_tickets("users", "add", "10", "--username", "ada", "--name", "Ada")
    assert (added.code, added.out) == (0, "Wrote the user 10 (ada, Ada) of acme.\n")
    assert gql_tickets("users", "add", "10", "--avatar-url", "https://x.example/a.png").code == 0
    assert users(gql_tickets) == [["10", "ada", "Ada", "https://x.example/a.png"]]
    assert gql_tickets("repos", "add", "1", "--name", "web", "--url", "https://x.example").code == 0
    assert repositories(gql_tickets) == [["1", "web", "https://x.example"]]


def test_many_come_from_csv(gql_tickets: Run, tmp_path: Path) -> None:
    file = tmp_path / "users.csv"
    file.write_text('\ufeffid,name,username\r\n1,"Lovelace, Ada",ada\r\n\r\n2,,\r\n', "utf-8")
    written = gql_tickets("users", "add", "--file", str(file))
    assert (written.code, written.out, written.err) == (0, "Wrote 2 users of acme.\n", "")
    assert users(gql_tickets) == [["1", "ada", "Lovelace, Ada", ""], ["2", "", "", ""]]


def test_many_come_from_ndjson_where_null_clears_and_absent_keeps(
    gql_tickets: Run, tmp_path: Path
) -> None:
    gql_tickets("repos", "add", "2", "--name", "api", "--url", "https://x.example")
    file = tmp_path / "repos.ndjson"
    rows = [{"id": 1, "name": "we\u2028b"}, {"id": "2", "url": None}]
    file.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows) + "\n", "utf-8")
    assert gql_tickets("repos", "add", "--file", str(file)).out == "Wrote 2 repositories of acme.\n"
    assert repositories(gql_tickets) == [["1", "we b", ""], ["2", "api", ""]]


def test_a_list_longer_than_a_page_is_listed_whole(
    gql_tickets: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commands, "PAGE_SIZE", 3)
    file = tmp_path / "repos.csv"
    file.write_text("id\n" + "".join(f"{id}\n" for id in range(1, 9)), "utf-8")
    assert gql_tickets("repos", "add", "--file", str(file)).code == 0
    assert [row[0] for row in repositories(gql_tickets)] == [str(id) for id in range(1, 9)]


BAD_ROWS = {
    "csv": (
        "id,name\n1,fine\nx,no id\n3\n1,twice\n٤,foreign digits\n4,\x00\n".replace(
            "\x00", "n" * 256
        ),
        ["line 3", "line 4", "line 5", "line 6"],
    ),
    "ndjson": (
        '{"id": 1}\n{"id": true}\n[]\n{\n{"id": 2, "name": 3}\n\n{"id": 3, "color": "red"}\n',
        ["line 2", "line 3", "line 4", "line 5", "line 7"],
    ),
}


@pytest.mark.parametrize("suffix", BAD_ROWS)
def test_bad_rows_are_named_by_line_and_nothing_is_written(
    gql_tickets: Run, tmp_path: Path, suffix: str
) -> None:
    content, lines = BAD_ROWS[suffix]
    file = tmp_path / f"users.{suffix}"
    file.write_text(content, "utf-8")
    refused = gql_tickets("users", "add", "--file", str(file))
    first, *named = refused.err.splitlines()
    assert refused.code == 1
    assert first == "gql-tickets: Nothing was written."
    assert [line.split(": ")[0] for line in named] == [f"{file}, {line}" for line in lines]
    assert users(gql_tickets) == []


def test_what_the_service_refuses_is_named_by_line_too(gql_tickets: Run, tmp_path: Path) -> None:
    file = tmp_path / "users.csv"
    file.write_text(f"id,name,avatar_url\n1,Ada,\n2,{'x' * 256},\n3,Eve,nowhere\n", "utf-8")
    refused = gql_tickets("users", "add", "--file", str(file))
    assert refused.code == 1
    assert "line 3: " in refused.err
    assert "line 4: " in refused.err
    assert users(gql_tickets) == []


def test_twenty_bad_rows_are_enough_to_read(gql_tickets: Run, tmp_path: Path) -> None:
    file = tmp_path / "users.csv"
    file.write_text("id\n" + "x\n" * 25, "utf-8")
    assert gql_tickets("users", "add", "--file", str(file)).err.splitlines()[-1] == (
        f"{file}, and 5 more"
    )


def test_a_username_that_is_taken_is_named_by_line_and_nothing_is_written(
    gql_tickets: Run, tmp_path: Path
) -> None:
    gql_tickets("users", "add", "1", "--username", "ada")
    file = tmp_path / "users.csv"
    file.write_text("id,username\n3,eve\n2,ada\n4,bob\n5,bob\n", "utf-8")
    refused = gql_tickets("users", "add", "--file", str(file))
    assert refused.code == 1
    assert refused.err.splitlines() == [
        "gql-tickets: Nothing was written.",
        f"{file}, line 5: The username 'bob' is given twice.",
        f"{file}, line 3: The username 'ada' is taken by the user 1.",
    ]
    assert users(gql_tickets) == [["1", "ada", "", ""]]


def test_usernames_may_be_swapped_in_one_file(gql_tickets: Run, tmp_path: Path) -> None:
    gql_tickets("users", "add", "1", "--username", "ada")
    gql_tickets("users", "add", "2", "--username", "eve")
    file = tmp_path / "users.csv"
    file.write_text("id,username\n1,eve\n2,ada\n", "utf-8")
    swapped = gql_tickets("users", "add", "--file", str(file))
    assert (swapped.code, swapped.err) == (0, "")
    assert users(gql_tickets) == [["1", "eve", "", ""], ["2", "ada", "", ""]]


@pytest.mark.parametrize("content", ["id,name\n1,Ada\n", '\n{"id": 1, "name": "Ada"}\n'])
def test_many_come_from_stdin(
    gql_tickets: Run, monkeypatch: pytest.MonkeyPatch, content: str
) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(content.encode())))
    assert gql_tickets("users", "add", "--file", "-").out == "Wrote 1 user of acme.\n"
    assert users(gql_tickets) == [["1", "", "Ada", ""]]


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("users.csv", b"name\nAda\n", "header"),
        ("users.csv", b"", "header"),
        ("users.csv", b"id,id\n1,2\n", "header"),
        ("users.csv", b'id,name\n1,"open\n', "line 2"),
        ("users.csv", b"id\n\xff\n", "UTF-8"),
        ("users.xlsx", b"id\n1\n", ".csv"),
    ],
)
def test_a_file_that_cannot_be_read_is_one_line(
    gql_tickets: Run, tmp_path: Path, name: str, content: bytes, says: str
) -> None:
    file = tmp_path / name
    file.write_bytes(content)
    refused = gql_tickets("users", "add", "--file", str(file))
    assert refused.code == 1
    assert says in refused.err
    assert len(refused.err.splitlines()) == 1


def test_either_one_or_a_file(gql_tickets: Run, tmp_path: Path) -> None:
    file = tmp_path / "users.csv"
    file.write_text("id\n1\n", "utf-8")
    for arguments in (("1", "--file", str(file)), ("--name", "Ada", "--file", str(file))):
        assert gql_tickets("users", "add", *arguments).code == 2
    assert gql_tickets("users", "add", "--file", str(tmp_path / "none.csv")).code == 2
