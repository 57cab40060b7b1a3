"""Two organizations, each of whose keys must not see what is the other's."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from typing import Any

import pytest

from gql_tickets.auth import Actor, Scope, operator
from gql_tickets.domain.ids import Kind, node_id
from gql_tickets.service import directory, keys
from gql_tickets.settings import Settings
from gql_tickets.store.engine import Store
from tests.conftest import serving
from tests.tenants.world import FOREIGN, LABEL, NUMBER, USERNAME, WORD, Pair, World

POOL = 250
"""Tickets, comments and labels of our own, of which writes use up some."""
SPENT = "used-by-the-other"
IDS = """
query { ticket(ref: {slug: "ZZ-1"}) { id assignee { id } repository { id } labels { id }
  comments { nodes { id } } history { nodes { id } } }
  tickets(first: 1) { edges { cursor } } labels(first: 1) { edges { cursor } }
  viewer { organization { id } } apiKeys { id } syncCursor }
"""


@pytest.fixture
async def world(
    settings: Settings, store: Store, actor: Actor, api_key: str
) -> AsyncIterator[World]:
    """Our organization `acme` and the foreign one, each with tickets and all that hangs on them."""
    organization = await directory.create_organization(
        store, slug=FOREIGN, name="Foreign", ticket_prefix="ZZ"
    )
    stranger = operator(organization.id, organization.slug)
    _, foreign_key = await keys.create(store, stranger, name="foreign", scopes=tuple(Scope))
    for each, number in ((actor, 1), (stranger, NUMBER)):
        name = USERNAME if each is stranger else "own"
        await directory.upsert_user(store, each, id=number, username=name, name=name)
        await directory.upsert_repository(store, each, id=number, name=name)
    settings = settings.model_copy(update={"document_selections_max": 20_000, "access_log": False})
    async with serving(settings) as client:
        world = World(client, {"X-API-Key": api_key}, {"X-API-Key": foreign_key})
        await fill(world)
        data = (await world.theirs(IDS))["data"]
        world.pairs = pairs(data, actor.org_id)
        world.cursors = [data[name]["edges"][0]["cursor"] for name in ("tickets", "labels")]
        world.sync = Pair(data["syncCursor"], _encoded("c999.1.1"))
        yield world


async def fill(world: World) -> None:
    """Tickets of both: many of ours, since writes will use some up."""
    own: dict[str, Any] = {"assignee_id": 1, "repository_id": 1}
    theirs = {"assignee_id": NUMBER, "repository_id": NUMBER, "labels": [LABEL]}
    headers = {**world.foreign, "Idempotency-Key": SPENT}
    answer = await world.client.post(
        world.path(FOREIGN), headers=headers, json={"title": f"A {WORD}", **theirs}
    )
    assert answer.status_code == 201
    comment = 'mutation($on: String!) { commentCreate(input: {ticket: {slug: $on}, body: "b"}) { comment { id } } }'
    await world.theirs(comment, on="ZZ-1")
    for number in range(POOL):
        label = {"labels": [f"own{number}"]}
        answer = await world.client.post(
            world.path("acme"), headers=world.own, json={"title": "Ours", **own, **label}
        )
        assert answer.status_code == 201
    for _ in range(10):
        made = await world.ours(comment, on="AM-1")
        world.comments.append(made["data"]["commentCreate"]["comment"]["id"])


def pairs(data: dict[str, Any], org: int) -> dict[Kind, Pair]:
    """A foreign node of each kind, and one that there is not."""
    ticket = data["ticket"]
    foreign = {
        Kind.TICKET: ticket["id"],
        Kind.USER: ticket["assignee"]["id"],
        Kind.REPOSITORY: ticket["repository"]["id"],
        Kind.LABEL: ticket["labels"][0]["id"],
        Kind.COMMENT: ticket["comments"]["nodes"][0]["id"],
        Kind.TICKET_EVENT: ticket["history"]["nodes"][0]["id"],
        Kind.ORGANIZATION: data["viewer"]["organization"]["id"],
        Kind.API_KEY: data["apiKeys"][0]["id"],
    }
    local = {Kind.LABEL: "f" * 16, Kind.API_KEY: "f" * 16, Kind.TICKET_EVENT: "99999999v1"}
    return {
        kind: Pair(foreign[kind], node_id(kind, org, local.get(kind, "99999999"))) for kind in Kind
    }


def _encoded(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")
