"""Many tickets in one transaction: made, changed or deleted by as many statements as a few are.

An item that fails fails for itself. With ABORT nothing is done then; with CONTINUE the others are.
What is wrong with the call as a whole (the patch, the filter, a size) fails all of it, either way.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import UNSET
from msgspec.structs import replace

from gql_tickets.auth import Actor, Scope
from gql_tickets.domain.bulk import (
    BULK_MAX,
    BulkErrorPolicy,
    BulkResult,
    Failure,
    Match,
    Outcome,
    Targets,
)
from gql_tickets.domain.tickets import ChildrenPolicy, Ticket, TicketDraft, TicketPatch
from gql_tickets.errors import (
    LimitExceeded,
    NotFound,
    Path,
    Problem,
    TicketsError,
    ValidationFailed,
)
from gql_tickets.service import drafts, filters, hierarchy, idempotency, references, writing
from gql_tickets.service.text import Problems
from gql_tickets.store import many, named, trees
from gql_tickets.store.criteria import Criteria
from gql_tickets.store.engine import Connection, Store, Work
from gql_tickets.store.tickets import drop_tickets

ABORT = BulkErrorPolicy.ABORT
Failures = dict[int, Failure]
"""Why items failed, by their place in the call."""

_MISSING = NotFound("There is no such ticket.")


class _Aborted(Exception):
    """Undoes the transaction; what failed is the answer."""

    def __init__(self, result: BulkResult) -> None:
        super().__init__()
        self.result = result


async def create(
    store: Store,
    actor: Actor,
    *,
    tickets: tuple[TicketDraft, ...],
    on_error: BulkErrorPolicy = ABORT,
    idempotency_key: str | None = None,
) -> BulkResult:
    """New tickets, with consecutive slugs in the order of the drafts; no parents among themselves."""
    actor.require(Scope.TICKETS_WRITE)
    _check_size(len(tickets), ("tickets",))
    ready, flawed = _checked(actor, tickets)

    async def work(db: Connection) -> BulkResult:
        org, failures = actor.org_id, dict(flawed)
        if any(draft.parent for draft in ready.values()):
            await trees.lock_tree(db, org, shared=True)
        known = await references.of_drafts(db, actor, ready.values())
        now = dt.datetime.now(dt.UTC)
        rows: dict[int, drafts.Values] = {}
        for place, draft in ready.items():
            try:
                rows[place] = drafts.values_of_new(actor, draft, now, **known.of(draft))
            except ValidationFailed as error:
                failures[place] = Failure.of(error, ("tickets", str(place)))
        _stop_if_any(failures, on_error, len(tickets))
        await named.add_missing(db, org, {name for row in rows.values() for name in row["labels"]})
        added = await many.add_tickets(db, org, actor, now, list(rows.values()))
        slugs = {parent.id: parent.slug for parent in known.parents.values()}
        made = [Ticket(org_id=org, parent_slug=slugs.get(row["parent_id"]), **row) for row in added]
        return _result(len(tickets), failures, dict(zip(rows, made, strict=True)))

    arguments = (tuple(ready.items()), tuple(flawed.items()), on_error)
    return await _run(store, actor, work, idempotency_key, "create", arguments)


async def update(
    store: Store,
    actor: Actor,
    *,
    targets: Targets,
    patch: TicketPatch,
    on_error: BulkErrorPolicy = ABORT,
    idempotency_key: str | None = None,
) -> BulkResult:
    """The same change to each target; a target that is named twice is written once.

    Raises ValidationFailed for the patch itself, and LimitExceeded when there are too many targets.
    """
    actor.require(Scope.TICKETS_WRITE)
    targets = _checked_targets(targets)
    patch = drafts.checked_patch(actor, patch)

    async def work(db: Connection) -> BulkResult:
        org = actor.org_id
        if patch.parent is not UNSET and patch.parent is not None:
            await trees.lock_tree(db, org)
        if patch.labels is not UNSET:
            await named.add_missing(db, org, patch.labels.set or patch.labels.add)
        chosen = await _choose(db, actor, targets)
        after, errors = await _changed(db, actor, chosen.found, patch)
        failures = chosen.failures(errors)
        _stop_if_any(failures, on_error, len(chosen.tickets))
        return _result(len(chosen.tickets), failures, chosen.placed(after))

    arguments = (targets, patch, on_error)
    return await _run(store, actor, work, idempotency_key, "update", arguments)


async def delete(
    store: Store,
    actor: Actor,
    *,
    targets: Targets,
    children: ChildrenPolicy = ChildrenPolicy.DETACH,
    on_error: BulkErrorPolicy = ABORT,
    idempotency_key: str | None = None,
) -> BulkResult:
    """Remove the targets for good, all at one moment: a child that goes too hinders no parent."""
    actor.require(Scope.TICKETS_WRITE)
    targets = _checked_targets(targets)

    async def work(db: Connection) -> BulkResult:
        await trees.lock_tree(db, actor.org_id)
        chosen = await _choose(db, actor, targets)
        now = dt.datetime.now(dt.UTC)
        along, kept = await hierarchy.settle_children_of_many(
            db, actor, chosen.found, children, now
        )
        failures = chosen.failures(kept)
        _stop_if_any(failures, on_error, len(chosen.tickets))
        going = [
            (ticket.id, ticket.version, ticket.slug)
            for ticket in chosen.found.values()
            if ticket.id not in kept
        ]
        if going:
            await drop_tickets(db, actor.org_id, actor, now, [*going, *along])
        return _result(len(chosen.tickets), failures, {})

    arguments = (targets, children, on_error)
    return await _run(store, actor, work, idempotency_key, "delete", arguments)


class _Chosen:
    """The targets in their order, None where there is no such ticket."""

    def __init__(self, tickets: Sequence[Ticket | None], *, named: bool) -> None:
        self.tickets = tickets
        self.found = {ticket.id: ticket for ticket in tickets if ticket is not None}
        self._named = named

    def failures(self, errors: Mapping[int, TicketsError]) -> Failures:
        """What is wrong, by place: a ticket that is missing, or one that has an error."""
        found: Failures = {}
        for place, ticket in enumerate(self.tickets):
            error = _MISSING if ticket is None else errors.get(ticket.id)
            if error is not None:
                found[place] = Failure.of(error, self._path(place), whole=True)
        return found

    def placed(self, after: Mapping[int, Ticket]) -> dict[int, Ticket]:
        """The tickets as they are now, by place."""
        return {
            place: after[ticket.id]
            for place, ticket in enumerate(self.tickets)
            if ticket is not None and ticket.id in after
        }

    def _path(self, place: int) -> Path:
        return ("targets", "tickets", str(place)) if self._named else ("targets", "matching")


async def _choose(db: Connection, actor: Actor, targets: Targets) -> _Chosen:
    """The targets, locked."""
    match = targets.matching
    if match is None:
        refs = targets.tickets
        by_ref = await references.found_by(db, actor.org_id, set(refs), lock=True)
        return _Chosen([by_ref.get(ref) for ref in refs], named=True)
    wanted = _criteria(actor, match)
    found = await many.find_matching(db, actor.org_id, wanted, limit=match.at_most + 1)
    if len(found) > match.at_most:
        message = f"More than {match.at_most} tickets match."
        raise LimitExceeded.of(("targets", "matching", "at_most"), message)
    return _Chosen(found, named=False)


async def _changed(
    db: Connection, actor: Actor, befores: Mapping[int, Ticket], patch: TicketPatch
) -> tuple[dict[int, Ticket], dict[int, TicketsError]]:
    """The tickets after the patch, which is written for those that can have it; and why others cannot."""
    if patch == TicketPatch():
        return dict(befores), {}
    org, now = actor.org_id, dt.datetime.now(dt.UTC)
    problems = Problems()
    common = await drafts.values_of_all(db, org, patch, problems)
    errors: dict[int, TicketsError] = {}
    if patch.parent is not UNSET:
        path, parent = ("patch", "parent"), None
        if patch.parent is not None:
            parent, refused = await hierarchy.parent_of_many(
                db, org, befores.values(), patch.parent, path, problems
            )
            errors |= refused
        common |= {"parent_id": parent and parent.id, "parent_slug": parent and parent.slug}
    problems.raise_if_any()
    after: dict[int, Ticket] = {}
    changes = []
    for before in befores.values():
        own_problems = Problems()
        given = common | writing.values_of_one(before, patch, now, own_problems)
        if (error := own_problems.failed()) is not None:
            errors.setdefault(before.id, error)
        if before.id not in errors:
            after[before.id] = writing.rewritten(before, given, now)
            values = {name: value for name, value in given.items() if name != "parent_slug"}
            changes.append((values, writing.event(before, after[before.id])))
    await many.change_tickets(db, org, actor, now, changes)
    return after, errors


def _checked(
    actor: Actor, tickets: Sequence[TicketDraft]
) -> tuple[dict[int, TicketDraft], Failures]:
    """The drafts as they are to be stored, and what is wrong with the others, by place."""
    ready: dict[int, TicketDraft] = {}
    flawed: Failures = {}
    for place, draft in enumerate(tickets):
        try:
            ready[place] = drafts.checked_draft(actor, draft)
        except ValidationFailed as error:
            flawed[place] = Failure.of(error, ("tickets", str(place)))
    return ready, flawed


def _checked_targets(targets: Targets) -> Targets:
    match = targets.matching
    if match is None:
        _check_size(len(targets.tickets), ("targets", "tickets"))
    elif not 0 <= match.at_most <= BULK_MAX:
        message = f"`atMost` must be 0 to {BULK_MAX}."
        raise ValidationFailed.of(("targets", "matching", "at_most"), message)
    return replace(targets, tickets=tuple(map(drafts.spelled, targets.tickets)))


def _check_size(count: int, path: Path) -> None:
    if count > BULK_MAX:
        raise LimitExceeded.of(path, f"At most {BULK_MAX} tickets at a time.")


def _criteria(actor: Actor, match: Match) -> Criteria:
    try:
        return filters.read(actor, match.filter)
    except ValidationFailed as error:
        raise ValidationFailed(
            Problem(("targets", "matching", *each.path), each.message, each.allowed)
            for each in error.problems
        ) from error


def _stop_if_any(failures: Failures, policy: BulkErrorPolicy, count: int) -> None:
    if failures and policy is ABORT:
        raise _Aborted(_result(count, failures, {}, aborted=True))


def _result(
    count: int, failures: Failures, done: Mapping[int, Ticket], *, aborted: bool = False
) -> BulkResult:
    outcomes = (Outcome(done.get(place), failures.get(place)) for place in range(count))
    return BulkResult(tuple(outcomes), aborted)


async def _run(
    store: Store,
    actor: Actor,
    work: Work[BulkResult],
    key: str | None,
    verb: str,
    arguments: tuple[Any, ...],
) -> BulkResult:
    try:
        return await idempotency.write(
            store,
            actor,
            work,
            key=key,
            operation=f"ticket.bulk_{verb}",
            arguments=arguments,
            answer=BulkResult,
        )
    except _Aborted as aborted:
        return aborted.result
