"""`export` and `import` as commands: what they print, how they end, and which files they leave."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.cli.conftest import Run
from tests.transfer.files import SAMPLES, lines, ticket


@pytest.fixture(autouse=True)
def acme(gql_tickets: Run) -> None:
    """The organization acme."""
    assert gql_tickets("orgs", "create", "acme").code == 0


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file of three tickets, the second of which is refused."""
    path = tmp_path / "tickets.ndjson"
    path.write_bytes(lines(ticket(1), ticket(2, title=""), ticket(3)))
    return path


def test_a_file_comes_in_and_goes_out_again(gql_tickets: Run, tmp_path: Path) -> None:
    sample, out = SAMPLES / "github.json", tmp_path / "out.ndjson"
    dry = gql_tickets("import", str(sample), "--dry-run")
    said = "acme: 2 tickets created, 0 updated, 0 left alone; 3 users, 1 repository, 3 labels.\n"
    assert (dry.code, dry.out, dry.err) == (0, f"Would be imported into {said}", "")
    wet = gql_tickets("import", str(sample), "--org", "acme", "--format", "github")
    assert (wet.code, wet.out) == (0, f"Imported into {said}")
    left = gql_tickets("export", "--output", str(out))
    assert (left.code, left.out) == (0, "")
    assert left.err.startswith("Cursor: ")
    again = gql_tickets("import", str(out))
    assert again.out == "Imported into acme: 0 tickets created, 0 updated, 2 left alone.\n"
    table = gql_tickets("export", "--format", "csv")
    assert table.out.splitlines()[0].startswith("slug,title,")
    assert table.err == left.err
    assert sorted(path.name for path in tmp_path.glob("*out*")) == ["out.ndjson"]


def test_each_refused_row_is_a_line_and_nothing_is_taken(gql_tickets: Run, file: Path) -> None:
    refused = gql_tickets("import", str(file))
    assert (refused.code, refused.out) == (1, "")
    assert refused.err.splitlines() == [
        f"{file}, line 3 (AM-2): Title must not be empty.",
        "gql-tickets: Nothing was imported: a row is refused. --skip-refused takes the others.",
    ]
    assert gql_tickets("export").out.count("\n") == 1
    some = gql_tickets("import", str(file), "--skip-refused")
    assert some.code == 1
    assert some.out == "Imported into acme: 2 tickets created, 0 updated, 0 left alone.\n"
    assert some.err.splitlines()[-1] == "gql-tickets: A row is refused, and left out."


def test_a_file_may_come_from_stdin(gql_tickets: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    piped = io.BytesIO(lines(ticket(1), ticket(2, title="")))
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=piped))
    refused = gql_tickets("import", "-", "--skip-refused")
    assert refused.out.startswith("Imported into acme: 1 ticket created")
    assert refused.err.startswith("stdin, line 3 (AM-2): ")


@pytest.mark.parametrize(
    ("content", "options", "says"),
    [
        (b"name,age\n", (), "Cannot tell what "),
        (
            b"name,age\n",
            ("--format", "csv"),
            "cannot be read as csv. Line 1 names no column 'title'.",
        ),
        (b"title,slug\n\xff,AM-1\n", (), "cannot be read as csv. Line 2: this is not UTF-8."),
        (b'title,slug\n"open,AM-1\n', (), "cannot be read as csv. Line "),
        (b"[1, 2", ("--format", "github"), "The list of issues has no end."),
        (b"[{", (), "cannot be read as github. Line 1: this is not JSON."),
        (b"1", ("--format", "github"), "Line 1: this is not a list of issues."),
        (b"{}", ("--format", "ndjson"), "Line 1 is not that of an export of this version."),
    ],
)
def test_a_file_that_cannot_be_read_is_one_line(
    gql_tickets: Run, tmp_path: Path, content: bytes, options: tuple[str, ...], says: str
) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    outcome = gql_tickets("import", str(path), *options)
    assert outcome.code == 1
    assert says in outcome.err
    assert len(outcome.err.splitlines()) == 1


def test_files_that_are_not_there_and_cannot_be_written_are_one_line(
    gql_tickets: Run, tmp_path: Path
) -> None:
    missing = gql_tickets("import", str(tmp_path / "none.csv"))
    assert (missing.code, len(missing.err.splitlines())) == (1, 1)
    nowhere = gql_tickets("export", "--output", str(tmp_path / "no" / "folder"))
    assert (nowhere.code, len(nowhere.err.splitlines())) == (1, 1)
    assert gql_tickets("export", "--org", "other").code == 1


def test_an_export_that_fails_leaves_the_old_file(gql_tickets: Run, tmp_path: Path) -> None:
    out = tmp_path / "out.ndjson"
    out.write_text("yesterday's", "utf-8")
    assert gql_tickets("export", "--org", "nobody", "--output", str(out)).code == 1
    assert out.read_text("utf-8") == "yesterday's"
    assert list(tmp_path.glob("*.part")) == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a disk that is always full")
def test_a_disk_that_is_full_is_one_line(gql_tickets: Run) -> None:
    assert gql_tickets("import", str(SAMPLES / "jira.csv")).code == 0
    full = gql_tickets("export", "--output", "/dev/full")
    assert (full.code, len(full.err.splitlines())) == (1, 1)
    assert "Cannot write /dev/full: No space left on device." in full.err


def test_doctor_finds_nothing_after_an_import(gql_tickets: Run) -> None:
    for name in ("github.json", "jira.csv", "linear.csv"):
        assert gql_tickets("import", str(SAMPLES / name)).code == 0
    assert "ok       ticket_counts" in gql_tickets("doctor").out


@pytest.mark.skipif(not shutil.which("head"), reason="needs head")
def test_whoever_reads_an_export_may_stop(gql_tickets: Run, database: str, tmp_path: Path) -> None:
    path = tmp_path / "many.ndjson"
    many = (ticket(number, description="x" * 500) for number in range(1, 1_001))
    path.write_bytes(lines(*many))
    assert gql_tickets("import", str(path)).code == 0
    exporting = subprocess.Popen(
        [sys.executable, "-m", "gql_tickets", "export"],
        env={**os.environ, "GQL_TICKETS_DATABASE_URL": database},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    head = subprocess.run(["head", "-1"], stdin=exporting.stdout, capture_output=True)
    assert exporting.stdout is not None
    exporting.stdout.close()
    assert b'"kind":"header"' in head.stdout
    assert exporting.stderr is not None
    said = exporting.stderr.read()
    exporting.stderr.close()
    assert exporting.wait(timeout=30) == 1
    assert said == b"gql-tickets: Whoever was reading the export has gone.\n"
