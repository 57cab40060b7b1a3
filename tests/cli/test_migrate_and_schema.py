"""`migrate` and `schema`, and databases that are behind."""

from __future__ import annotations

import asyncio
from importlib.metadata import version
from pathlib import Path

import asyncpg
import pytest

from gql_tickets.cli.running import shown
from tests.cli.conftest import Run, runner


@pytest.fixture
def empty_postgres(postgres_server: str) -> str:
    """The URL of a PostgreSQL database without a table."""

    async def create() -> None:
        connection = await asyncpg.connect(
            host=postgres_server, user="postgres", database="postgres"
        )
        await connection.execute("DROP DATABASE IF EXISTS bare WITH (FORCE)")
        await connection.execute("CREATE DATABASE bare TEMPLATE template0")
        await connection.close()

    asyncio.run(create())
    return f"postgresql+asyncpg://postgres@/bare?host={postgres_server}"


def test_a_postgresql_that_is_behind_is_refused_naming_the_command(
    empty_postgres: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GQL_TICKETS_DATABASE_URL", empty_postgres)
    gql_tickets = runner(capsys)
    for arguments in (
        ("serve", "--port", "0"),
        ("serve", "--port", "0", "--demo"),
        ("orgs", "list"),
    ):
        refused = gql_tickets(*arguments)
        assert refused.code == 1
        assert "gql-tickets migrate" in refused.err
    first, again = gql_tickets("migrate"), gql_tickets("migrate")
    assert (first.code, again.code) == (0, 0)
    assert "/bare was empty, and is at " in first.out
    assert "/bare is up to date already, at " in again.out
    assert gql_tickets("orgs", "list").code == 0


def test_the_schema_is_printed_exactly_as_it_is_committed(gql_tickets: Run) -> None:
    committed = Path(__file__).parents[2] / "schema.graphql"
    assert gql_tickets("schema").out == committed.read_text("utf-8")


def test_a_demo_is_made_of_an_empty_database_only(gql_tickets: Run) -> None:
    assert gql_tickets("orgs", "create", "acme").code == 0
    refused = gql_tickets("serve", "--demo", "--port", "0")
    assert refused.code == 1
    assert len(refused.err.splitlines()) == 1


LOOKING = (
    ("orgs", "list"),
    ("keys", "list"),
    ("users", "list"),
    ("repos", "list"),
    ("doctor",),
    ("doctor", "--repair"),
    ("changes", "trim"),
)


@pytest.mark.parametrize("arguments", LOOKING, ids=" ".join)
def test_who_only_looks_makes_no_database(
    arguments: tuple[str, ...],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = tmp_path / "none.sqlite3"
    monkeypatch.setenv("GQL_TICKETS_DATABASE_URL", f"sqlite+aiosqlite:///{path}")
    outcome = runner(capsys)(*arguments)
    assert outcome.code == 1
    assert f"There is no database {path}." in outcome.out + outcome.err
    assert not path.exists()


def test_a_url_is_shown_without_what_is_secret() -> None:
    assert shown("postgresql+asyncpg://me:pw@db:1/t?password=x") == "postgresql+asyncpg://db:1/t"
    for password in ("p@ss", "p/ss", "p@s/s", "p?ss", "p:s#s", "@@/@"):
        assert shown(f"postgresql+asyncpg://me:{password}@db/t") == "postgresql+asyncpg://db/t"
    assert shown("sqlite+aiosqlite:////srv/a@b.sqlite3") == "sqlite+aiosqlite:////srv/a@b.sqlite3"
    assert shown("sqlite+aiosqlite:///a.sqlite3") == "sqlite+aiosqlite:///a.sqlite3"


def test_the_version_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    said = runner(capsys)("--version")
    assert (said.code, said.out) == (0, f"gql-tickets {version('gql-tickets')}\n")
