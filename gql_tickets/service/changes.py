"""The change log: polling it, following it live, and keeping it at its length.

Polling and following read the same log and hand out the same cursors. What a filter lets through,
reads() says: enough for a caller that keeps the matching tickets to see them come and go.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncGenerator, Sequence

from gql_tickets.auth import Actor, Scope
from gql_tickets.domain.changes import Change, ChangeFeed, Position, read_position, write_position
from gql_tickets.domain.filters import TicketFilter, fields_of
from gql_tickets.domain.tickets import ChangeKind
from gql_tickets.errors import CursorExpired, ValidationFailed
from gql_tickets.service import filters
from gql_tickets.service.live import Feed, Live, read_log
from gql_tickets.store import changes, directory
from gql_tickets.store.engine import Connection, Store

BATCH = 500
TRIM_BATCH = 1_000


async def read(
    store: Store,
    actor: Actor,
    *,
    since: str | None = None,
    limit: int,
    filter: TicketFilter,
) -> ChangeFeed:
    """The entries after a cursor, or from the oldest that is kept; looks at `limit` of them.

    With a filter it lets through the entries of tickets that match now; every deletion; and the
    changes of a field that the filter looks at, since they may have taken a ticket out of it.
    Raises ValidationFailed for a cursor that is not one, CursorExpired for one that is too old.
    """
    actor.require(Scope.TICKETS_READ)
    sieve = Sieve(store, actor, filter)
    position = None if since is None else _position(actor, since)

    async def work(db: Connection) -> tuple[Position, list[Change]]:
        start = position or await changes.find_floor(db, actor.org_id)
        found = await read_log(db, actor.org_id, start, limit=limit + 1)
        await _check_kept(db, actor.org_id, start, found)
        return start, found

    start, found = await store.read(work)
    page = found[:limit]
    last = page[-1].position if page else start
    return ChangeFeed(actor.org_id, await sieve.kept(page), last, len(found) > limit)


async def newest(store: Store, actor: Actor) -> str:
    """The cursor of the newest entry: whoever reads the tickets after it misses no change from it on."""
    actor.require(Scope.TICKETS_READ)

    async def work(db: Connection) -> Position:
        return await changes.find_last(db, actor.org_id)

    return write_position(actor.org_id, await store.read(work))


async def follow(
    store: Store,
    actor: Actor,
    live: Live,
    *,
    since: str | None = None,
    filter: TicketFilter,
) -> AsyncGenerator[Change]:
    """First the entries after the cursor, then those to come, without a gap or a repeat.

    Raises what read() does. Whether the caller may still listen is for whoever holds its connection.
    """
    actor.require(Scope.TICKETS_READ)
    sieve = Sieve(store, actor, filter)
    position = None if since is None else _position(actor, since)
    async with live.following(actor.org_id) as feed:
        position = position or feed.position
        while True:
            batch = feed.after(position)
            if batch is None:
                batch = await _caught_up(store, actor, position)
            if not batch:
                await feed.more()
                continue
            position = batch[-1].position
            for change in await sieve.kept(batch, feed):
                yield change


async def trim(store: Store, *, older_than: dt.timedelta, org_id: int | None = None) -> int:
    """Cut what is older off the logs of one organization or all; gives how many entries.

    For operators. Each batch is a transaction of its own, so that no writer waits for long.
    """
    before = dt.datetime.now(dt.UTC) - older_than
    dropped = 0
    for org in await _organizations(store) if org_id is None else [org_id]:

        async def work(db: Connection, org: int = org) -> int:
            return await changes.drop_changes(db, org, before, limit=TRIM_BATCH)

        while cut := await store.write(work):
            dropped += cut
            if cut < TRIM_BATCH:
                break
    return dropped


async def settle(store: Store) -> None:
    """See that what is written from now on comes after what is there: at each start."""
    for org in await _organizations(store):

        async def work(db: Connection, org: int = org) -> bool:
            return await changes.settle_log(db, org)

        await store.write(work)


class Sieve:
    """Lets through the entries that concern a filter."""

    def __init__(self, store: Store, actor: Actor, wanted: TicketFilter) -> None:
        self._store = store
        self._org = actor.org_id
        self._everything = wanted == TicketFilter()
        self._criteria = filters.read(actor, wanted)
        self._fields = fields_of(wanted)
        self._question = (wanted, actor.user_id)  # whom `me` is of

    async def kept(self, batch: list[Change], feed: Feed | None = None) -> list[Change]:
        """Those of the entries, in their order; what followers of a feed ask alike is asked once."""
        if self._everything or not batch:
            return batch
        unsure = {
            each.ticket_id for each in batch if each.ticket is not None and not self._moves(each)
        }

        async def work(db: Connection) -> set[int]:
            return await changes.find_matching(db, self._org, self._criteria, unsure)

        if not unsure:
            matching = set()
        elif feed is None:
            matching = await self._store.read(work)
        else:
            stretch = (batch[0].position, batch[-1].position)
            matching = await feed.once((self._question, stretch), lambda: self._store.read(work))
        return [each for each in batch if self._moves(each) or each.ticket_id in matching]

    def _moves(self, change: Change) -> bool:
        """Whether the entry may have taken its ticket out of the filter."""
        return change.kind is ChangeKind.DELETED or not self._fields.isdisjoint(change.fields)


async def _caught_up(store: Store, actor: Actor, position: Position) -> list[Change]:
    """Entries that the worker does not remember, straight from the log."""

    async def work(db: Connection) -> list[Change]:
        found = await read_log(db, actor.org_id, position, limit=BATCH)
        await _check_kept(db, actor.org_id, position, found)
        return found

    found = await store.read(work)
    if not found:
        raise CursorExpired
    return found


async def _check_kept(
    db: Connection, org: int, position: Position, found: Sequence[Change]
) -> None:
    """Raise CursorExpired for a position before the floor, or beyond the newest entry.

    The latter was handed out by a database that has since been restored from a backup.
    """
    floor = await changes.find_floor(db, org)
    if position < floor:
        raise CursorExpired
    if not found and position > max(floor, await changes.find_last(db, org)):
        raise CursorExpired


def _position(actor: Actor, cursor: str) -> Position:
    position = read_position(cursor, actor.org_id)
    if position is None:
        raise ValidationFailed.of("since", "This cursor is not one of ours.")
    return position


async def _organizations(store: Store) -> list[int]:
    async def work(db: Connection) -> list[int]:
        return [each.id for each in await directory.find_organizations(db)]

    return await store.read(work)
