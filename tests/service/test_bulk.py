"""Bulk: what many writes one after another would do, in one transaction and a dozen statements."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from msgspec.structs import replace

from gql_tickets.auth import Actor, Scope
from gql_tickets.domain.bulk import BulkErrorPolicy, BulkResult, Match, Targets
from gql_tickets.domain.directory import RepositoryRef, UserRef
from gql_tickets.domain.filters import LabelsMatch, OneOf, Reference, TicketFilter
from gql_tickets.domain.paging import PageRequest
from gql_tickets.domain.tickets import (
    ChangeKind,
    ChildrenPolicy,
    LabelsPatch,
    Ticket,
    TicketDraft,
    TicketPatch,
    TicketPriority,
    TicketRef,
    TicketStatus,
)
from gql_tickets.errors import (
    ErrorCode,
    Forbidden,
    IdempotencyConflict,
    LimitExceeded,
    ValidationFailed,
)
from gql_tickets.service import bulk, directory, history, tickets
from gql_tickets.settings import Settings
from gql_tickets.store.engine import Store
from gql_tickets.store.opening import open_store
from tests.service.bulks import (
    CONTINUE,
    done,
    everything,
    failed,
    make,
    named,
    some,
    watched,
)

STATEMENTS_MAX = 12


@pytest.fixture
async def rival(settings: Settings) -> AsyncIterator[Store]:
    """The same database opened once more, as another worker has it."""
    opened = await open_store(settings)
    yield opened
    await opened.close()


@pytest.fixture(autouse=True)
async def people(store: Store, actor: Actor) -> None:
    """Users 1 to 3, repositories 1 and 2."""
    for number in (1, 2, 3):
        await directory.upsert_user(store, actor, id=number, username=f"user{number}")
    for number in (1, 2):
        await directory.upsert_repository(store, actor, id=number)


async def test_new_tickets_are_what_single_ones_would_be(store: Store, actor: Actor) -> None:
    (above,) = await some(store, actor, 1)
    drafts = (
        TicketDraft(" One ", labels=("b", "a", "b"), assignee=UserRef(username="user2")),
        TicketDraft("Two", status=TicketStatus.DONE, parent=TicketRef(slug="am-1")),
        TicketDraft("Three", status=TicketStatus.IN_PROGRESS, repository=RepositoryRef(2)),
    )
    made = done(await make(store, actor, *drafts))
    assert [ticket.slug for ticket in made] == ["AM-2", "AM-3", "AM-4"]
    assert await everything(store, actor) == {ticket.id: ticket for ticket in [above, *made]}
    single = [await tickets.create(store, actor, draft=draft) for draft in drafts]
    for one, other in zip(made, single, strict=True):
        names = ("title", "labels", "assignee_id", "parent_slug", "repository_id", "version")
        assert [getattr(one, name) for name in names] == [getattr(other, name) for name in names]
        assert (one.started_at is None, one.completed_at is None) == (
            other.started_at is None,
            other.completed_at is None,
        )
        assert other.position < one.position
    pages = await history.pages(store, actor, [t.id for t in made], page=PageRequest(5))
    assert [[event.kind for event in page.items] for page in pages] == [[ChangeKind.CREATED]] * 3
    wanted = TicketFilter(labels=LabelsMatch(all_of=("a", "b")))
    assert await tickets.count(store, actor, filter=wanted) == 2


FLAWED = (
    TicketDraft("Good"),
    TicketDraft("  ", labels=("a,b",)),
    TicketDraft("Nobody", assignee=UserRef(id=99), repository=RepositoryRef(99)),
    TicketDraft("No parent", parent=TicketRef(slug="AM-99"), assignee=UserRef(username="no")),
    TicketDraft("Good too", labels=("new",)),
)
WRONG = {
    1: (ErrorCode.VALIDATION_FAILED, [("tickets", "1", "title"), ("tickets", "1", "labels")]),
    2: (
        ErrorCode.VALIDATION_FAILED,
        [("tickets", "2", "assignee"), ("tickets", "2", "repository")],
    ),
    3: (ErrorCode.VALIDATION_FAILED, [("tickets", "3", "assignee"), ("tickets", "3", "parent")]),
}


async def test_of_flawed_drafts_none_is_made_or_the_good_ones(store: Store, actor: Actor) -> None:
    result = await make(store, actor, *FLAWED[:2])
    # What no look-up is needed for is found first; both kinds are said at once.
    assert failed(result) == {1: WRONG[1]}
    result = await make(store, actor, *FLAWED)
    assert failed(result) == WRONG
    assert (result.succeeded_count, result.failed_count) == (0, 3)
    assert await everything(store, actor) == {}
    result = await make(store, actor, *FLAWED, on_error=CONTINUE)
    assert failed(result) == WRONG
    assert (result.succeeded_count, result.failed_count) == (2, 3)
    made = [outcome.ticket for outcome in result.outcomes if outcome.ticket]
    assert [(ticket.slug, ticket.title) for ticket in made] == [
        ("AM-1", "Good"),
        ("AM-2", "Good too"),
    ]
    assert await everything(store, actor) == {ticket.id: ticket for ticket in made}


async def test_a_patch_does_to_many_what_it_does_to_one(store: Store, actor: Actor) -> None:
    made = await some(store, actor, 4, labels=("a", "b"))
    await tickets.set_status(store, actor, ticket=TicketRef(id=2), status=TicketStatus.DONE)
    before = await everything(store, actor)
    patch = TicketPatch(
        title="New",
        status=TicketStatus.DONE,
        priority=TicketPriority.URGENT,
        assignee=UserRef(id=3),
        labels=LabelsPatch(add=("c",), remove=("a",)),
        parent=TicketRef(id=4),
    )
    alone = await tickets.update(store, actor, ticket=TicketRef(id=3), patch=patch)
    one, two = done(await bulk.update(store, actor, targets=named(1, 2), patch=patch))
    assert await everything(store, actor) == {1: one, 2: two, 3: alone, 4: made[3]}
    for ticket in (one, two):
        old = before[ticket.id]
        times = {"updated_at": ticket.updated_at, "completed_at": ticket.completed_at}
        same = {"id": ticket.id, "number": ticket.number, "slug": ticket.slug}
        expected = replace(alone, **same, **times, position=old.position, version=old.version + 1)
        assert replace(ticket, created_at=alone.created_at) == expected
    assert two.completed_at == before[2].completed_at
    wanted = TicketFilter(labels=LabelsMatch(all_of=("b", "c")))
    assert await tickets.count(store, actor, filter=wanted) == 3
    pages = await history.pages(store, actor, [1, 3], page=PageRequest(1))
    one_told, alone_told = (page.items[0].changes[1:] for page in pages)
    assert one_told == alone_told


async def test_targets_may_be_missing_or_named_twice(store: Store, actor: Actor) -> None:
    made = await some(store, actor, 2)
    refs = (TicketRef(slug="am-2"), TicketRef(id=99), TicketRef(id=2), TicketRef(slug="no slug"))
    patch = TicketPatch(title="New")
    missing = {
        place: (ErrorCode.RESOURCE_NOT_FOUND, [("targets", "tickets", str(place))])
        for place in (1, 3)
    }
    result = await bulk.update(store, actor, targets=Targets(refs), patch=patch)
    assert (failed(result), result.succeeded_count) == (missing, 0)
    assert list((await everything(store, actor)).values()) == made[::-1]
    result = await bulk.update(store, actor, targets=Targets(refs), patch=patch, on_error=CONTINUE)
    assert (failed(result), result.succeeded_count) == (missing, 2)
    after = (await everything(store, actor))[2]
    assert (after.title, after.version) == ("New", 2)
    assert result.outcomes[0].ticket == result.outcomes[2].ticket == after


async def test_what_a_filter_matches_is_changed_unless_it_is_more_than_expected(
    store: Store, actor: Actor
) -> None:
    await some(store, actor, 3, labels=("a",))
    await some(store, actor, 2)
    match = Match(TicketFilter(labels=LabelsMatch(all_of=("a",))), 3)
    patch = TicketPatch(labels=LabelsPatch(set=("b",)))
    for at_most in (0, 2):
        few = Targets(matching=replace(match, at_most=at_most))
        with pytest.raises(LimitExceeded) as refused:
            await bulk.update(store, actor, targets=few, patch=patch)
        assert refused.value.path == ("targets", "matching", "at_most")
    changed = done(await bulk.update(store, actor, targets=Targets(matching=match), patch=patch))
    assert [ticket.id for ticket in changed] == [1, 2, 3]
    assert {ticket.labels for ticket in changed} == {("b",)}
    again = await bulk.update(store, actor, targets=Targets(matching=match), patch=patch)
    assert again == BulkResult(())


async def test_a_patch_that_gives_nothing_writes_nothing(store: Store, actor: Actor) -> None:
    made = await some(store, actor, 2)
    assert done(await bulk.update(store, actor, targets=named(1, 2), patch=TicketPatch())) == made


async def test_what_is_wrong_with_the_call_is_raised(store: Store, actor: Actor) -> None:
    await some(store, actor, 1)
    wrong: list[tuple[Targets, TicketPatch, tuple[str, ...]]] = [
        (named(1), TicketPatch(title=""), ("patch", "title")),
        (named(1), TicketPatch(assignee=UserRef(id=99)), ("patch", "assignee")),
        (named(1), TicketPatch(parent=TicketRef(id=99)), ("patch", "parent")),
        (named(*range(1, 502)), TicketPatch(title="x"), ("targets", "tickets")),
        (
            Targets(matching=Match(TicketFilter(), 501)),
            TicketPatch(title="x"),
            ("targets", "matching", "at_most"),
        ),
        (
            Targets(matching=Match(TicketFilter(assignee=Reference((UserRef(me=True),))), 5)),
            TicketPatch(title="x"),
            ("targets", "matching", "filter", "assignee"),
        ),
    ]
    for targets, patch, path in wrong:
        for policy in BulkErrorPolicy:
            with pytest.raises(ValidationFailed) as refused:
                await bulk.update(store, actor, targets=targets, patch=patch, on_error=policy)
            assert refused.value.path == path
    with pytest.raises(LimitExceeded):
        await make(store, actor, *[TicketDraft("x")] * 501)
    reader = replace(actor, scopes=frozenset({Scope.TICKETS_READ}))
    with pytest.raises(Forbidden):
        await bulk.delete(store, reader, targets=named(1))


async def test_too_many_labels_fail_for_the_ticket_that_has_them(
    store: Store, actor: Actor
) -> None:
    await some(store, actor, 1, labels=tuple(f"label {n}" for n in range(49)))
    await some(store, actor, 1)
    patch = TicketPatch(labels=LabelsPatch(add=("x", "y")))
    result = await bulk.update(store, actor, targets=named(1, 2, 1), patch=patch, on_error=CONTINUE)
    assert list(failed(result)) == [0, 2]
    found = await everything(store, actor)
    assert (found[1].version, found[2].labels) == (1, ("x", "y"))


async def test_a_bulk_is_safe_to_send_again(store: Store, actor: Actor) -> None:
    async def send(*drafts: TicketDraft, key: str = "once") -> BulkResult:
        return await make(store, actor, *drafts, on_error=CONTINUE, idempotency_key=key)

    assert await send(*FLAWED) == await send(*FLAWED)
    assert len(await everything(store, actor)) == 2
    with pytest.raises(IdempotencyConflict):
        await send(FLAWED[0])
    # One that was aborted leaves its key free.
    aborted = await make(store, actor, FLAWED[1], idempotency_key="free")
    assert aborted.aborted
    done(await send(FLAWED[0], key="free"))
    sent = [
        await bulk.delete(store, actor, targets=named(1, 2), idempotency_key="gone")
        for _ in range(2)
    ]
    assert sent[0] == sent[1]
    assert sent[0].succeeded_count == 2


async def test_500_tickets_take_a_dozen_statements(store: Store, actor: Actor) -> None:
    parents = await some(store, actor, 3)
    drafts = [
        TicketDraft(
            f"Ticket {n}",
            assignee=UserRef(id=1 + n % 3) if n % 2 else UserRef(username="user1"),
            repository=RepositoryRef(1 + n % 2),
            labels=("a", f"label {n % 7}"),
            parent=TicketRef(id=parents[n % 3].id),
        )
        for n in range(500)
    ]
    with watched(store) as creating:
        made = done(await make(store, actor, *drafts))
    patch = TicketPatch(
        status=TicketStatus.DONE,
        assignee=UserRef(username="user3"),
        repository=RepositoryRef(2),
        labels=LabelsPatch(add=("z",), remove=("a",)),
        parent=TicketRef(id=parents[0].id),
    )
    targets = named(*(ticket.id for ticket in made))
    with watched(store) as updating:
        changed = done(await bulk.update(store, actor, targets=targets, patch=patch))
    assert [ticket.version for ticket in changed] == [2] * 500
    with watched(store) as deleting:
        reparent = ChildrenPolicy.REPARENT
        await bulk.delete(store, actor, targets=targets, children=reparent)
    assert len(await everything(store, actor)) == 3
    assert max(map(len, (creating, updating, deleting))) <= STATEMENTS_MAX
    # Of parents with many children, too.
    await make(store, actor, *drafts)
    with watched(store) as detaching:
        await bulk.delete(store, actor, targets=named(*(parent.id for parent in parents)))
    assert len(detaching) <= STATEMENTS_MAX
    assert {ticket.parent_id for ticket in (await everything(store, actor)).values()} == {None}


async def test_bulk_writers_and_single_ones_do_not_lose_each_others_work(
    store: Store, rival: Store, actor: Actor
) -> None:
    made = await some(store, actor, 20)
    ids = [ticket.id for ticket in made]

    async def many(turn: int) -> BulkResult:
        order = ids if turn % 2 else ids[::-1]
        patch = TicketPatch(labels=LabelsPatch(add=(f"many {turn}",)))
        return await bulk.update(
            (store, rival)[turn % 2], actor, targets=named(*order), patch=patch
        )

    async def single(turn: int) -> Ticket:
        patch = TicketPatch(labels=LabelsPatch(add=(f"single {turn}",)))
        ref = TicketRef(id=ids[turn % len(ids)])
        return await tickets.update((rival, store)[turn % 2], actor, ticket=ref, patch=patch)

    async def creating(turn: int) -> BulkResult:
        return await make((store, rival)[turn % 2], actor, *[TicketDraft("x")] * 5)

    works = [work(turn) for turn in range(8) for work in (many, single, creating)]
    await asyncio.gather(*works)
    found = await everything(store, actor)
    assert len(found) == 60
    assert sorted(ticket.number for ticket in found.values()) == list(range(1, 61))
    for place, id in enumerate(ids):
        singles = {f"single {turn}" for turn in range(8) if turn % len(ids) == place}
        assert set(found[id].labels) == {f"many {turn}" for turn in range(8)} | singles
        assert found[id].version == 1 + 8 + len(singles)
    wanted = TicketFilter(status=OneOf((TicketStatus.BACKLOG,)))
    assert await tickets.count(store, actor, filter=wanted) == 60
