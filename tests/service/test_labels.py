"""Labels: listed, counted, upserted, renamed, deleted and replaced, with the tickets they are on."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
import sqlalchemy as sa

from gql_tickets.auth import Actor, Scope, operator
from gql_tickets.domain.directory import LABEL_COLOR_DEFAULT, Label
from gql_tickets.domain.filters import LabelsMatch, TicketFilter
from gql_tickets.domain.paging import PageRequest
from gql_tickets.domain.tickets import LabelsPatch, Ticket, TicketDraft, TicketPatch, TicketRef
from gql_tickets.errors import Conflict, ErrorCode, Forbidden, NotFound, ValidationFailed
from gql_tickets.service import directory, labels, tickets
from gql_tickets.store import named
from gql_tickets.store.engine import Connection, Store
from gql_tickets.store.statements import Statement
from gql_tickets.store.tables import ticket_events
from tests.entries import labels_named

CHANGES = Statement(
    sa.select(ticket_events.c.version, ticket_events.c.changes)
    .where(ticket_events.c.org_id == sa.bindparam("org"))
    .where(ticket_events.c.slug == sa.bindparam("slug"))
    .order_by(ticket_events.c.version.desc())
)

EVERYTHING = PageRequest(size=100)


async def add(store: Store, actor: Actor, *names: str) -> Ticket:
    return await tickets.create(store, actor, draft=TicketDraft("A ticket", labels=names))


async def again(store: Store, actor: Actor, ticket: Ticket) -> Ticket:
    found = await tickets.find(store, actor, TicketRef(id=ticket.id))
    assert found is not None
    return found


async def names(store: Store, actor: Actor, **asked: Any) -> list[str]:
    page = await labels.list_page(store, actor, page=asked.pop("page", EVERYTHING), **asked)
    return [label.name for label in page.items]


async def carrying(store: Store, actor: Actor, name: str) -> int:
    filter = TicketFilter(labels=LabelsMatch(all_of=(name,)))
    found = await tickets.count(store, actor, filter=filter)
    assert [found] == await labels.ticket_counts(store, actor, [name])
    return found


async def last_change(store: Store, actor: Actor, slug: str) -> tuple[int, Any]:
    async def work(db: Connection) -> tuple[Any, ...] | None:
        return await db.row(CHANGES, org=actor.org_id, slug=slug)

    row = await store.read(work)
    assert row is not None
    return row[0], json.loads(row[1])


async def test_naming_an_unknown_label_creates_it(store: Store, actor: Actor) -> None:
    await add(store, actor, "zebra", "apple")
    first, second = (await labels.list_page(store, actor, page=EVERYTHING)).items
    assert (first.name, second.name) == ("apple", "zebra")
    assert first.color == LABEL_COLOR_DEFAULT
    assert first.description is None
    assert first.id != second.id
    assert all(len(label.id) == 16 and int(label.id, 16) >= 0 for label in (first, second))


async def test_naming_a_known_label_leaves_it_alone(store: Store, actor: Actor) -> None:
    known = await labels.upsert(store, actor, name="bug", color="#FF0000", description="Broken")
    await add(store, actor, "bug")
    assert await labels_named(store, actor, ["bug"]) == [known]


async def test_labels_are_listed_bytewise_on_both_databases(store: Store, actor: Actor) -> None:
    await add(store, actor, "b", "B", "a", "ä", "-z", "10", "9")
    assert await names(store, actor) == ["-z", "10", "9", "B", "a", "b", "ä"]


async def test_pages_go_forward_and_backward(store: Store, actor: Actor) -> None:
    await add(store, actor, *"abcdefg")
    first = await labels.list_page(store, actor, page=PageRequest(3))
    assert [label.name for label in first.items] == ["a", "b", "c"]
    assert (first.has_next, first.has_previous) == (True, False)
    second = await labels.list_page(store, actor, page=PageRequest(4, after=first.cursors[-1]))
    assert [label.name for label in second.items] == ["d", "e", "f", "g"]
    assert (second.has_next, second.has_previous) == (False, True)
    back = await labels.list_page(
        store, actor, page=PageRequest(2, before=second.cursors[0], backward=True)
    )
    assert [label.name for label in back.items] == ["b", "c"]
    assert (back.has_next, back.has_previous) == (True, True)
    assert await names(store, actor, page=PageRequest(2, offset=5)) == ["f", "g"]


@pytest.mark.parametrize("cursor", ["", "!", "WyJ4IiwxXQ", "W10", "WyJsYWJlbHMubmFtZSIsMV0"])
async def test_a_cursor_of_another_list_is_refused(store: Store, actor: Actor, cursor: str) -> None:
    with pytest.raises(ValidationFailed) as caught:
        await labels.list_page(store, actor, page=PageRequest(2, after=cursor))
    assert caught.value.path == ("after",)


async def test_names_are_searched_without_regard_to_ascii_case(store: Store, actor: Actor) -> None:
    await add(store, actor, "Backend", "BACKLOG", "front", "100%", "a_b", "ÄB")
    assert await names(store, actor, name_contains="bACK") == ["BACKLOG", "Backend"]
    assert await labels.count(store, actor, name_contains="back") == 2
    assert await names(store, actor, name_contains="%") == ["100%"]
    assert await names(store, actor, name_contains="_") == ["a_b"]
    assert await names(store, actor, name_contains="ä") == []
    assert await labels.count(store, actor, name_contains="") == 6


async def test_a_search_that_no_name_can_hold_is_refused(store: Store, actor: Actor) -> None:
    for text in ("\0", "\ud800"):
        with pytest.raises(ValidationFailed):
            await labels.count(store, actor, name_contains=text)


async def test_by_names_answers_in_the_order_asked(store: Store, actor: Actor) -> None:
    await add(store, actor, "a", "b")
    found = await labels_named(store, actor, ["b", "missing", "a", "b"])
    assert [label and label.name for label in found] == ["b", None, "a", "b"]
    assert await labels_named(store, actor, []) == []


async def test_by_id_finds_a_label_after_it_was_renamed(store: Store, actor: Actor) -> None:
    label = await labels.upsert(store, actor, name="old")
    renamed = await labels.upsert(store, actor, name="old", new_name="new")
    assert renamed.id == label.id
    assert await labels.by_id(store, actor, label.id) == renamed
    assert await labels.by_id(store, actor, "0" * 16) is None


async def test_ticket_counts_answer_in_order(store: Store, actor: Actor) -> None:
    await add(store, actor, "a", "b")
    await add(store, actor, "b")
    assert await labels.ticket_counts(store, actor, ["b", "none", "a"]) == [2, 0, 1]


async def test_upsert_changes_only_what_is_given(store: Store, actor: Actor) -> None:
    await labels.upsert(store, actor, name="bug", color="#ff00aa", description="Broken")
    label = await labels.upsert(store, actor, name="bug")
    assert (label.color, label.description) == ("#FF00AA", "Broken")
    label = await labels.upsert(store, actor, name="bug", color="#000000")
    assert (label.color, label.description) == ("#000000", "Broken")
    label = await labels.upsert(store, actor, name="bug", description=None)
    assert (label.color, label.description) == ("#000000", None)


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({"name": " "}, "name"),
        ({"name": "a,b"}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"name": "a\0"}, "name"),
        ({"name": "a", "new_name": "\ud800"}, "new_name"),
        ({"name": "a", "color": "red"}, "color"),
        ({"name": "a", "color": "#12345"}, "color"),
        ({"name": "a", "color": "#12345G"}, "color"),
        ({"name": "a", "color": "#123456\n"}, "color"),
        ({"name": "a", "description": "\0"}, "description"),
    ],
)
async def test_upsert_refuses_what_cannot_be_stored(
    store: Store, actor: Actor, given: dict[str, Any], path: str
) -> None:
    with pytest.raises(ValidationFailed) as caught:
        await labels.upsert(store, actor, **given)
    assert caught.value.path == (path,)
    assert await labels.count(store, actor) == 0


async def test_a_rename_rewrites_the_tickets(store: Store, actor: Actor) -> None:
    one = await add(store, actor, "x", "old", "y")
    other = await add(store, actor, "x")
    label = await labels.upsert(store, actor, name="old", new_name="new", color="#112233")
    assert (label.name, label.color) == ("new", "#112233")
    after = await again(store, actor, one)
    assert after.labels == ("x", "new", "y")
    assert after.version == one.version + 1
    assert after.updated_at > one.updated_at
    assert await again(store, actor, other) == other
    assert await carrying(store, actor, "new") == 1
    assert await carrying(store, actor, "old") == 0
    assert await names(store, actor) == ["new", "x", "y"]
    assert await last_change(store, actor, one.slug) == (
        2,
        [["labels", ["x", "old", "y"], ["x", "new", "y"]]],
    )


async def test_a_rename_to_a_name_that_is_taken_changes_nothing(store: Store, actor: Actor) -> None:
    ticket = await add(store, actor, "a", "b")
    (taken,) = await labels_named(store, actor, ["b"])
    with pytest.raises(Conflict) as caught:
        await labels.upsert(store, actor, name="a", new_name="b", color="#000000")
    assert caught.value.code is ErrorCode.ALREADY_EXISTS
    assert caught.value.path == ("new_name",)
    assert caught.value.current == taken
    assert await again(store, actor, ticket) == ticket


async def test_a_rename_to_itself_is_no_rename(store: Store, actor: Actor) -> None:
    ticket = await add(store, actor, "a")
    assert (await labels.upsert(store, actor, name="a", new_name="a")).name == "a"
    assert await again(store, actor, ticket) == ticket


async def test_a_rename_can_change_the_case(store: Store, actor: Actor) -> None:
    ticket = await add(store, actor, "bug")
    await labels.upsert(store, actor, name="bug", new_name="Bug")
    assert (await again(store, actor, ticket)).labels == ("Bug",)


async def test_what_is_not_there_cannot_be_renamed_or_deleted(store: Store, actor: Actor) -> None:
    with pytest.raises(NotFound) as caught:
        await labels.upsert(store, actor, name="ghost", new_name="new")
    assert caught.value.path == ("name",)
    with pytest.raises(NotFound) as caught:
        await labels.delete(store, actor, name="ghost", replace_with="new")
    assert caught.value.path == ("name",)
    assert await labels.count(store, actor) == 0


async def test_a_deleted_label_leaves_its_tickets(store: Store, actor: Actor) -> None:
    ticket = await add(store, actor, "a", "b")
    gone = await labels.delete(store, actor, name="a")
    assert gone.name == "a"
    after = await again(store, actor, ticket)
    assert (after.labels, after.version) == (("b",), 2)
    assert await carrying(store, actor, "a") == 0
    assert await names(store, actor) == ["b"]
    assert await last_change(store, actor, ticket.slug) == (2, [["labels", ["a", "b"], ["b"]]])


async def test_a_replacement_keeps_the_order_and_drops_repeats(store: Store, actor: Actor) -> None:
    both = await add(store, actor, "new", "x", "old")
    turned = await add(store, actor, "old", "x", "new")
    one = await add(store, actor, "old")
    await labels.delete(store, actor, name="old", replace_with="new")
    assert (await again(store, actor, both)).labels == ("new", "x")
    assert (await again(store, actor, turned)).labels == ("new", "x")
    assert (await again(store, actor, one)).labels == ("new",)
    assert await carrying(store, actor, "new") == 3
    assert await carrying(store, actor, "old") == 0


async def test_a_replacement_that_is_unknown_is_created(store: Store, actor: Actor) -> None:
    ticket = await add(store, actor, "old")
    await labels.delete(store, actor, name="old", replace_with="fresh")
    assert await names(store, actor) == ["fresh"]
    assert (await again(store, actor, ticket)).labels == ("fresh",)


async def test_a_label_is_no_replacement_for_itself(store: Store, actor: Actor) -> None:
    await add(store, actor, "a")
    with pytest.raises(ValidationFailed) as caught:
        await labels.delete(store, actor, name="a", replace_with=" a ")
    assert caught.value.path == ("replace_with",)


async def test_rewriting_takes_as_many_statements_for_one_ticket_as_for_thirty(
    store: Store, actor: Actor
) -> None:
    await add(store, actor, "few")
    for _ in range(30):
        await add(store, actor, "many")
    counts = []
    for name in ("few", "many"):
        seen: list[str] = []
        store.observer = seen.append
        await labels.upsert(store, actor, name=name, new_name=f"{name} renamed")
        store.observer = None
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 10


async def test_a_label_of_another_organization_stays(store: Store, actor: Actor) -> None:
    foreign = await directory.create_organization(store, slug="other", name="Other")
    other = operator(foreign.id, foreign.slug)
    await add(store, actor, "shared")
    theirs = await add(store, other, "shared")
    (label,) = await labels_named(store, other, ["shared"])
    assert isinstance(label, Label)
    await labels.upsert(store, actor, name="shared", new_name="ours")
    await labels.delete(store, actor, name="ours")
    assert await again(store, other, theirs) == theirs
    assert await names(store, other) == ["shared"]
    assert await labels.ticket_counts(store, actor, ["shared"]) == [0]
    assert await labels.by_id(store, actor, label.id) is None


async def test_labels_need_their_scopes(store: Store, actor: Actor) -> None:
    reader = Actor(actor.org_id, actor.org_slug, frozenset({Scope.TICKETS_READ}))
    await labels.count(store, reader)
    with pytest.raises(Forbidden):
        await labels.upsert(store, reader, name="a")
    with pytest.raises(Forbidden):
        await labels.delete(store, reader, name="a")
    nobody = Actor(actor.org_id, actor.org_slug, frozenset())
    with pytest.raises(Forbidden):
        await labels.list_page(store, nobody, page=EVERYTHING)


async def test_unknown_labels_are_added_once_by_writers_at_once(store: Store, actor: Actor) -> None:
    wanted = [f"label {number}" for number in range(20)]

    async def work(db: Connection) -> None:
        await named.add_missing(db, actor.org_id, wanted)

    async def turned(db: Connection) -> None:
        await named.add_missing(db, actor.org_id, wanted[::-1])

    await asyncio.gather(*(store.write(each) for each in (work, turned) * 8))
    assert await labels.count(store, actor) == 20


async def test_no_ticket_keeps_the_old_name_when_a_rename_meets_writers(
    store: Store, actor: Actor
) -> None:
    ticket = await add(store, actor, "a")

    async def touch(number: int) -> None:
        await add(store, actor, "a" if number % 2 else "b")
        patch = TicketPatch(labels=LabelsPatch(add=(f"x{number}",)))
        await tickets.update(store, actor, ticket=TicketRef(id=ticket.id), patch=patch)

    await asyncio.gather(
        *(touch(number) for number in range(8)),
        labels.upsert(store, actor, name="a", new_name="renamed"),
    )
    # Who came after the rename made the old name anew; who came before was rewritten.
    known = set(await names(store, actor))
    page = await tickets.list_page(
        store, actor, filter=TicketFilter(), order=(), page=PageRequest(100)
    )
    assert {name for found in page.items for name in found.labels} <= known
    assert (await again(store, actor, ticket)).labels[0] == "renamed"
    assert len((await again(store, actor, ticket)).labels) == 9
