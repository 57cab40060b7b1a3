"""docs/operating.md's tables of log fields, metrics and checks are what the code has."""

from __future__ import annotations

import re
from pathlib import Path

import httpx

from gql_tickets.observability.requests import Noted
from gql_tickets.service.doctor.configuration import CONFIGURATION
from gql_tickets.service.doctor.database import DATABASE
from gql_tickets.settings import Settings
from gql_tickets.web.access import fields
from tests.conftest import serving

ROOT = Path(__file__).parents[2]
OPERATING = (ROOT / "docs/operating.md").read_text("utf-8")


def names(section: str) -> list[str]:
    """The first column of a section's table."""
    text = OPERATING.partition(f"\n## {section}\n")[2].partition("\n## ")[0]
    return re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE)


def test_the_table_of_log_fields_is_the_record() -> None:
    note = Noted("r-1")
    note.caller("acme", "0011")
    note.asks("Board", 5)
    note.code = "RESOURCE_NOT_FOUND"
    assert names("Log") == ["time", "level", "event", *fields("GET", note, 1.0)]


async def test_the_table_of_metrics_is_what_prometheus_reads(sqlite_url: str) -> None:
    settings = Settings(database_url=sqlite_url, metrics_path="/metrics", sqlite_readers=1)
    async with serving(settings) as client:
        await client.get("/healthz")
        text: httpx.Response = await client.get("/metrics")
    told = set(re.findall(r"^# TYPE (\w+) ", text.text, re.MULTILINE))
    created = {name for name in told if name.endswith("_created")}
    assert set(names("Metrics")) == told - created


def test_the_table_of_checks_is_the_doctors() -> None:
    checks = [check.__name__ for check in CONFIGURATION]
    assert names("Doctor") == [*checks, "database", *(check.__name__ for check in DATABASE)]


def test_the_tests_that_promises_name_are_there() -> None:
    promises = [(ROOT / each).read_text("utf-8") for each in ("SECURITY.md", "docs/reliability.md")]
    named = re.findall(r"`(tests/[\w/.]+)`", "".join(promises))
    assert len(named) > 30
    assert [path for path in named if not (ROOT / path).exists()] == []
