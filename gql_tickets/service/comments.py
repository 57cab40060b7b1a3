"""Comments: what people say about a ticket. Each write of one is a write to the ticket.

So the ticket's version goes up, and its history says what the comment was and what it became. The
ticket is locked first, which keeps the writes of its comments apart.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from msgspec.structs import replace

from gql_tickets.auth import Actor, Scope
from gql_tickets.domain.history import BODY_LENGTH_MAX, Comment
from gql_tickets.domain.paging import Page, PageRequest
from gql_tickets.domain.tickets import FieldChange, Ticket, TicketField, TicketRef
from gql_tickets.errors import NotFound, ValidationFailed
from gql_tickets.service import drafts, idempotency, writing
from gql_tickets.service.text import Problems
from gql_tickets.store import comments, tickets
from gql_tickets.store.comments import COMMENTS
from gql_tickets.store.engine import Connection, Store


async def pages(
    store: Store, actor: Actor, ticket_ids: Sequence[int], *, page: PageRequest
) -> list[Page[Comment]]:
    """The same page of each ticket's comments, oldest first."""
    actor.require(Scope.TICKETS_READ)

    async def work(db: Connection) -> list[Page[Comment]]:
        return await COMMENTS.pages(db, actor.org_id, ticket_ids, page)

    return await store.read(work)


async def counts(store: Store, actor: Actor, ticket_ids: Sequence[int]) -> list[int]:
    """How many comments each ticket has, in the order of the ids."""
    actor.require(Scope.TICKETS_READ)

    async def work(db: Connection) -> list[int]:
        return await COMMENTS.counts(db, actor.org_id, ticket_ids)

    return await store.read(work)


async def by_ids(store: Store, actor: Actor, ids: Sequence[int]) -> list[Comment | None]:
    """The comments with these ids, in their order; None where there is none."""
    actor.require(Scope.TICKETS_READ)

    async def work(db: Connection) -> list[Comment | None]:
        found = await comments.find_comments(db, actor.org_id, set(ids))
        by_id = {comment.id: comment for comment in found}
        return [by_id.get(wanted) for wanted in ids]

    return await store.read(work)


async def create(
    store: Store,
    actor: Actor,
    *,
    ticket: TicketRef,
    body: str,
    reply_to: int | None = None,
    idempotency_key: str | None = None,
) -> Comment:
    """A new comment. Raises ValidationFailed when it replies to a comment of another ticket."""
    actor.require(Scope.TICKETS_WRITE)
    ticket = drafts.spelled(ticket)
    body = checked_body(body)

    async def work(db: Connection) -> Comment:
        about = await writing.current(db, actor, ticket)
        if reply_to is not None:
            answered = await comments.find_comment(db, actor.org_id, reply_to)
            if answered is None or answered.ticket_id != about.id:
                raise ValidationFailed.of("reply_to", "There is no such comment on this ticket.")
        now = dt.datetime.now(dt.UTC)
        await _tell(db, actor, about, None, body, now)
        return await comments.add_comment(
            db, actor.org_id, actor, now, ticket_id=about.id, body=body, reply_to_id=reply_to
        )

    return await idempotency.write(
        store,
        actor,
        work,
        key=idempotency_key,
        operation="comment.create",
        arguments=(ticket, body, reply_to),
        answer=Comment,
    )


async def update(
    store: Store, actor: Actor, *, id: int, body: str, expected_version: int | None = None
) -> Comment:
    """Another body. Raises NotFound, and Conflict when it is not at the version that is expected."""
    actor.require(Scope.TICKETS_WRITE)
    body = checked_body(body)

    async def work(db: Connection) -> Comment:
        about, before = await _current(db, actor, id)
        if expected_version not in {None, before.version}:
            raise writing.version_conflict("comment", before, before.version)
        now = dt.datetime.now(dt.UTC)
        after = replace(before, body=body, version=before.version + 1, updated_at=now)
        await comments.change_comment(db, actor.org_id, after)
        await _tell(db, actor, about, before.body, body, now)
        return after

    return await store.write(work)


async def delete(store: Store, actor: Actor, *, id: int) -> Comment:
    """Remove a comment for good; the replies to it stay. Raises NotFound."""
    actor.require(Scope.TICKETS_WRITE)

    async def work(db: Connection) -> Comment:
        about, before = await _current(db, actor, id)
        await comments.drop_comment(db, actor.org_id, before)
        await _tell(db, actor, about, before.body, None, dt.datetime.now(dt.UTC))
        return before

    return await store.write(work)


async def _current(db: Connection, actor: Actor, id: int) -> tuple[Ticket, Comment]:
    """The comment, and its ticket, which is locked before the comment is looked at again."""
    known = await comments.find_comment(db, actor.org_id, id)
    if known is not None:
        ref = TicketRef(id=known.ticket_id)
        about = await tickets.find_ticket(db, actor.org_id, ref, lock=True)
        comment = await comments.find_comment(db, actor.org_id, id)
        if about is not None and comment is not None:
            return about, comment
    raise NotFound("There is no such comment.", path=("id",))


async def _tell(
    db: Connection,
    actor: Actor,
    about: Ticket,
    before: str | None,
    after: str | None,
    now: dt.datetime,
) -> None:
    said = FieldChange(TicketField.COMMENTS, before, after)
    await writing.rewrite(db, actor, about, {}, now, said)


def checked_body(body: str) -> str:
    """The body as it is to be stored. Raises ValidationFailed.

    Markdown, kept as it is: white space at its ends may mean something, but not alone.
    """
    problems = Problems()
    problems.text("body", body, length_min=1, length_max=BODY_LENGTH_MAX, trim=not body.strip())
    problems.raise_if_any()
    return body
