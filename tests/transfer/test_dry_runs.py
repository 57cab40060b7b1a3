"""A dry run, and an import that is refused, leave no row anywhere: every table is counted."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from gql_tickets.auth import Actor
from gql_tickets.store.engine import Connection, Store
from gql_tickets.store.statements import Statement
from gql_tickets.store.tables import metadata, organizations, ticket_labels
from tests.transfer.files import SAMPLES, comment, counts, exported, lines, refused, taken, ticket

_COUNTS = {
    table.name: Statement(sa.select(sa.func.count()).select_from(table))
    for table in metadata.sorted_tables
}
_COUNTERS = Statement(sa.select(*organizations.c).order_by(organizations.c.id))
USER = {"kind": "user", "id": 5, "username": "ada", "name": None, "avatar_url": None}
THERE = lines(USER, ticket(1, labels=["a"], external_ids=[["jira", "X-1"]]), comment(1))
MORE = lines(
    {**USER, "name": "Ada"},
    {"kind": "repository", "id": 5, "name": "acme/app", "url": None},
    {"kind": "label", "name": "a", "color": "#00FF00", "description": None},
    ticket(1, title="New", labels=["a", "b"], external_ids=[["jira", "X-1"], ["csv", "x"]]),
    ticket(2, status="done", assignee=5, repository=5),
    comment(1, body="Said otherwise."),
    comment(2, ticket="AM-2"),
    last_ticket_number=900,
)


async def held(store: Store) -> tuple[dict[str, int], list[tuple[object, ...]]]:
    """How many rows each table has, and what the organizations have counted."""

    async def work(db: Connection) -> tuple[dict[str, int], list[tuple[object, ...]]]:
        rows = {
            name: (await db.rows(count))[0][0]
            for name, count in _COUNTS.items()
            if db.dialect == "sqlite" or name != ticket_labels.name  # SQLite's alone
        }
        return rows, await db.rows(_COUNTERS)

    return await store.read(work)


@pytest.mark.parametrize(
    "content",
    [MORE, *((SAMPLES / name).read_bytes() for name in ("github.json", "jira.csv", "linear.csv"))],
    ids=["ours", "github", "jira", "linear"],
)
async def test_a_dry_run_writes_no_row_and_counts_nothing_up(
    store: Store, actor: Actor, content: bytes
) -> None:
    await taken(store, actor, THERE)
    before, said = await held(store), await exported(store, actor)
    dry = await taken(store, actor, content, dry_run=True)
    assert not dry.written
    assert await held(store) == before
    assert await exported(store, actor) == said
    wet = await taken(store, actor, content)
    assert (counts(wet), wet.users, wet.labels) == (counts(dry), dry.users, dry.labels)
    assert (wet.repositories, wet.comments) == (dry.repositories, dry.comments)
    after, _ = await held(store)
    assert after["tickets"] == before[0]["tickets"] + wet.created
    assert after["ticket_events"] == before[0]["ticket_events"] + wet.created + wet.updated


@pytest.mark.parametrize("dry_run", [False, True])
async def test_a_refused_row_leaves_none_of_the_others(
    store: Store, actor: Actor, dry_run: bool
) -> None:
    await taken(store, actor, THERE)
    before, said = await held(store), await exported(store, actor)
    report = await taken(store, actor, MORE + lines().splitlines()[0], dry_run=dry_run)
    assert refused(report) == [(9, "The header is not the first line.")]
    assert (counts(report), report.written) == ((0, 0, 0), False)
    assert await held(store) == before
    assert await exported(store, actor) == said


async def test_a_dry_run_that_skips_what_is_refused_says_both(store: Store, actor: Actor) -> None:
    content = lines(ticket(1), ticket(2, title=""), ticket(3, parent="AM-2"), ticket(4))
    before = await held(store)
    dry = await taken(store, actor, content, dry_run=True, skip_refused=True)
    assert (counts(dry), dry.written) == ((2, 0, 0), False)
    assert refused(dry) == [
        (3, "Title must not be empty."),
        (4, "There is no such parent ticket."),
    ]
    assert await held(store) == before
