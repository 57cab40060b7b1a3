"""Lists: aligned for people and never cut off, tab-separated beneath a header for programs."""

from __future__ import annotations

import datetime as dt
import sys

import pytest

from gql_tickets.cli.tables import Cell, show

ROWS: list[list[Cell]] = [
    ["acme", 7, None, dt.datetime(2027, 1, 31, 18, tzinfo=dt.UTC)],
    ["[bold]", 8, "a\tb\nc", None],
]


def test_programs_get_tabs_beneath_a_header(capsys: pytest.CaptureFixture[str]) -> None:
    show(("org", "id", "name", "created"), ROWS)
    assert capsys.readouterr().out.splitlines() == [
        "org\tid\tname\tcreated",
        "acme\t7\t\t2027-01-31T18:00:00Z",
        "[bold]\t8\ta b c\t",
    ]


def test_people_get_a_header_and_columns(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("TERM", "dumb")
    show(("org", "id", "name", "created"), ROWS)
    header, *lines = capsys.readouterr().out.splitlines()
    assert header.split() == ["org", "id", "name", "created"]
    assert lines[1].split()[0] == "[bold]"


@pytest.mark.parametrize("columns", ["20", "80", "200"])
def test_ids_and_dates_are_whole_on_a_terminal_of_any_width(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, columns: str
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("TERM", "dumb")
    monkeypatch.setenv("COLUMNS", columns)
    at = dt.datetime(2027, 1, 31, 18, tzinfo=dt.UTC)
    name = "deployment-" * 8
    show(
        ("org", "id", "name", "scopes", "created", "expires", "revoked", "last used"),
        [["acme", "0123456789abcdef", name, "tickets:read", at, at, None, at]],
    )
    out = capsys.readouterr().out
    assert "0123456789abcdef" in out
    assert out.count("2027-01-31T18:00:00Z") == 3
    assert "…" not in out
    assert "revoked" not in out
