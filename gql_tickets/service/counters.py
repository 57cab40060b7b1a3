"""The counters of tickets, held against what there is: for operators."""

from __future__ import annotations

from gql_tickets.domain.directory import Organization
from gql_tickets.service import directory
from gql_tickets.store import counters
from gql_tickets.store.engine import Connection, Store


async def find_wrong(store: Store) -> list[Organization]:
    """The organizations whose counters do not say what there is.

    One whose tickets are written meanwhile is looked at in a transaction, where nobody can.
    """
    return [
        each for each in await directory.list_organizations(store) if await _is_off(store, each)
    ]


async def repair(store: Store) -> list[Organization]:
    """Set right the counters that are wrong. Returns whose they were."""
    wrong = await find_wrong(store)
    for organization in wrong:

        async def work(db: Connection, org: int = organization.id) -> None:
            await counters.change_to_actual(db, org)

        await store.write(work)
    return wrong


async def _is_off(store: Store, organization: Organization) -> bool:
    async def work(db: Connection) -> bool:
        kept = await counters.find_counts(db, organization.id)
        return kept != await counters.find_actual_counts(db, organization.id)

    async def still(db: Connection) -> bool:
        await counters.lock_tickets(db)
        return await work(db)

    return await store.read(work) and await store.write(still)
