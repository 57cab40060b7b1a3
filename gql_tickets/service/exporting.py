"""Exports: all of an organization that can be taken elsewhere, as it was at one moment."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import TypeVar

from gql_tickets.auth import Actor, Scope
from gql_tickets.domain.changes import Position, write_position
from gql_tickets.domain.directory import Repository, User
from gql_tickets.domain.paging import Page, PageRequest
from gql_tickets.domain.transfer import Exported, ExportedTicket
from gql_tickets.store import changes, directory, exported
from gql_tickets.store.engine import Connection, Store

BATCH = 500

R = TypeVar("R", User, Repository)
Take = Callable[[Sequence[Exported]], object]


async def export(store: Store, actor: Actor, take: Take) -> str:
    """Hand everything to `take`, a few hundred records at a time; gives the change log's cursor.

    Counters come first, then users, repositories, labels, tickets and comments, each in the order of
    its id or name. The cursor belongs to the very snapshot that the records are read from: whoever
    goes on from it misses nothing. What it tells again is a version that the export had.
    """
    actor.require(Scope.TICKETS_READ)
    org = actor.org_id

    async def work(db: Connection) -> Position:
        position = await changes.find_last(db, org)
        take([await exported.find_counters(db, org)])
        async for users in _pages(db, org, directory.USERS.page):
            take(users)
        async for repositories in _pages(db, org, directory.REPOSITORIES.page):
            take(repositories)
        take(await exported.find_all_labels(db, org))
        await _tickets(db, org, take)
        await _comments(db, org, take)
        return position

    return write_position(org, await store.snapshot(work))


async def _pages(
    db: Connection, org: int, page_of: Callable[[Connection, int, PageRequest], Awaitable[Page[R]]]
) -> AsyncIterator[Sequence[R]]:
    after: str | None = None
    while True:
        page = await page_of(db, org, PageRequest(size=BATCH, after=after))
        yield page.items
        if not page.has_next:
            return
        after = page.cursors[-1]


async def _tickets(db: Connection, org: int, take: Take) -> None:
    last = 0
    while found := await exported.find_tickets_after(db, org, last, limit=BATCH):
        last = found[-1].id
        names = await exported.find_external_ids(db, org, [each.id for each in found])
        take([ExportedTicket(each, names.get(each.id, ())) for each in found])


async def _comments(db: Connection, org: int, take: Take) -> None:
    last = 0
    while found := await exported.find_comments_after(db, org, last, limit=BATCH):
        last = found[-1].comment.id
        take(found)
