"""What frontends bring - Apollo, Relay, codegen, gql.tada, Python's gql - against a real server."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import httpx
import pytest
from gql import Client, GraphQLRequest, gql
from gql.transport.exceptions import TransportConnectionFailed, TransportQueryError
from gql.transport.httpx import HTTPXAsyncTransport
from gql.transport.websockets import WebsocketsTransport
from websockets.exceptions import ConnectionClosed

from gql_tickets.auth import DEMO_KEY
from tests.clients.scripts import said_by

KEY = {"X-API-Key": DEMO_KEY}


def newest(demo: str, count: int, **wanted: str) -> list[str]:
    """The slugs that REST lists first, of tickets with these values."""
    url = f"{demo}/api/v1/ext/orgs/my-org/tickets"
    found = httpx.get(url, params={"limit": 1000}, headers=KEY).json()["tickets"]
    return [each["slug"] for each in found if wanted.items() <= each.items()][:count]


async def found_by(clients: Path, name: str, demo: str) -> dict[str, Any]:
    """What a script has found, subject by subject."""
    found: dict[str, Any] = {}
    for line in await said_by(clients, "node", name, url=demo):
        found |= json.loads(line)
    return found


def compiled(folder: Path, *command: str) -> None:
    """Run one of the packages' commands."""
    program, *arguments = command
    path = folder / "../../../node_modules/.bin" / program
    done = subprocess.run([path, *arguments], cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


async def test_apollo_pages_persists_batches_and_listens(clients: Path, demo: str) -> None:
    assert await found_by(clients, "apollo.mjs", demo) == {
        "pages": newest(demo, 6),
        "errors": ["VALIDATION_FAILED", "INVALID_TOKEN"],
        "persisted": [["GET", False], ["POST", True], "my-org", ["GET", False], "my-org"],
        "batched": [1, 5, 1],
        "heard": ["AM-7", True],
        "revoked": "API_KEY_DISABLED",
    }


async def test_relay_pages_refetches_writes_and_listens(clients: Path, demo: str) -> None:
    compiled(clients / "relay", "relay-compiler")
    slugs = newest(demo, 5)
    assert await found_by(clients, "relay.mjs", demo) == {
        "pages": slugs,
        "again": slugs[0],
        "refused": [{"code": "VALIDATION_FAILED", "path": ["patch", "title"]}],
        "renamed": "Renamed by Relay",
        "heard": "Renamed through REST",
    }


async def test_codegen_and_tada_type_what_the_server_answers(clients: Path, demo: str) -> None:
    typed = clients / "typed"
    compiled(typed, "graphql-codegen", "--config", "codegen.ts")
    compiled(typed, "gql.tada", "generate-output")
    compiled(typed, "tsc")
    built = typed / "built/tests/clients/typed"
    *listed, labels = await said_by(built, "node", "codegen-client.js", url=demo)
    assert [line.partition(" ")[0] for line in listed] == newest(demo, 2, status="todo")
    assert labels == "typed"
    urgent = await said_by(built, "node", "tada-client.js", url=demo)
    assert urgent == [f"{slug} URGENT" for slug in newest(demo, 2, priority="urgent")]


async def test_python_gql_asks_many_at_once_and_raises_what_failed(demo: str) -> None:
    transport = HTTPXAsyncTransport(f"{demo}/graphql", headers=KEY)
    async with Client(transport=transport, fetch_schema_from_transport=True) as client:
        [one, two] = await client.execute_batch(
            [
                GraphQLRequest("{ tickets(first: 2) { nodes { slug } } }"),
                GraphQLRequest("{ viewer { scopes } }"),
            ]
        )
        assert [node["slug"] for node in one["tickets"]["nodes"]] == newest(demo, 2)
        assert "TICKETS_WRITE" in two["viewer"]["scopes"]
        with pytest.raises(TransportQueryError) as failed:
            await client.execute(gql("{ tickets(first: 0) { totalCount } }"))
        assert failed.value.errors is not None
        assert failed.value.errors[0]["extensions"]["code"] == "VALIDATION_FAILED"


async def test_python_gql_is_told_why_its_socket_was_closed(demo: str) -> None:
    url = f"{demo}/graphql".replace("http", "ws", 1)
    stranger = Client(transport=WebsocketsTransport(url, init_payload={"X-API-Key": "amk_wrong"}))
    with pytest.raises(TransportConnectionFailed) as failed:
        async with stranger:
            raise AssertionError("it was let in")
    closed = failed.value.__cause__
    assert isinstance(closed, ConnectionClosed)
    assert closed.rcvd is not None
    assert (closed.rcvd.code, closed.rcvd.reason.partition(":")[0]) == (4403, "INVALID_TOKEN")
