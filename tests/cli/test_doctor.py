"""`doctor` finds each thing that it looks for, says what to do, and ends with 1 for a fault."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from gql_tickets.service import demo
from gql_tickets.service.doctor import Level
from gql_tickets.service.doctor.configuration import CONFIGURATION, is_public
from gql_tickets.service.doctor.database import DATABASE, skew_seconds
from gql_tickets.settings import Settings
from gql_tickets.store.opening import open_store
from tests.cli.conftest import Outcome, Run, runner

UNSAFE = {
    "tls": {"HOST": "0.0.0.0"},
    "hsts": {"TRUSTED_PROXIES": '["10.0.0.1"]'},
    "trusted_proxies": {"TRUSTED_PROXIES": '["*"]', "HSTS_SECONDS": "60"},
    "introspection": {"HOST": "192.0.2.1", "GRAPHIQL": "false"},
    "graphiql": {"HOST": "192.0.2.1"},
    "cors": {"CORS_ORIGINS": '["*"]'},
    "log_level": {"LOG_LEVEL": "debug"},
    "metrics": {"METRICS_PATH": "/metrics", "HOST": "::"},
    "rate_limit": {"RATE_LIMIT_POINTS": "0", "HOST": "0.0.0.0"},
    "durability": {"SQLITE_DURABILITY": "relaxed"},
    "workers": {"WORKERS": "4"},
}
"""For each check of the settings, a setting that it finds something in."""


def levels(outcome: Outcome) -> dict[str, Level]:
    """The worst finding of each check."""
    found: dict[str, Level] = {}
    for finding in json.loads(outcome.out):
        assert set(finding) == {"check", "level", "message", "advice"}
        found[finding["check"]] = Level(finding["level"])
    return found


@pytest.fixture
def doctor(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Run:
    """Run `doctor --format json` on a migrated, empty SQLite file that is ours alone."""
    Path(sqlite_url.partition("///")[2]).chmod(0o600)
    monkeypatch.setenv("GQL_TICKETS_DATABASE_URL", sqlite_url)
    run = runner(capsys)
    return lambda *arguments: run("doctor", "--format", "json", *arguments)


def test_a_fresh_installation_for_this_machine_alone_is_well(doctor: Run) -> None:
    outcome = doctor("--strict")
    assert outcome.code == 0
    expected = {check.__name__ for check in (*CONFIGURATION, *DATABASE)} | {"database"}
    assert levels(outcome) == dict.fromkeys(expected, Level.OK)


@pytest.mark.parametrize("check", UNSAFE)
def test_what_is_unsafe_in_the_settings_is_found(
    doctor: Run, monkeypatch: pytest.MonkeyPatch, check: str
) -> None:
    for name, value in UNSAFE[check].items():
        monkeypatch.setenv(f"GQL_TICKETS_{name}", value)
    outcome = doctor()
    found = levels(outcome)
    assert found[check] is not Level.OK
    assert outcome.code == int(Level.FAULT in found.values())
    assert doctor("--strict").code == int(bool({Level.FAULT, Level.WARNING} & set(found.values())))


def test_every_check_of_the_settings_has_a_case() -> None:
    assert UNSAFE.keys() | {"disk", "file_mode"} == {check.__name__ for check in CONFIGURATION}


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")
def test_a_file_that_others_may_read_is_noted(doctor: Run, sqlite_url: str) -> None:
    Path(sqlite_url.partition("///")[2]).chmod(0o644)
    assert levels(doctor())["file_mode"] is Level.NOTE


@pytest.mark.parametrize(("host", "level"), [("127.0.0.1", Level.NOTE), ("0.0.0.0", Level.FAULT)])
def test_a_demo_that_others_can_reach_is_a_fault(
    gql_tickets: Run, database: str, monkeypatch: pytest.MonkeyPatch, host: str, level: Level
) -> None:
    async def fill() -> None:
        store = await open_store(Settings(database_url=database))
        await demo.fill(store)
        await store.close()

    asyncio.run(fill())
    monkeypatch.setenv("GQL_TICKETS_HOST", host)
    outcome = gql_tickets("doctor", "--format", "json")
    found = levels(outcome)
    assert found["demo_key"] is level
    assert found["key_expiry"] is Level.NOTE
    assert outcome.code == int(level is Level.FAULT)


def test_text_is_a_line_a_finding(gql_tickets: Run) -> None:
    outcome = gql_tickets("doctor")
    lines = outcome.out.splitlines()
    assert len(lines) >= len(CONFIGURATION) + len(DATABASE) + 1
    assert all(line.split()[0] in {level.value for level in Level} for line in lines)


def test_a_database_that_cannot_be_reached_is_a_fault_without_its_password(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    url = "postgresql+asyncpg://me:hunter2@127.0.0.1:1/tickets"
    monkeypatch.setenv("GQL_TICKETS_DATABASE_URL", url)
    outcome = runner(capsys)("doctor", "--format", "json")
    assert outcome.code == 1
    assert levels(outcome)["database"] is Level.FAULT
    assert "hunter2" not in outcome.out + outcome.err


def test_a_file_that_is_missing_is_a_fault_and_stays_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "none.sqlite3"
    monkeypatch.setenv("GQL_TICKETS_DATABASE_URL", f"sqlite+aiosqlite:///{path}")
    outcome = runner(capsys)("doctor", "--format", "json")
    assert levels(outcome)["database"] is Level.FAULT
    assert "gql-tickets migrate" in outcome.out
    assert not path.exists()


def test_a_database_that_is_behind_is_a_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "empty.sqlite3"
    path.touch()
    monkeypatch.setenv("GQL_TICKETS_DATABASE_URL", f"sqlite+aiosqlite:///{path}")
    outcome = runner(capsys)("doctor", "--format", "json")
    assert (outcome.code, levels(outcome)["database"]) == (1, Level.FAULT)


@pytest.mark.parametrize("database_kind", ["postgresql"])
def test_postgresql_is_asked_about_itself(
    gql_tickets: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = levels(gql_tickets("doctor", "--format", "json"))
    # The tests' server has only its superuser, and a socket that leaves no machine.
    assert found["database_role"] is Level.WARNING
    assert found["database_tls"] is Level.OK
    assert found["connections"] is Level.OK
    assert found["clock"] is Level.OK
    monkeypatch.setenv("GQL_TICKETS_POSTGRES_POOL_MAX", "500")
    assert levels(gql_tickets("doctor", "--format", "json"))["connections"] is Level.WARNING


def test_a_clock_is_wrong_by_what_the_question_cannot_explain() -> None:
    noon = dt.datetime(2026, 1, 1, 12, tzinfo=dt.UTC)
    second = dt.timedelta(seconds=1)
    assert skew_seconds(noon, noon + second, noon + 2 * second) <= 0
    assert skew_seconds(noon, noon - 5 * second, noon + second) == 5
    assert skew_seconds(noon, noon + 8 * second, noon + second) == 7


@pytest.mark.parametrize(
    ("host", "public"),
    [
        ("127.0.0.1", False),
        ("localhost", False),
        ("::1", False),
        ("0.0.0.0", True),
        ("::", True),
        ("db", True),
    ],
)
def test_an_address_is_public_unless_it_loops_back(host: str, public: bool) -> None:
    assert is_public(host) is public


def test_counters_that_are_wrong_are_found_and_set_right(sqlite_url: str, doctor: Run) -> None:
    async def fill() -> None:
        store = await open_store(Settings(database_url=sqlite_url))
        await demo.fill(store)
        await store.close()

    asyncio.run(fill())
    with closing(sqlite3.connect(sqlite_url.removeprefix("sqlite+aiosqlite:///"))) as raw, raw:
        raw.execute("UPDATE ticket_counts SET tickets = tickets + 1")
    assert levels(doctor())["ticket_counts"] is Level.FAULT
    repaired = doctor("--repair")
    assert "my-org" in repaired.err
    assert levels(repaired)["ticket_counts"] is Level.OK
