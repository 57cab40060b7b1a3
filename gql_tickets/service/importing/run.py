"""An import from its rows to its report: one transaction."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import structs

from gql_tickets.auth import Actor, Scope
from gql_tickets.domain.transfer import ImportReport, Incoming
from gql_tickets.errors import Unavailable
from gql_tickets.service.importing.people import People
from gql_tickets.service.importing.plan import Plan
from gql_tickets.service.importing.rows import Refusals, checked
from gql_tickets.service.importing.writing import Writing
from gql_tickets.store import imported, moves, named, trees
from gql_tickets.store.engine import Connection, IntegrityViolated, Store


class _Undone(Exception):
    """Undoes the transaction; its report is the answer."""

    def __init__(self, report: ImportReport) -> None:
        super().__init__()
        self.report = report


async def run(
    store: Store,
    actor: Actor,
    incoming: Incoming,
    *,
    dry_run: bool = False,
    skip_refused: bool = False,
    progress: Callable[[int], object] = bool,
) -> ImportReport:
    """Make the tickets of a file that are new, and change those that are not as the file has them.

    All or nothing: a row that is refused refuses the file, unless `skip_refused` leaves it out.
    `progress` is called with how many rows were dealt with just now. Raises Unavailable when another
    write came between.
    """
    actor.require(Scope.TICKETS_WRITE)
    actor.require(Scope.ORGANIZATION_MANAGE)
    flawed = Refusals(incoming.refused)
    rows = checked(actor, incoming, flawed)

    async def work(db: Connection) -> ImportReport:
        await _lock(db, actor.org_id)
        # The transaction may be run again: what it refuses is its own.
        refusals = Refusals(flawed.all())
        plan = await _planned(db, actor.org_id, rows, refusals)
        if refusals.all() and not skip_refused:
            raise _Undone(ImportReport(refused=refusals.all()))
        report = await Writing(db, actor, plan, progress).write()
        report = structs.replace(report, refused=refusals.all(), written=not dry_run)
        if dry_run:
            raise _Undone(report)
        return report

    try:
        return await store.write(work)
    except _Undone as undone:
        return undone.report
    except IntegrityViolated as error:
        raise Unavailable(
            "Another write came between, and nothing was imported. Please try again."
        ) from error


async def _lock(db: Connection, org: int) -> None:
    """What this does to the tree, the order and the labels, nobody else does meanwhile."""
    await trees.lock_tree(db, org)
    await moves.lock_moves(db, org)
    await named.share_labels(db, org)


async def _planned(db: Connection, org: int, rows: Incoming, refusals: Refusals) -> Plan:
    users = await imported.find_all_users(db, org)
    repositories = await imported.find_all_repositories(db, org)
    plan = Plan(rows, People(users, repositories), refusals)
    await plan.look(db, org)
    return plan
