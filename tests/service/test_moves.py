"""Moves: a column is a plain list, whoever moves what, at whatever moment."""

from __future__ import annotations

import asyncio
import itertools
import os
import random
from collections.abc import AsyncIterator

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gql_tickets.auth import Actor, operator
from gql_tickets.domain.filters import TicketFilter
from gql_tickets.domain.paging import BOARD_ORDER, PageRequest
from gql_tickets.domain.tickets import (
    ChildrenPolicy,
    FieldChange,
    Place,
    Ticket,
    TicketDraft,
    TicketField,
    TicketRef,
    TicketStatus,
)
from gql_tickets.errors import Conflict, NotFound, ValidationFailed
from gql_tickets.service import directory, history, moves, tickets
from gql_tickets.service.board import Group
from gql_tickets.settings import Settings
from gql_tickets.store.engine import Connection, Store
from gql_tickets.store.opening import open_store
from gql_tickets.store.statements import Statement
from gql_tickets.store.tables import tickets as table
from tests import groups

STATUSES = list(TicketStatus)
_organizations = itertools.count(1)

Columns = dict[TicketStatus, list[int]]


@pytest.fixture
async def rival(settings: Settings) -> AsyncIterator[Store]:
    """The same database opened once more, as another worker has it."""
    opened = await open_store(settings)
    yield opened
    await opened.close()


def ref(id: int) -> TicketRef:
    """A reference by id."""
    return TicketRef(id=id)


async def add(store: Store, actor: Actor, status: TicketStatus = TicketStatus.BACKLOG) -> Ticket:
    """A new ticket."""
    return await tickets.create(store, actor, draft=TicketDraft("A ticket", status=status))


async def some(store: Store, actor: Actor, count: int) -> list[int]:
    """The ids of new tickets in the backlog, from the top."""
    return [(await add(store, actor)).id for _ in range(count)][::-1]


async def columns(store: Store, actor: Actor) -> Columns:
    """The board, as ids."""
    pages = await groups.pages(
        store,
        actor,
        Group.STATUS,
        STATUSES,
        filter=TicketFilter(),
        order=BOARD_ORDER,
        page=PageRequest(1_000),
    )
    return {
        status: [ticket.id for ticket in page.items]
        for status, page in zip(STATUSES, pages, strict=True)
    }


async def backlog(store: Store, actor: Actor) -> list[int]:
    """The first column."""
    return (await columns(store, actor))[TicketStatus.BACKLOG]


def placed(column: list[int], moved: int, place: Place) -> list[int]:
    """What a list becomes."""
    rest = [id for id in column if id != moved]
    if place.before is not None:
        at = rest.index(place.before.id or 0)
    elif place.after is not None:
        at = rest.index(place.after.id or 0) + 1
    else:
        at = 0 if place.first else len(rest)
    return [*rest[:at], moved, *rest[at:]]


async def put(store: Store, actor: Actor, moved: int, place: Place) -> Ticket:
    """A move within the column."""
    return await moves.move(store, actor, ticket=ref(moved), place=place)


FIRST, LAST = Place(first=True), Place(last=True)


async def test_a_ticket_goes_where_it_is_put(store: Store, actor: Actor) -> None:
    column = await some(store, actor, 5)
    places = [FIRST, LAST, Place(before=ref(3)), Place(after=ref(3)), Place(after=ref(1)), FIRST]
    for moved, place in zip([1, 5, 1, 1, 2, 2], places, strict=True):
        after = await put(store, actor, moved, place)
        column = placed(column, moved, place)
        assert await backlog(store, actor) == column
        assert await tickets.find(store, actor, ref(moved)) == after


async def test_a_new_ticket_stands_above_one_that_was_moved_to_the_top(
    store: Store, actor: Actor
) -> None:
    await some(store, actor, 3)
    for moved in (1, 2, 1, 3):
        await put(store, actor, moved, FIRST)
    newest = await some(store, actor, 2)
    assert await backlog(store, actor) == [*newest, 3, 1, 2]


async def test_a_move_may_change_the_column_and_says_so(store: Store, actor: Actor) -> None:
    await some(store, actor, 2)
    done = [await add(store, actor, TicketStatus.DONE) for _ in range(2)]
    before = await tickets.find(store, actor, ref(1))
    after = await moves.move(
        store, actor, ticket=ref(1), place=Place(before=ref(done[0].id)), status=TicketStatus.DONE
    )
    assert before is not None
    assert (after.version, after.status) == (2, TicketStatus.DONE)
    assert after.completed_at is not None
    assert (await columns(store, actor))[TicketStatus.DONE] == [done[1].id, 1, done[0].id]
    (page,) = await history.pages(store, actor, [1], page=PageRequest(10))
    assert page.items[0].changes == (
        FieldChange(TicketField.STATUS, "backlog", "done"),
        FieldChange(TicketField.POSITION, before.position, after.position),
    )


async def test_an_empty_column_has_both_ends(store: Store, actor: Actor) -> None:
    await some(store, actor, 2)
    for moved, place in ((1, FIRST), (2, LAST)):
        await moves.move(store, actor, ticket=ref(moved), place=place, status=STATUSES[moved])
    newest = await add(store, actor, STATUSES[1])
    found = await columns(store, actor)
    assert (found[STATUSES[1]], found[STATUSES[2]]) == ([newest.id, 1], [2])


async def test_a_change_of_status_keeps_the_position(store: Store, actor: Actor) -> None:
    await some(store, actor, 3)
    moved = await put(store, actor, 1, FIRST)
    after = await tickets.set_status(store, actor, ticket=ref(1), status=TicketStatus.DONE)
    assert after.position == moved.position


@pytest.mark.parametrize(
    ("place", "message"),
    [
        (Place(before=TicketRef(slug="AM-99")), "There is no such ticket"),
        (Place(after=ref(1)), "beside itself"),
        (Place(after=ref(2)), "AM-2 is not in that column"),
    ],
)
async def test_a_neighbour_must_be_another_ticket_of_the_column(
    store: Store, actor: Actor, place: Place, message: str
) -> None:
    made = await add(store, actor)
    await add(store, actor, TicketStatus.DONE)
    with pytest.raises(ValidationFailed, match=message) as refused:
        await put(store, actor, 1, place)
    assert refused.value.path[0] == "place"
    assert await tickets.find(store, actor, ref(1)) == made


async def test_a_move_is_conditional_and_safe_to_send_again(store: Store, actor: Actor) -> None:
    await some(store, actor, 2)
    with pytest.raises(NotFound):
        await put(store, actor, 9, FIRST)
    with pytest.raises(Conflict):
        await moves.move(store, actor, ticket=ref(1), place=FIRST, expected_version=2)
    sent = [
        await moves.move(store, actor, ticket=ref(1), place=FIRST, idempotency_key="once")
        for _ in range(2)
    ]
    assert sent[0] == sent[1]
    assert sent[0].version == 2


async def test_many_moves_into_one_gap_make_room_and_say_so(store: Store, actor: Actor) -> None:
    column = await some(store, actor, 6)
    top = column[0]
    for turn in range(330):
        moved = column[-1] if column[-1] != top else column[-2]
        place = Place(after=ref(top)) if turn % 2 else Place(before=ref(column[1]))
        await put(store, actor, moved, place)
        column = placed(column, moved, place)
    assert await backlog(store, actor) == column
    found = [ticket for ticket in await tickets.by_ids(store, actor, column) if ticket]
    assert max(len(ticket.position) for ticket in found) <= 64
    pages = await history.pages(store, actor, column, page=PageRequest(1_000))
    for ticket, page in zip(found, pages, strict=True):
        # Every write left its event, those that made room too; each begins where another ended.
        assert [event.version for event in page.items] == list(range(ticket.version, 0, -1))
        told = [change for event in page.items for change in event.changes]
        assert all(later.before == told[i + 1].after for i, later in enumerate(told[:-1]))


async def test_tickets_that_stand_on_one_spot_are_parted(store: Store, actor: Actor) -> None:
    await some(store, actor, 40)
    same = Statement(
        sa.update(table)
        .where(table.c.org_id == sa.bindparam("org", type_=sa.Integer))
        .values(position=sa.literal_column("'7ffffff0'"))
    )

    async def work(db: Connection) -> int:
        return await db.run(same, org=actor.org_id)

    await store.write(work)
    column = await backlog(store, actor)
    assert column == list(range(1, 41))
    for moved, place in ((40, Place(after=ref(20))), (1, Place(before=ref(39))), (2, LAST)):
        await put(store, actor, moved, place)
        column = placed(column, moved, place)
        assert await backlog(store, actor) == column


_place = st.sampled_from(["before", "after", "first", "last"])
_steps = st.lists(
    st.one_of(
        st.tuples(st.just("move"), st.integers(0, 30), st.integers(0, 30), _place),
        st.tuples(st.just("shift"), st.integers(0, 30), st.integers(0, 30), _place),
        st.tuples(st.just("status"), st.integers(0, 30), st.integers(0, 2), _place),
        st.tuples(st.just("create"), st.just(0), st.integers(0, 2), _place),
        st.tuples(st.just("delete"), st.integers(0, 30), st.just(0), _place),
    ),
    max_size=30,
)


class Modelled:
    """A board that is moved about, and the lists that it should be."""

    def __init__(self, store: Store, actor: Actor) -> None:
        self.store = store
        self.actor = actor
        self.lists: Columns = {status: [] for status in STATUSES}

    async def run(self, step: tuple[str, int, int, str]) -> None:
        """One write; nothing while there is nothing to write to."""
        kind, target, other, word = step
        everyone = sorted(itertools.chain.from_iterable(self.lists.values()))
        if kind == "create":
            made = await add(self.store, self.actor, STATUSES[other])
            self.lists[made.status].insert(0, made.id)
        elif everyone:
            moved = everyone[target % len(everyone)]
            await getattr(self, f"_{kind}")(moved, other, word)

    async def _move(self, moved: int, other: int, word: str) -> None:
        await self._go(moved, self._column_of(moved), other, word, given=False)

    async def _shift(self, moved: int, other: int, word: str) -> None:
        await self._go(moved, STATUSES[other % 3], other, word, given=True)

    async def _go(
        self, moved: int, column: TicketStatus, other: int, word: str, *, given: bool
    ) -> None:
        rest = [id for id in self.lists[column] if id != moved]
        beside = ref(rest[other % len(rest)]) if rest else None
        sides = {"before": Place(before=beside), "after": Place(after=beside), "first": FIRST}
        place = sides.get(word if beside else "first", LAST)
        await moves.move(
            self.store, self.actor, ticket=ref(moved), place=place, status=column if given else None
        )
        self._take(moved)
        self.lists[column] = placed(self.lists[column], moved, place)

    async def _status(self, moved: int, other: int, _word: str) -> None:
        """Where it goes in the other column nobody promises; but the others keep their order."""
        status = STATUSES[other]
        await tickets.set_status(self.store, self.actor, ticket=ref(moved), status=status)
        self._take(moved)
        found = (await columns(self.store, self.actor))[status]
        assert [id for id in found if id != moved] == self.lists[status]
        self.lists[status] = found

    async def _delete(self, moved: int, _other: int, _word: str) -> None:
        await tickets.delete(
            self.store, self.actor, ticket=ref(moved), children=ChildrenPolicy.REFUSE
        )
        self._take(moved)

    def _column_of(self, id: int) -> TicketStatus:
        return next(status for status, ids in self.lists.items() if id in ids)

    def _take(self, id: int) -> None:
        for ids in self.lists.values():
            if id in ids:
                ids.remove(id)


@settings(
    max_examples=25,
    deadline=None,
    derandomize=bool(os.environ.get("CI")),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=_steps)
async def test_a_column_is_a_list(store: Store, steps: list[tuple[str, int, int, str]]) -> None:
    slug = f"example-{next(_organizations)}"
    organization = await directory.create_organization(store, slug=slug, name=slug)
    modelled = Modelled(store, operator(organization.id, slug))
    for _ in range(3):
        await modelled.run(("create", 0, 0, "first"))
    for step in steps:
        await modelled.run(step)
        assert await columns(store, modelled.actor) == modelled.lists


async def test_movers_at_once_leave_what_they_would_have_left_one_after_another(
    store: Store, rival: Store, actor: Actor
) -> None:
    column = await some(store, actor, 12)
    dice = random.Random(7)  # noqa: S311 - the same moves each time
    wanted: list[tuple[int, Place]] = []
    for _ in range(60):
        moved, beside = dice.sample(column, 2)
        places = [FIRST, LAST, Place(before=ref(beside)), Place(after=ref(beside))]
        wanted.append((moved, dice.choice(places)))

    async def mover(turn: int) -> tuple[Ticket, Place]:
        moved, place = wanted[turn]
        return await put((store, rival)[turn % 2], actor, moved, place), place

    done = await asyncio.gather(*(mover(turn) for turn in range(len(wanted))))
    for ticket, place in sorted(done, key=lambda each: each[0].updated_at):
        column = placed(column, ticket.id, place)
    assert await backlog(store, actor) == column
    versions = [ticket.version for ticket, _ in done]
    assert sum(versions) >= len(done)
    found = [ticket for ticket in await tickets.by_ids(store, actor, column) if ticket]
    assert sum(ticket.version - 1 for ticket in found) == len(done)


async def test_movers_creators_and_other_writers_do_not_stop_each_other(
    store: Store, rival: Store, actor: Actor
) -> None:
    column = await some(store, actor, 10)
    spot = column[4]

    async def mover(turn: int) -> None:
        await moves.move(
            (store, rival)[turn % 2],
            actor,
            ticket=ref(column[turn % 4]),
            place=Place(after=ref(spot)),
            status=TicketStatus.BACKLOG,
        )

    async def writer(turn: int) -> None:
        each = (rival, store)[turn % 2]
        status = (TicketStatus.DONE, TicketStatus.BACKLOG)[turn % 2]
        await tickets.set_status(each, actor, ticket=ref(column[turn % 4]), status=status)
        await tickets.create(each, actor, draft=TicketDraft("Another"))

    await asyncio.gather(*(work(turn) for turn in range(24) for work in (mover, writer)))
    found = await columns(store, actor)
    assert sorted(itertools.chain.from_iterable(found.values())) == list(range(1, 35))
    newest = [id for id in found[TicketStatus.BACKLOG] if id > 10]
    assert newest == list(range(34, 10, -1))
