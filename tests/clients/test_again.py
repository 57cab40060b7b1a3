"""Apollo Client, which follows over HTTP, goes on where it was when its server was killed."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from tests.clients.scripts import script
from tests.clients.serving import Service


@pytest.fixture
def database_kind() -> str:
    """The protocol knows nothing of databases: one of them will do."""
    return "sqlite"


async def test_a_multipart_subscription_resumes_without_a_gap(
    clients: Path, tmp_path: Path, database: str, api_key: str
) -> None:
    service = Service(tmp_path, database)
    headers = {"X-API-Key": api_key}
    tickets = f"{service.url}/api/v1/ext/orgs/acme/tickets"
    await service.start()
    try:
        async with (
            httpx.AsyncClient(headers=headers) as rest,
            script(clients, "node", "again.mjs", url=service.url, TICKETS_KEY=api_key) as follower,
        ):
            await follower.until("following from")
            (await rest.post(tickets, json={"title": "Before"})).raise_for_status()
            assert await follower.line() == "Before"
            await service.kill()
            await follower.until("again from")
            await service.start()
            for title in ("While it was away", "After"):
                (await rest.post(tickets, json={"title": title})).raise_for_status()
            heard = [line for line in await follower.until("After") if "again" not in line]
            assert heard == ["While it was away"]
    finally:
        await service.kill()
