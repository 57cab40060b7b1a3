"""Who and what the REST tests find in the organization `acme`."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from gql_tickets.auth import Actor, Scope
from gql_tickets.service import directory, keys
from gql_tickets.store.engine import Store
from tests.rest.answers import TICKETS, Add, NewKey


@pytest.fixture
async def add(client: httpx.AsyncClient, store: Store, actor: Actor) -> Add:
    """Posts a ticket and gives what came back. There are users 5 and 10, repositories 1 and 2."""
    for user in (5, 10):
        await directory.upsert_user(store, actor, id=user, username=f"user{user}")
    for repository in (1, 2):
        await directory.upsert_repository(store, actor, id=repository, name=f"repo{repository}")

    async def add(title: str = "A ticket", **given: Any) -> dict[str, Any]:
        answer = await client.post(TICKETS, json={"title": title, **given})
        assert answer.status_code == 201, answer.text
        ticket: dict[str, Any] = answer.json()["ticket"]
        return ticket

    return add


@pytest.fixture
def new_key(store: Store, actor: Actor) -> NewKey:
    """Makes an API key of these scopes and gives the header that sends it."""

    async def new_key(*scopes: Scope) -> dict[str, str]:
        _, secret = await keys.create(store, actor, name="some", scopes=scopes)
        return {"X-API-Key": secret}

    return new_key
