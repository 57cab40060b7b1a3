"""What an import takes, changes and refuses; and that it writes as all other writers do."""

from __future__ import annotations

import json
from contextlib import aclosing
from typing import Any

import pytest

from gql_tickets.auth import Actor, Scope
from gql_tickets.domain.paging import PageRequest
from gql_tickets.domain.tickets import (
    TicketDraft,
    TicketField,
    TicketPatch,
    TicketRef,
    TicketStatus,
)
from gql_tickets.errors import Forbidden, ValidationFailed
from gql_tickets.service import counters, directory, history, labels, tickets
from gql_tickets.service.live import Live
from gql_tickets.store.engine import Store
from gql_tickets.transfer import ndjson
from tests.changes.ways import follow, poll, take, told
from tests.transfer.files import (
    TICKET,
    all_tickets,
    comment,
    counts,
    exported,
    lines,
    refused,
    taken,
    ticket,
)

USER = {"kind": "user", "id": 5, "username": "ada", "name": "Ada", "avatar_url": None}
NAMELESS = {**USER, "id": 7, "username": None, "name": "Eve"}
REPOSITORY = {"kind": "repository", "id": 5, "name": "acme/app", "url": None}
LABEL = {"kind": "label", "name": "ui", "color": "#00FF00", "description": None}


async def events_of(store: Store, actor: Actor, id: int) -> list[Any]:
    """What history says of a ticket, newest first: version, kind, and fields."""
    (page,) = await history.pages(store, actor, [id], page=PageRequest(size=50))
    return [
        (each.version, each.kind.value, [change.field for change in each.changes])
        for each in page.items
    ]


async def test_what_is_made_begins_its_history_at_the_version_of_the_file(
    store: Store, actor: Actor
) -> None:
    start = (await poll(store, actor)).cursor
    await taken(store, actor, lines(ticket(1, version=7), ticket(2, parent="AM-1"), comment(1)))
    assert await events_of(store, actor, 1) == [(7, "created", [])]
    log = await poll(store, actor, start)
    assert told(log.changes) == [("AM-1", "created", 7), ("AM-2", "created", 1)]


async def test_a_change_is_a_version_and_its_history_names_what_changed(
    store: Store, actor: Actor
) -> None:
    await taken(store, actor, lines(USER, ticket(1), comment(1)))
    changed = ticket(1, title="Another", status="done", assignee=5, labels=["ui"])
    said = [comment(1, body="Said otherwise."), comment(2, body="Said more.", reply_to=1)]
    report = await taken(store, actor, lines(USER, LABEL, changed, *said))
    assert (counts(report), report.comments, report.labels) == ((0, 1, 0), 2, 1)
    newest, *_ = await events_of(store, actor, 1)
    assert newest[:2] == (2, "updated")
    assert set(newest[2]) == {
        TicketField.TITLE,
        TicketField.STATUS,
        TicketField.ASSIGNEE,
        TicketField.LABELS,
        TicketField.COMMENTS,
    }
    found = (await all_tickets(store, actor))["AM-1"]
    assert (found.version, found.status, found.assignee_id) == (2, TicketStatus.DONE, 5)
    assert found.completed_at is not None
    assert await counters.find_wrong(store) == []


async def test_a_comment_alone_is_a_write_to_its_ticket(store: Store, actor: Actor) -> None:
    await taken(store, actor, lines(ticket(1)))
    report = await taken(store, actor, lines(comment(1)))
    assert (counts(report), report.comments) == ((0, 0, 0), 1)
    assert (await events_of(store, actor, 1))[0] == (2, "updated", [TicketField.COMMENTS])


async def test_what_a_table_has_no_column_for_stays_as_it_is(store: Store, actor: Actor) -> None:
    await taken(store, actor, lines(USER, ticket(1, assignee=5, labels=["ui"], description="x")))
    before = (await all_tickets(store, actor))["AM-1"]
    report = await taken(store, actor, b"slug,title,status\nam-1,A ticket,in_progress\n")
    assert counts(report) == (0, 1, 0)
    after = (await all_tickets(store, actor))["AM-1"]
    assert after.started_at is not None
    names = ("assignee_id", "labels", "description", "position", "priority", "created_at")
    assert [getattr(after, name) for name in names] == [getattr(before, name) for name in names]


async def test_whoever_follows_sees_an_import_live(store: Store, actor: Actor) -> None:
    live = Live(store)
    start = (await poll(store, actor)).cursor
    async with aclosing(follow(store, actor, live, since=start)) as following:
        await taken(store, actor, lines(ticket(1), ticket(2)))
        seen = await take(following, 2)
        await taken(store, actor, lines(ticket(1, title="Changed")))
        seen += await take(following, 1)
    await live.close()
    assert told(seen) == [("AM-1", "created", 1), ("AM-2", "created", 1), ("AM-1", "updated", 2)]


BAD: dict[str, tuple[dict[str, Any], str]] = {
    "title too long": (ticket(1, title="x" * 501), "Title must be 1 to 500 characters long."),
    "no title": (ticket(1, title=" "), "Title must not be empty."),
    "NUL": (ticket(1, title="a\0b"), "Title must not contain the NUL character."),
    "NUL in a description": (
        ticket(1, description="a\0b"),
        "Description must not contain the NUL character.",
    ),
    "a label with a comma": (ticket(1, labels=["a,b"]), "A label must not contain a comma."),
    "no such user": (ticket(1, assignee=77), "There is no such user."),
    "no such repository": (ticket(1, repository=77), "There is no such repository."),
    "no such parent": (ticket(1, parent="AM-9"), "There is no such parent ticket."),
    "its own parent": (ticket(1, parent="AM-1"), "A ticket cannot be its own parent."),
    "no slug": (ticket(1, slug="x"), "A slug is such as AM-42, its number at most 2000000000."),
    "a number too high": (
        ticket(1, slug="AM-2000000001"),
        "A slug is such as AM-42, its number at most 2000000000.",
    ),
    "no id": (ticket(1, id=0), "Ids and versions are whole numbers from 1 to 2000000000."),
    "no version": (
        ticket(1, version=0),
        "Ids and versions are whole numbers from 1 to 2000000000.",
    ),
    "no position": (ticket(1, position="a b"), "A position has 1 to 64 letters and digits."),
    "no status": (ticket(1, status="odd"), "Invalid enum value 'odd' - at `$.status`."),
    "unknown field": (ticket(1, color="red"), "Object contains unknown field `color`."),
    "a field less": (
        {name: value for name, value in TICKET.items() if name != "title"},
        "Object missing required field `title`.",
    ),
    "unknown kind": ({"kind": "epic"}, "Invalid value 'epic' - at `$.kind`."),
    "a time out of the calendar": (
        ticket(1, created_at="0001-01-01T00:00:00+02:00"),
        "This moment is beyond the calendar.",
    ),
    "a color": ({**LABEL, "color": "red"}, "A color is written #RRGGBB."),
    "a URL": (
        {**REPOSITORY, "url": "file:///etc"},
        "A URL is absolute, and begins with http:// or https://.",
    ),
    "comment on nothing": (comment(1, ticket="AM-9"), "There is no ticket AM-9."),
    "a reply to nothing": (
        comment(1, ticket="AM-2", reply_to=9),
        "There is no such comment on this ticket.",
    ),
    "a reply to what cannot be": (
        comment(1, ticket="AM-2", reply_to=2**40),
        "Ids and versions are whole numbers from 1 to 2000000000.",
    ),
    "an assignee that cannot be": (ticket(1, assignee=2**40), "There is no such user."),
    "an empty comment": (comment(1, body=" "), "Body must not be empty."),
}


@pytest.mark.parametrize("name", BAD)
async def test_a_row_that_is_refused_says_its_line_and_why(
    store: Store, actor: Actor, name: str
) -> None:
    row, message = BAD[name]
    report = await taken(store, actor, lines(ticket(2), row))
    assert refused(report) == [(3, message)]
    assert not report.written
    assert await all_tickets(store, actor) == {}


async def test_a_single_refused_row_keeps_all_others_out_unless_it_is_skipped(
    store: Store, actor: Actor
) -> None:
    file = lines(
        LABEL,
        ticket(1),
        ticket(2, title=""),
        ticket(3, parent="AM-2"),
        ticket(4, parent="AM-3", labels=["new"]),
        comment(1, ticket="AM-2"),
        comment(2),
        comment(3, ticket="AM-1", reply_to=1),
    )
    before = await exported(store, actor)
    whole = await taken(store, actor, file)
    assert [line for line, _ in refused(whole)] == [4, 5, 6, 7, 9]
    assert await exported(store, actor) == before
    some = await taken(store, actor, file, skip_refused=True)
    assert some.written
    assert some.refused == whole.refused
    assert list(await all_tickets(store, actor)) == ["AM-1"]
    assert (counts(some), some.comments) == ((1, 0, 0), 1)
    assert await counters.find_wrong(store) == []


async def test_a_dry_run_says_what_would_be_and_leaves_nothing(store: Store, actor: Actor) -> None:
    await taken(store, actor, lines(ticket(1)))
    before = await exported(store, actor)
    log = (await poll(store, actor)).cursor
    file = lines(USER, LABEL, ticket(1, title="Other"), ticket(2), comment(1))
    dry = await taken(store, actor, file, dry_run=True)
    assert (counts(dry), dry.users, dry.comments, dry.written) == ((1, 1, 0), 1, 1, False)
    assert await exported(store, actor) == before
    assert (await poll(store, actor, log)).changes == []
    wet = await taken(store, actor, file)
    assert (counts(wet), wet.users, wet.comments, wet.written) == ((1, 1, 0), 1, 1, True)


@pytest.mark.parametrize(
    ("row", "says"),
    [
        (ticket(1, created_at="2020-01-01T00:00:00Z"), "The slug AM-1 is taken by another ticket"),
        (ticket(1, id=9), "The slug AM-1 is taken by another ticket, whose id is 1."),
        (ticket(9, slug="EL-1"), "The number of EL-1 is taken by AM-1."),
        (ticket(1, slug="AM-9"), "The id 1 is taken by AM-1."),
        (ticket(9, external_ids=[["jira", "X-1"]]), "X-1 of jira is AM-1 here already."),
        (comment(1, created_at="2020-01-01T00:00:00Z"), "The id 1 is taken by another comment."),
        (comment(9, reply_to=1, ticket="AM-2"), "There is no such comment on this ticket."),
        ({**USER, "username": "bob"}, "The id 5 is that of another user, 'ada'."),
        ({**NAMELESS, "name": "Bob"}, "The id 7 is that of another user, 'Eve'."),
        ({**USER, "id": 6}, "The username 'ada' is taken by the user 5."),
        ({**REPOSITORY, "name": "b"}, "The id 5 is that of another repository, 'acme/app'."),
    ],
)
async def test_what_belongs_to_another_is_never_taken_over(
    store: Store, actor: Actor, row: dict[str, Any], says: str
) -> None:
    first = ticket(1, external_ids=[["jira", "X-1"]])
    await taken(store, actor, lines(USER, NAMELESS, REPOSITORY, first, ticket(2), comment(1)))
    before = await exported(store, actor)
    report = await taken(store, actor, lines(row))
    ((line, message),) = refused(report)
    assert line == 2
    assert message.startswith(says)
    assert await exported(store, actor) == before


async def test_a_ticket_is_not_given_to_the_one_who_has_another_persons_id(
    store: Store, actor: Actor
) -> None:
    await directory.upsert_user(store, actor, id=5, username="bob")
    report = await taken(store, actor, lines(USER, ticket(1, assignee=5)), skip_refused=True)
    assert [line for line, _ in refused(report)] == [2, 3]
    assert await all_tickets(store, actor) == {}


def chain(*numbers: int) -> list[dict[str, Any]]:
    """Tickets, each the child of the one before it."""
    above: list[int | None] = [None, *numbers]
    return [
        ticket(number, parent=f"AM-{up}" if up else None)
        for number, up in zip(numbers, above, strict=False)
    ]


async def test_a_circle_and_a_tree_too_high_are_refused(store: Store, actor: Actor) -> None:
    first, second = ticket(1, parent="AM-2"), ticket(2, parent="AM-1")
    report = await taken(store, actor, lines(first, second, *chain(*range(3, 14))))
    assert refused(report) == [
        (2, "The parent is beneath the ticket itself."),
        (3, "The parent is beneath the ticket itself."),
        (14, "Tickets nest at most 10 levels deep."),
    ]


async def test_what_hangs_from_a_ticket_that_is_there_counts_as_well(
    store: Store, actor: Actor
) -> None:
    await taken(store, actor, lines(*chain(*range(1, 9)), *chain(*range(11, 14))))
    report = await taken(store, actor, lines(ticket(11, parent="AM-8")))
    assert refused(report) == [(2, "Tickets nest at most 10 levels deep.")]
    report = await taken(store, actor, lines(ticket(1, parent="AM-8")))
    assert refused(report) == [(2, "The parent is beneath the ticket itself.")]
    # Both at once may do what neither may alone.
    both = lines(ticket(12, parent=None), ticket(11, parent="AM-8"))
    assert counts(await taken(store, actor, both)) == (0, 2, 0)


async def test_the_number_of_statements_does_not_grow_with_every_row(
    store: Store, actor: Actor
) -> None:
    seen: list[str] = []
    store.observer = seen.append

    async def statements(file: bytes) -> int:
        seen.clear()
        await taken(store, actor, file)
        return len(seen)

    few = lines(*(ticket(number, labels=["a"]) for number in range(1, 11)))
    many = lines(*(ticket(number, labels=["a"]) for number in range(11, 411)))
    assert await statements(many) <= await statements(few) + 1  # SQLite's table of labels
    for file in (few, many):
        changed = file.replace(b"A ticket", b"Changed")
        assert await statements(changed) < 60


async def test_an_import_wins_over_what_was_changed_since(store: Store, actor: Actor) -> None:
    file = lines(LABEL, ticket(1))
    await taken(store, actor, file)
    patch = TicketPatch(title="Changed here")
    await tickets.update(store, actor, ticket=TicketRef(slug="AM-1"), patch=patch)
    await labels.upsert(store, actor, name="ui", color="#000000")
    report = await taken(store, actor, file)
    assert (counts(report), report.labels) == ((0, 1, 0), 1)
    found = (await all_tickets(store, actor))["AM-1"]
    assert (found.title, found.version) == ("A ticket", 3)


async def test_a_ticket_that_was_deleted_here_is_made_again(store: Store, actor: Actor) -> None:
    file = lines(ticket(1, external_ids=[["jira", "X-1"]]), ticket(2))
    await taken(store, actor, file)
    await tickets.delete(store, actor, ticket=TicketRef(slug="AM-1"))
    assert counts(await taken(store, actor, file)) == (1, 0, 1)
    assert [row[:2] for row in await events_of(store, actor, 1)] == [
        (3, "created"),
        (2, "deleted"),
        (1, "created"),
    ]
    assert counts(await taken(store, actor, file)) == (0, 0, 2)


async def test_numbers_go_on_after_the_highest_that_came_in(store: Store, actor: Actor) -> None:
    await taken(store, actor, lines(ticket(41), comment(70, ticket="AM-41")))
    assert (await tickets.create(store, actor, draft=TicketDraft("Next"))).slug == "AM-42"
    await taken(store, actor, lines(last_ticket_number=99, last_ticket_id=150))
    made = await tickets.create(store, actor, draft=TicketDraft("Next"))
    assert (made.id, made.slug) == (151, "AM-100")


@pytest.mark.parametrize("lacking", [Scope.TICKETS_WRITE, Scope.ORGANIZATION_MANAGE])
async def test_whoever_may_not_write_all_of_it_may_not_import(
    store: Store, actor: Actor, lacking: Scope
) -> None:
    weak = Actor(actor.org_id, actor.org_slug, actor.scopes - {lacking})
    with pytest.raises(Forbidden):
        await taken(store, weak, lines(ticket(1)))


async def test_nothing_of_another_organization_is_touched_or_found(
    store: Store, actor: Actor
) -> None:
    from_here = lines(
        USER, LABEL, ticket(1, assignee=5, external_ids=[["jira", "X-1"]]), comment(1)
    )
    await taken(store, actor, from_here)
    before = await exported(store, actor)
    made = await directory.create_organization(store, slug="other", name="Other")
    other = Actor(made.id, made.slug, actor.scopes)
    report = await taken(store, other, from_here.replace(b"A ticket", b"Theirs"))
    assert counts(report) == (1, 0, 0)
    assert await exported(store, actor) == before


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}\n",
        b"not json\n",
        json.dumps({**TICKET}).encode(),
        lines()[:-1].replace(b'"version": 1', b'"version": 2'),
        lines(last_ticket_id=2_000_000_001),
    ],
)
def test_a_file_that_does_not_begin_as_an_export_is_none(content: bytes) -> None:
    with pytest.raises(ValidationFailed, match="Line 1"):
        ndjson.read(content.splitlines())


def test_lines_that_are_none_are_refused_one_by_one() -> None:
    content = lines() + b"\n{\n" + b"[" * 100_000 + b"\n" + b'"\xff"\n' + lines()
    read = ndjson.read(content.splitlines())
    assert [each.line for each in read.refused] == [3, 4, 5, 6]
