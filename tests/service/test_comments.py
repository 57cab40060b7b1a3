"""Comments: each write of one is a write to its ticket, and leaves what it was in the history."""

from __future__ import annotations

import asyncio

import pytest
from msgspec.structs import replace

from gql_tickets.auth import Actor, Scope
from gql_tickets.domain.history import Comment
from gql_tickets.domain.paging import PageRequest
from gql_tickets.domain.tickets import FieldChange, Ticket, TicketDraft, TicketField, TicketRef
from gql_tickets.errors import (
    Conflict,
    ErrorCode,
    Forbidden,
    IdempotencyConflict,
    NotFound,
    ValidationFailed,
)
from gql_tickets.service import comments, directory, history, tickets
from gql_tickets.store.engine import Store

FIRST = TicketRef(id=1)


@pytest.fixture(autouse=True)
async def ticket(store: Store, actor: Actor) -> Ticket:
    """AM-1."""
    return await tickets.create(store, actor, draft=TicketDraft("A ticket"))


async def say(store: Store, actor: Actor, body: str = "Why?", **given: int) -> Comment:
    """A comment on AM-1."""
    return await comments.create(
        store, actor, ticket=TicketRef(slug="am-1"), body=body, reply_to=given.get("reply_to")
    )


async def said(store: Store, actor: Actor, *ids: int) -> list[list[str]]:
    """The bodies of all comments of the tickets."""
    pages = await comments.pages(store, actor, ids, page=PageRequest(100))
    return [[comment.body for comment in page.items] for page in pages]


async def test_a_comment_is_a_write_to_its_ticket(
    store: Store, actor: Actor, ticket: Ticket
) -> None:
    comment = await say(store, actor)
    after = await tickets.find(store, actor, FIRST)
    assert after == replace(ticket, version=2, updated_at=comment.created_at)
    changed = await comments.update(store, actor, id=comment.id, body="How?")
    assert (changed.body, changed.version) == ("How?", 2)
    assert changed.updated_at > changed.created_at == comment.created_at
    await comments.delete(store, actor, id=comment.id)
    assert await said(store, actor, 1) == [[]]
    (page,) = await history.pages(store, actor, [1], page=PageRequest(10))
    assert [(event.version, event.changes) for event in page.items] == [
        (4, (FieldChange(TicketField.COMMENTS, "How?", None),)),
        (3, (FieldChange(TicketField.COMMENTS, "Why?", "How?"),)),
        (2, (FieldChange(TicketField.COMMENTS, None, "Why?"),)),
        (1, ()),
    ]


async def test_the_author_is_the_actor(store: Store, actor: Actor) -> None:
    await directory.upsert_user(store, actor, id=5)
    person = replace(actor, user_id=5, key_id="k" * 16, key_name="phone")
    comment = await say(store, person)
    assert (comment.author_user_id, comment.author_key_id, comment.author_name) == (
        5,
        "k" * 16,
        "phone",
    )
    assert await comments.by_ids(store, actor, [comment.id, 99]) == [comment, None]


async def test_a_reply_is_to_a_comment_of_the_same_ticket_and_outlives_it(
    store: Store, actor: Actor
) -> None:
    await tickets.create(store, actor, draft=TicketDraft("Another"))
    comment = await say(store, actor)
    reply = await say(store, actor, "Because.", reply_to=comment.id)
    assert reply.reply_to_id == comment.id
    for ref, answered in ((TicketRef(id=2), comment.id), (FIRST, 99), (FIRST, 0)):
        with pytest.raises(ValidationFailed) as refused:
            await comments.create(store, actor, ticket=ref, body="No.", reply_to=answered)
        assert refused.value.path == ("reply_to",)
    await comments.delete(store, actor, id=comment.id)
    assert await comments.by_ids(store, actor, [reply.id]) == [replace(reply, reply_to_id=None)]


async def test_comments_go_with_their_ticket(store: Store, actor: Actor) -> None:
    comment = await say(store, actor)
    await say(store, actor, reply_to=comment.id)
    await tickets.delete(store, actor, ticket=FIRST)
    assert await comments.by_ids(store, actor, [comment.id, comment.id + 1]) == [None, None]
    with pytest.raises(NotFound) as missing:
        await comments.update(store, actor, id=comment.id, body="Still?")
    assert missing.value.path == ("id",)
    (page,) = await history.pages(store, actor, [1], page=PageRequest(10))
    assert [event.version for event in page.items] == [4, 3, 2, 1]


@pytest.mark.parametrize("body", ["", " \n ", "x" * 100_001, "a\0b", "\ud800"])
async def test_a_body_has_1_to_100_000_characters_that_can_be_stored(
    store: Store, actor: Actor, body: str
) -> None:
    with pytest.raises(ValidationFailed) as refused:
        await say(store, actor, body)
    assert refused.value.path == ("body",)
    with pytest.raises(ValidationFailed):
        await comments.update(store, actor, id=1, body=body)


async def test_a_body_is_kept_as_it_is(store: Store, actor: Actor) -> None:
    for body in ("    code\n", "x" * 100_000, "🎟 'quoted' \"twice\" \\"):
        comment = await say(store, actor, body)
        assert (await comments.by_ids(store, actor, [comment.id])) == [comment]
        assert comment.body == body


async def test_a_change_can_expect_a_version(store: Store, actor: Actor) -> None:
    comment = await say(store, actor)
    with pytest.raises(Conflict) as refused:
        await comments.update(store, actor, id=comment.id, body="New", expected_version=2)
    assert (refused.value.code, refused.value.current) == (ErrorCode.VERSION_CONFLICT, comment)
    await comments.update(store, actor, id=comment.id, body="New", expected_version=1)
    for missing in (0, 99, 2**31):
        with pytest.raises(NotFound):
            await comments.delete(store, actor, id=missing)


async def test_a_comment_is_safe_to_send_again(store: Store, actor: Actor) -> None:
    async def send(body: str) -> Comment:
        return await comments.create(store, actor, ticket=FIRST, body=body, idempotency_key="once")

    assert await send("Why?") == await send("Why?")
    assert await said(store, actor, 1) == [["Why?"]]
    with pytest.raises(IdempotencyConflict):
        await send("How?")


async def test_reading_and_writing_need_their_scopes(store: Store, actor: Actor) -> None:
    reader = replace(actor, scopes=frozenset({Scope.TICKETS_READ}))
    nobody = replace(actor, scopes=frozenset())
    with pytest.raises(Forbidden):
        await say(store, reader)
    with pytest.raises(Forbidden):
        await said(store, nobody, 1)


async def test_pages_run_from_both_ends(store: Store, actor: Actor) -> None:
    await tickets.create(store, actor, draft=TicketDraft("Another"))
    for number in range(7):
        await say(store, actor, str(number))
    await comments.create(store, actor, ticket=TicketRef(id=2), body="else")
    walked: list[str] = []
    cursor = None
    while True:
        request = PageRequest(3, after=cursor)
        mine, other = await comments.pages(store, actor, [1, 2], page=request)
        walked += [comment.body for comment in mine.items]
        assert [comment.body for comment in other.items] == ["else"]
        if not mine.has_next:
            break
        cursor = mine.cursors[-1]
    assert walked == list("0123456")
    (end,) = await comments.pages(store, actor, [1], page=PageRequest(2, backward=True))
    assert [comment.body for comment in end.items] == ["5", "6"]
    assert (end.has_previous, end.has_next) == (True, False)
    before = PageRequest(2, before=end.cursors[0], backward=True)
    (middle,) = await comments.pages(store, actor, [1], page=before)
    assert [comment.body for comment in middle.items] == ["3", "4"]
    assert (middle.has_previous, middle.has_next) == (True, True)
    assert await comments.counts(store, actor, [2, 1, 9]) == [1, 7, 0]
    with pytest.raises(ValidationFailed):
        await comments.pages(store, actor, [1], page=PageRequest(2, after="nonsense"))


async def test_commenters_at_once_leave_no_gap(store: Store, actor: Actor) -> None:
    made = await asyncio.gather(*(say(store, actor, str(number)) for number in range(24)))
    assert sorted(comment.id for comment in made) == list(range(1, 25))
    after = await tickets.find(store, actor, FIRST)
    assert after is not None
    assert after.version == 25
    assert await history.counts(store, actor, [1]) == [25]
