"""Lists: aligned for people, tab-separated for programs."""

from __future__ import annotations

import datetime as dt
import sys

import pytest

from gql_tickets.cli.tables import Cell, show

ROWS: list[list[Cell]] = [
    ["acme", 7, None, dt.datetime(2027, 1, 31, 18, tzinfo=dt.UTC)],
    ["[bold]", 8, "a\tb\nc", None],
]


def test_programs_get_tabs_and_no_header(capsys: pytest.CaptureFixture[str]) -> None:
    show(("org", "id", "name", "created"), ROWS)
    assert capsys.readouterr().out == "acme\t7\t\t2027-01-31T18:00:00Z\n[bold]\t8\ta b c\t\n"


def test_people_get_a_header_and_columns(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("TERM", "dumb")
    show(("org", "id", "name", "created"), ROWS)
    header, *lines = capsys.readouterr().out.splitlines()
    assert header.split() == ["org", "id", "name", "created"]
    assert lines[1].split()[0] == "[bold]"
