"""No column is read that nobody asks for."""

from __future__ import annotations

import httpx
import pytest

from gql_tickets.auth import Actor
from gql_tickets.domain.tickets import TicketDraft
from gql_tickets.service import tickets
from gql_tickets.store.engine import Store
from tests.graphql.documents import Counted

PLACES = {
    "list": "{ tickets { nodes { %s } } }",
    "edges": "{ tickets { edges { node { %s } } } }",
    "board": "{ board { columns { tickets { nodes { %s } } } } }",
    "search": '{ tickets(filter: {text: "ticket"}) { nodes { %s } } }',
}
DEAR = ("description", "started_at", "labels", "creator_id")


async def add(store: Store, actor: Actor) -> None:
    """A ticket with everything."""
    draft = TicketDraft("A ticket", description="Long", labels=("a",))
    await tickets.create(store, actor, draft=draft)


def read(statements: list[str], column: str) -> bool:
    """Whether a page of tickets reads the column."""
    pages = [sql for sql in statements if "FROM tickets" in sql or "tickets AS" in sql]
    assert pages
    return any(f".{column}" in sql for sql in pages)


@pytest.mark.parametrize("place", PLACES)
async def test_only_what_is_selected_is_read(
    counted: Counted, store: Store, actor: Actor, place: str
) -> None:
    await add(store, actor)
    _, few = await counted(PLACES[place] % "slug title")
    assert not any(read(few, column) for column in DEAR)
    data, all_of_it = await counted(PLACES[place] % "slug description startedAt labels { name }")
    assert read(all_of_it, "description")
    assert read(all_of_it, "labels")
    assert "Long" in str(data)
    assert "'a'" in str(data)


async def test_highlights_need_the_texts(counted: Counted, store: Store, actor: Actor) -> None:
    await add(store, actor)
    query = '{ tickets(filter: {text: "long"}) { edges { highlights node { slug } } } }'
    data, _ = await counted(query)
    assert "<mark>Long</mark>" in str(data)


async def test_a_fragment_and_a_directive_are_looked_through(
    counted: Counted, store: Store, actor: Actor
) -> None:
    await add(store, actor)
    query = """
    query ($with: Boolean!) { tickets { nodes { ...T @include(if: $with) slug } } }
    fragment T on Ticket { description }
    """
    data, statements = await counted(query, **{"with": True})
    assert "Long" in str(data)
    assert read(statements, "description")
    _, statements = await counted(query, **{"with": False})
    assert not read(statements, "description")


@pytest.mark.parametrize("path", ["/tickets", "/tickets/board"])
async def test_rest_reads_what_it_shows(
    client: httpx.AsyncClient, store: Store, actor: Actor, path: str
) -> None:
    await add(store, actor)
    statements: list[str] = []
    application = client._transport.app  # type: ignore[attr-defined]
    application.state.tickets.store.observer = statements.append
    answer = await client.get(f"/api/v1/ext/orgs/acme{path}")
    assert answer.status_code == 200
    assert not read(statements, "description")
    assert not read(statements, "parent_slug")
