"""No column is read that nobody asks for."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import graphql
import httpx
import pytest

from gql_tickets.auth import Actor
from gql_tickets.domain.tickets import TicketDraft, TicketRef
from gql_tickets.service import tickets
from gql_tickets.store.engine import Store
from tests.graphql.documents import Ask, Counted

PLACES = {
    "list": "{ tickets { nodes { %s } } }",
    "edges": "{ tickets { edges { node { %s } } } }",
    "board": "{ board { columns { tickets { nodes { %s } } } } }",
    "search": '{ tickets(filter: {text: "ticket"}) { nodes { %s } } }',
}
SCHEMA = Path(__file__).parents[2] / "schema.graphql"
DEAR = ("description", "started_at", "labels", "creator_id")


async def add(store: Store, actor: Actor) -> str:
    """A ticket with everything. Returns its slug."""
    draft = TicketDraft("A ticket", description="Long", labels=("a",))
    return (await tickets.create(store, actor, draft=draft)).slug


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


@pytest.mark.parametrize("path", ["/tickets", "/tickets/board", "/tickets/{slug}"])
async def test_rest_reads_what_it_shows(
    client: httpx.AsyncClient, store: Store, actor: Actor, path: str
) -> None:
    slug = await add(store, actor)
    statements: list[str] = []
    application = client._transport.app  # type: ignore[attr-defined]
    application.state.tickets.store.observer = statements.append
    answer = await client.get(f"/api/v1/ext/orgs/acme{path.format(slug=slug)}")
    assert answer.status_code == 200
    assert not read(statements, "description")
    assert not any(read(statements, column) for column in ("creator_id", "started_at"))
    assert not read(statements, "parent_slug")
    assert any("AS parent_slug" in sql for sql in statements) == ("{slug}" in path)


def selections() -> list[str]:
    """Each field of a ticket that needs no argument, with enough beneath it to tell."""
    schema = graphql.build_schema(SCHEMA.read_text("utf-8"))
    fields = cast("graphql.GraphQLObjectType", schema.type_map["Ticket"]).fields
    found = []
    for name, field in fields.items():
        kind = graphql.get_named_type(field.type)
        if graphql.is_leaf_type(kind):
            found.append(name)
        else:
            inner = cast("graphql.GraphQLObjectType", kind).fields
            is_list = "totalCount" in inner
            found.append(f"{name} {{ {'totalCount' if is_list else next(iter(inner))} }}")
    return found


async def test_each_field_alone_is_shown_of_a_ticket_that_is_read_for_it(
    data: Ask, store: Store, actor: Actor
) -> None:
    parent = TicketRef(slug=await add(store, actor))
    child = TicketDraft("Beneath it", parent=parent, description="Deep")
    ticket = await tickets.create(store, actor, draft=child)
    slug = ticket.slug
    chosen = selections()
    assert len(chosen) > 15
    for selection in chosen:
        set_status = f"""mutation {{ ticketSetStatus(input: {{ticket: {{slug: "{slug}"}}, status: DONE}}) {{
            ticket {{ {selection} }} userErrors {{ message }} }} }}"""
        payload = (await data(set_status))["ticketSetStatus"]
        assert payload["userErrors"] == []
        found = await data(f'{{ ticket(ref: {{slug: "{slug}"}}) {{ {selection} }} }}')
        # Whatever is asked for of a node, all of it is read.
        whole = await data(
            f'{{ node(id: "{ticket.node_id}") {{ ... on Ticket {{ {selection} }} }} }}'
        )
        assert payload["ticket"] == found["ticket"] == whole["node"], selection


async def test_setting_a_status_reads_what_is_shown(
    counted: Counted, client: httpx.AsyncClient, store: Store, actor: Actor
) -> None:
    slug = await add(store, actor)
    query = f"""mutation {{ ticketSetStatus(input: {{ticket: {{slug: "{slug}"}}, status: DONE}}) {{
        ticket {{ slug }} }} }}"""
    _, by_graphql = await counted(query)
    by_rest: list[str] = []
    application = client._transport.app  # type: ignore[attr-defined]
    application.state.tickets.store.observer = by_rest.append
    path = f"/api/v1/ext/orgs/acme/tickets/{slug}/status"
    assert (await client.patch(path, json={"status": "todo"})).status_code == 200
    for statements in (by_graphql, by_rest):
        assert any("UPDATE tickets" in sql for sql in statements)
        # On SQLite the ticket is read first, for its history.
        is_read = any("description" in sql for sql in statements)
        assert is_read == (store.dialect == "sqlite")
