"""A process of writers, for test_processes.py: `URL ORG WRITERS TICKETS_EACH`.

Prints the slugs that it made, one a line.
"""

from __future__ import annotations

import asyncio
import sys

from gql_tickets.auth import operator
from gql_tickets.domain.tickets import TicketDraft
from gql_tickets.service import tickets
from gql_tickets.settings import Settings
from gql_tickets.store.opening import open_store


async def main(url: str, org: int, writers: int, tickets_each: int) -> list[str]:
    """Every writer makes its tickets one after another, all writers at once."""
    store = await open_store(Settings(database_url=url))
    actor = operator(org, "acme")

    async def writer(name: int) -> list[str]:
        drafts = [TicketDraft(title=f"{name}.{turn}") for turn in range(tickets_each)]
        return [(await tickets.create(store, actor, draft=draft)).slug for draft in drafts]

    try:
        made = await asyncio.gather(*map(writer, range(writers)))
    finally:
        await store.close()
    return [slug for some in made for slug in some]


if __name__ == "__main__":
    url, *numbers = sys.argv[1:]
    sys.stdout.write("\n".join(asyncio.run(main(url, *map(int, numbers)))) + "\n")
