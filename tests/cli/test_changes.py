"""`changes trim`."""

from __future__ import annotations

import asyncio

from gql_tickets.auth import Actor, operator
from gql_tickets.domain.tickets import TicketDraft
from gql_tickets.service import directory, tickets
from gql_tickets.settings import Settings
from gql_tickets.store.engine import Store
from gql_tickets.store.opening import open_store
from tests.cli.conftest import Run


def fill(database: str) -> None:
    """Two organizations with a ticket each."""

    async def work() -> None:
        store: Store = await open_store(Settings(database_url=database))
        for slug in ("acme", "other"):
            made = await directory.create_organization(store, slug=slug, name=slug)
            actor: Actor = operator(made.id, made.slug)
            await tickets.create(store, actor, draft=TicketDraft("A ticket"))
        await store.close()

    asyncio.run(work())


def test_what_is_old_is_cut_off(gql_tickets: Run, database: str) -> None:
    fill(database)
    assert gql_tickets("changes", "trim").out == "Cut off 0 entries.\n"
    cut = gql_tickets("changes", "trim", "--org", "acme", "--older-than-hours", "0")
    assert cut.out == "Cut off 1 entries.\n"
    assert gql_tickets("changes", "trim", "--older-than-hours", "0").out == "Cut off 1 entries.\n"


def test_an_organization_that_is_not_there_is_named(gql_tickets: Run) -> None:
    outcome = gql_tickets("changes", "trim", "--org", "nobody")
    assert outcome.code == 1
    assert "nobody" in outcome.err
