"""PostgreSQL's own wall between tenants: it stands where a statement forgets the organization."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest
import sqlalchemy as sa

from gql_tickets.auth import operator
from gql_tickets.domain.tickets import TicketDraft
from gql_tickets.service import directory, tickets
from gql_tickets.settings import Settings
from gql_tickets.store import row_security
from gql_tickets.store.engine import CannotOpen, Connection, Store
from gql_tickets.store.opening import open_store
from gql_tickets.store.postgres import dsn
from gql_tickets.store.statements import Statement
from gql_tickets.store.tables import belongs_to, metadata
from tests.conftest import serving

pytestmark = pytest.mark.parametrize("database_kind", ["postgresql"])

TABLES = [
    table
    for table in metadata.sorted_tables
    if belongs_to(table, "postgresql") and table.name != "installation"
]


def owner(table: sa.Table) -> sa.Column[Any]:
    """The column that says whose a row is."""
    column: sa.Column[Any] = table.c.id if table.name == "organizations" else table.c.org_id
    return column


def everything(table: sa.Table) -> Statement:
    """Whose rows there are, by a statement that forgot to ask."""
    return Statement(sa.select(owner(table)))


@pytest.fixture
async def walled(settings: Settings) -> AsyncIterator[Store]:
    """Two organizations, with a row of each in most tables."""
    store = await open_store(settings.model_copy(update={"postgres_row_security": True}))
    for slug in ("acme", "other"):
        made = await directory.create_organization(store, slug=slug, name=slug)
        actor = operator(made.id, made.slug)
        await directory.upsert_user(store, actor, id=1, username="someone")
        await directory.upsert_repository(store, actor, id=1, name="code")
        draft = TicketDraft(title="Secret", labels=("one",))
        await tickets.create(store.of(made.id), actor, draft=draft, idempotency_key="key")
    yield store
    await store.close()


async def owners(store: Store, table: sa.Table) -> set[int]:
    """Whose rows a forgetful statement reads."""
    statement = everything(table)

    async def work(db: Connection) -> set[int]:
        return {org for (org,) in await db.rows(statement)}

    return await store.read(work)


async def test_a_statement_that_forgets_the_organization_reads_nothing_of_another(
    walled: Store,
) -> None:
    filled = 0
    for table in TABLES:
        whole = await owners(walled, table)
        filled += whole == {1, 2}
        assert await owners(walled.of(1), table) == whole & {1}, table.name
        assert await owners(walled.of(2), table) == whole & {2}, table.name
        assert await owners(walled.of(3), table) == set(), table.name
    assert filled >= 8


async def test_nor_does_it_write_anything_of_another(walled: Store) -> None:
    tickets_table = metadata.tables["tickets"]
    change = Statement(sa.update(tickets_table).values(title="Taken", version=9))
    drop = Statement(sa.delete(metadata.tables["ticket_events"]))
    titles = Statement(sa.select(tickets_table.c.title).where(tickets_table.c.org_id == 2))

    async def work(db: Connection) -> tuple[int, int]:
        return await db.run(change), await db.run(drop)

    async def read(db: Connection) -> list[Any]:
        return await db.rows(titles)

    assert await walled.of(1).write(work) == (1, 1)
    assert await walled.read(read) == [("Secret",)]
    assert await owners(walled, metadata.tables["ticket_events"]) == {2}


async def test_a_row_cannot_be_given_to_another(walled: Store) -> None:
    give = Statement(sa.update(metadata.tables["users"]).values(org_id=2, id=7))

    async def work(db: Connection) -> int:
        return await db.run(give)

    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await walled.of(1).write(work)


async def test_the_wall_is_gone_with_its_transaction(walled: Store) -> None:
    async def fails(_: Connection) -> None:
        raise ZeroDivisionError

    for _ in range(3):
        with pytest.raises(ZeroDivisionError):
            await walled.of(1).read(fails)
        assert await owners(walled, metadata.tables["tickets"]) == {1, 2}


async def test_every_table_of_tenants_has_a_policy(walled: Store) -> None:
    policies = Statement(
        sa.select(sa.column("tablename", sa.Text)).select_from(sa.table("pg_policies"))
    )

    async def work(db: Connection) -> set[str]:
        return {name for (name,) in await db.rows(policies)}

    assert await walled.read(work) == {table.name for table in TABLES}


async def test_requests_at_both_doors_stand_behind_the_wall(
    settings: Settings, api_key: str
) -> None:
    settings = settings.model_copy(update={"postgres_row_security": True})
    async with serving(settings, **{"X-API-Key": api_key}) as client:

        async def total() -> tuple[int, int]:
            rest = await client.get("/api/v1/ext/orgs/acme/tickets")
            query = {"query": "{ tickets { totalCount nodes { slug } } }"}
            graphql = await client.post("/graphql", json=query)
            return rest.status_code, len(graphql.json().get("errors", ()))

        assert await total() == (200, 0)
        connection = await asyncpg.connect(dsn(settings.database_url))
        await connection.execute("REVOKE SELECT ON tickets FROM gql_tickets_tenant")
        await connection.close()
        # The owner could still read them: it is the role that cannot.
        status, errors = await total()
        assert status == 500
        assert errors


async def test_without_the_role_the_store_says_what_to_do(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    missing = row_security.IS_READY.replace(row_security.ROLE, "nobody_of_that_name")
    monkeypatch.setattr(row_security, "IS_READY", missing)
    with pytest.raises(CannotOpen, match="Run `gql-tickets migrate`"):
        await open_store(settings.model_copy(update={"postgres_row_security": True}))
