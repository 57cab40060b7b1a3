"""The examples do what they say in the demo, and the ones that follow hear what REST changes."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import AsyncIterator
from itertools import count
from pathlib import Path

import httpx
import pytest

from gql_tickets.auth import DEMO_KEY
from gql_tickets.domain.tickets import TicketStatus
from tests.clients.scripts import said_by, script

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
NODE = ("node",)
PYTHON = (sys.executable, "-W", "error")
TICKETS = "/api/v1/ext/orgs/my-org/tickets"

_titles = (f"Renamed through REST, {number}" for number in count())


@pytest.fixture
async def rest(demo: str) -> AsyncIterator[httpx.AsyncClient]:
    """REST, on the same server."""
    headers = {"X-API-Key": DEMO_KEY}
    async with httpx.AsyncClient(base_url=f"{demo}{TICKETS}", headers=headers) as client:
        yield client


@pytest.fixture
def examples(clients: Path) -> Path:
    """Where they are, beside what they need."""
    return clients.parents[1] / "examples"


@pytest.mark.parametrize(
    ("command", "name"),
    [(NODE, "fetch.mjs"), (PYTHON, "rest_httpx.py")],
    ids=["fetch", "rest_httpx"],
)
async def test_a_list_is_read_to_its_end(
    examples: Path, demo: str, rest: httpx.AsyncClient, command: tuple[str, ...], name: str
) -> None:
    said = await said_by(examples, *command, name, url=demo)
    found = (await rest.get("", params={"status": "in_progress", "limit": 1000})).json()
    assert found["total"] > 10
    listed = [f"{ticket['slug']} {ticket['title']}" for ticket in found["tickets"]]
    assert said[: len(listed)] == listed
    if name == "rest_httpx.py":
        assert said[len(listed) :] == ["412 VERSION_CONFLICT", "200 AM-43 is of high priority"]


async def test_graphql_request_asks_and_asks_two_at_once(
    examples: Path, demo: str, rest: httpx.AsyncClient
) -> None:
    said = await said_by(examples, *NODE, "graphql-request.mjs", url=demo)
    newest = (await rest.get("", params={"limit": 1})).json()["tickets"][0]
    assert newest["title"] == "Written by graphql-request"
    assert said == [
        "refused: Title must not be empty.",
        "failed: VALIDATION_FAILED",
        f"{newest['slug']} Written by graphql-request is one of 1",
    ]


async def test_curl_reads_rest_and_graphql_and_events(
    examples: Path, demo: str, rest: httpx.AsyncClient
) -> None:
    listed, board, *events = await said_by(examples, "sh", "curl.sh", url=demo)
    found = await rest.get("", params={"status": "todo", "limit": 2})
    assert json.loads(listed) == found.json()
    columns = json.loads(board)["data"]["board"]["columns"]
    assert [column["status"] for column in columns] == [status.name for status in TicketStatus]
    assert all(column["totalCount"] for column in columns)
    assert [line for line in events if line.startswith("event:")] == [
        "event: next",
        "event: complete",
    ]


@pytest.mark.parametrize(
    ("command", "name", "before"),
    [
        (NODE, "graphql-ws.mjs", r""),
        (NODE, "graphql-sse.mjs", r""),
        (
            NODE,
            "apollo.mjs",
            r"AM-\d+ is the newest of \d+\nVERSION_CONFLICT: it is at version \d+",
        ),
        (
            NODE,
            "urql.mjs",
            r"BACKLOG 5\nTODO 5\nIN_PROGRESS 5\nIN_REVIEW 5\nDONE 5\nfailed: VALIDATION_FAILED",
        ),
        (PYTHON, "graphql_gql.py", r"(AM-\d+ .+\n){3}refused: Body must not be empty\."),
    ],
    ids=lambda value: value if isinstance(value, str) and "." in value else "",
)
async def test_what_is_changed_through_rest_is_heard(
    examples: Path,
    demo: str,
    rest: httpx.AsyncClient,
    command: tuple[str, ...],
    name: str,
    before: str,
) -> None:
    async with script(examples, *command, name, url=demo) as running:
        said = await running.until("following from")
        assert re.fullmatch(before, "\n".join(said))
        for title in (next(_titles), next(_titles)):
            (await rest.put("/AM-43", json={"title": title})).raise_for_status()
            line = await running.line()
            assert line.startswith("UPDATED AM-43 ")
            assert line.endswith(title)
    assert running.complaints == ""


def test_every_example_is_in_the_list() -> None:
    listed = (EXAMPLES / "README.md").read_text("utf-8")
    names = [path.name for path in EXAMPLES.iterdir() if path.suffix in {".mjs", ".py", ".sh"}]
    assert len(names) == 10
    assert [name for name in names if f"`{name}`" not in listed] == []


def test_the_examples_name_the_versions_that_are_tested() -> None:
    named = json.loads((EXAMPLES / "package.json").read_text("utf-8"))["dependencies"]
    tested = json.loads(Path(__file__).with_name("package.json").read_text("utf-8"))
    assert named.items() <= tested["dependencies"].items()
