"""What leaves an organization comes in elsewhere, on the other database, as the same bytes."""

from __future__ import annotations

import itertools
import json
import os
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gql_tickets.auth import Actor, operator
from gql_tickets.domain import positions
from gql_tickets.domain.directory import RepositoryRef, UserRef
from gql_tickets.domain.filters import TicketFilter
from gql_tickets.domain.tickets import (
    Place,
    TicketDraft,
    TicketPatch,
    TicketRef,
    TicketStatus,
    TicketType,
)
from gql_tickets.service import comments, counters, demo, directory, labels, moves, tickets
from gql_tickets.store.engine import Store
from tests.transfer.files import CSV, all_tickets, counts, exported, lines, refused, taken

_organizations = itertools.count(1)


async def fresh(store: Store) -> Actor:
    """Someone in an organization of its own."""
    slug = f"org-{next(_organizations)}"
    made = await directory.create_organization(store, slug=slug, name=slug)
    return operator(made.id, made.slug)


async def lived_in(store: Store, actor: Actor) -> None:
    """An organization in which people have worked for a while."""
    await directory.upsert_user(store, actor, id=7, username="ada", name="Ada, née “B”")
    await directory.upsert_user(store, actor, id=9, avatar_url="https://x.example/a.png")
    await directory.upsert_repository(store, actor, id=3, name="acme/app")
    await labels.upsert(store, actor, name="Ünï", color="#00ff00", description='Odd,\n"odd"')
    drafts = [
        TicketDraft("Epic", type=TicketType.EPIC, labels=("Ünï", "a")),
        TicketDraft("Child", parent=TicketRef(slug="AM-1"), assignee=UserRef(username="ada")),
        TicketDraft("Gone"),
        TicketDraft("Line\u2028ends", description='a\r\nb\nc\rd,"e"', repository=RepositoryRef(3)),
        TicketDraft("Empty", description=""),
    ]
    for draft in drafts:
        await tickets.create(store, actor, draft=draft)
    first = TicketRef(slug="AM-1")
    for status in (TicketStatus.IN_PROGRESS, TicketStatus.DONE):
        await tickets.set_status(store, actor, ticket=first, status=status)
    # A parent that is younger than its child.
    patch = TicketPatch(parent=TicketRef(slug="AM-5"))
    await tickets.update(store, actor, ticket=TicketRef(slug="AM-2"), patch=patch)
    await moves.move(store, actor, ticket=TicketRef(slug="AM-2"), place=Place(last=True))
    said = await comments.create(store, actor, ticket=first, body="One")
    await comments.create(store, actor, ticket=first, body="Two 🎫\n", reply_to=said.id)
    gone = await comments.create(store, actor, ticket=first, body="Gone")
    await comments.delete(store, actor, id=gone.id)
    await comments.update(store, actor, id=said.id, body="Once")
    late = await tickets.create(store, actor, draft=TicketDraft("Deleted, and its number with it"))
    await tickets.delete(store, actor, ticket=TicketRef(id=late.id))
    await tickets.delete(store, actor, ticket=TicketRef(slug="AM-3"))


async def test_an_export_that_is_imported_elsewhere_is_exported_as_the_same_bytes(
    store: Store, actor: Actor, other_store: Store, elsewhere: Actor
) -> None:
    await lived_in(store, actor)
    before, _ = await exported(store, actor)
    report = await taken(other_store, elsewhere, before)
    assert (counts(report), report.refused) == ((4, 0, 0), ())
    assert (await exported(other_store, elsewhere))[0] == before
    assert await counters.find_wrong(other_store) == []


async def test_everything_that_can_be_told_of_a_ticket_is_the_same_there(
    store: Store, actor: Actor, other_store: Store, elsewhere: Actor
) -> None:
    await lived_in(store, actor)
    await taken(other_store, elsewhere, (await exported(store, actor))[0])
    there = await all_tickets(other_store, elsewhere)
    for slug, ticket in (await all_tickets(store, actor)).items():
        assert there[slug] == ticket
    for text, slugs in (("once", ["AM-1"]), ("ends", ["AM-4"]), ("gone", [])):
        found = await tickets.count(other_store, elsewhere, filter=TicketFilter(text=text))
        assert found == len(slugs), text


async def test_new_tickets_and_comments_are_numbered_after_all_that_there_ever_were(
    store: Store, actor: Actor, other_store: Store, elsewhere: Actor
) -> None:
    await lived_in(store, actor)
    await taken(other_store, elsewhere, (await exported(store, actor))[0])
    made = await tickets.create(other_store, elsewhere, draft=TicketDraft("Next"))
    assert (made.id, made.slug) == (7, "EL-7")
    said = await comments.create(other_store, elsewhere, ticket=TicketRef(id=made.id), body="Four")
    assert said.id == 4


async def test_the_demo_goes_around_as_well(
    store: Store, other_store: Store, elsewhere: Actor
) -> None:
    await demo.fill(store)
    before, _ = await exported(store, operator(1, demo.SLUG))
    assert counts(await taken(other_store, elsewhere, before)) == (demo.TICKETS, 0, 0)
    assert (await exported(other_store, elsewhere))[0] == before


async def test_an_import_again_changes_nothing_at_all(
    store: Store, actor: Actor, other_store: Store, elsewhere: Actor
) -> None:
    await lived_in(store, actor)
    for form in (None, CSV):
        file, _ = await exported(store, actor, *([form] if form else []))
        # Into where it came from, and, twice, into where it did not.
        for where, who in ((store, actor), (other_store, elsewhere), (other_store, elsewhere)):
            before = await exported(where, who)
            report = await taken(where, who, file)
            if before[0].count(b"\n") > 1:
                assert counts(report) == (0, 0, 4)
                assert await exported(where, who) == before
                assert report.comments == report.users == report.labels == 0


async def test_a_table_brings_the_tickets_as_they_are(
    store: Store, actor: Actor, other_store: Store, elsewhere: Actor
) -> None:
    await lived_in(store, actor)
    await directory.upsert_user(other_store, elsewhere, id=7, username="ada")
    await directory.upsert_repository(other_store, elsewhere, id=3)
    before, _ = await exported(store, actor, CSV)
    assert refused(await taken(other_store, elsewhere, before)) == []
    here, there = await all_tickets(store, actor), await all_tickets(other_store, elsewhere)
    for slug, ticket in here.items():
        for name in ("title", "labels", "status", "created_at", "completed_at", "parent_slug"):
            assert getattr(there[slug], name) == getattr(ticket, name), name
        assert (there[slug].description or None) == (ticket.description or None)


_text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
_title = _text.map(lambda text: f"x{text}".strip()).filter(bool)
_label = (
    st.text(
        st.characters(exclude_categories=["Cs"], exclude_characters="\0,"), min_size=1, max_size=8
    )
    .map(str.strip)
    .filter(bool)
)
_moment = st.datetimes().map(lambda at: at.isoformat() + "Z")
_NUMBERS = st.lists(st.integers(1, 60), unique=True, max_size=8).map(sorted)


@st.composite
def organizations(draw: st.DrawFn) -> bytes:
    """The file of an organization, as an export would have it."""
    users = draw(st.lists(st.integers(1, 9), unique=True, max_size=3).map(sorted))
    names = draw(st.lists(_label, unique=True, max_size=4).map(sorted))
    numbers = draw(_NUMBERS)
    objects: list[dict[str, Any]] = [
        {
            "kind": "user",
            "id": id,
            "username": draw(st.none() | st.just(f"user{id}")),
            "name": draw(st.none() | _title),
            "avatar_url": None,
        }
        for id in users
    ]
    objects += [
        {"kind": "label", "name": name, "color": "#AABBCC", "description": draw(st.none() | _title)}
        for name in names
    ]
    parents = draw(st.permutations(numbers))
    for at, number in enumerate(numbers):
        status = draw(st.sampled_from([each.value for each in TicketStatus]))
        # From a permutation, so that parents may be younger, and there is no circle.
        above = parents[: parents.index(number)]
        someone = st.sampled_from([None, *users])
        hangs: bool = draw(st.booleans())
        objects.append(
            {
                "kind": "ticket",
                "id": at * 3 + 1,
                "slug": f"AM-{number}",
                "title": draw(_title),
                "description": draw(st.none() | _text),
                "type": draw(st.sampled_from([each.value for each in TicketType])),
                "status": status,
                "priority": "none",
                "assignee": draw(someone),
                "creator": draw(someone),
                "repository": None,
                "parent": f"AM-{draw(st.sampled_from(above))}" if hangs and above else None,
                "labels": draw(st.permutations(names))[: draw(st.integers(0, 3))],
                "position": positions.of_new(draw(st.integers(1, 99))),
                "version": draw(st.integers(1, 9)),
                "created_at": draw(_moment),
                "updated_at": draw(_moment),
                "started_at": draw(st.none() | _moment),
                "completed_at": draw(_moment) if status == "done" else None,
                "external_ids": [["github", f"o/r#{number}"]] if draw(st.booleans()) else [],
            }
        )
    about = [f"AM-{number}" for number in numbers]
    said: list[dict[str, Any]] = []
    for id in range(1, draw(st.integers(0, 4)) + 1 if about else 0):
        ticket = draw(st.sampled_from(about))
        answered = [each["id"] for each in said if each["ticket"] == ticket]
        said.append(
            {
                "kind": "comment",
                "id": id,
                "ticket": ticket,
                "author": draw(st.sampled_from([None, *users])),
                "author_name": draw(st.none() | _title),
                "body": draw(_title),
                "reply_to": draw(st.sampled_from([None, *answered])),
                "version": draw(st.integers(1, 9)),
                "created_at": draw(_moment),
                "updated_at": draw(_moment),
            }
        )
    return lines(
        *objects, *said, last_ticket_id=99, last_ticket_number=99, last_comment_id=len(said)
    )


@settings(
    max_examples=25,
    deadline=None,
    derandomize=bool(os.environ.get("CI")),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(file=organizations())
async def test_any_organization_comes_through_both_databases_unchanged(
    store: Store, other_store: Store, file: bytes
) -> None:
    here, there = await fresh(store), await fresh(other_store)
    assert (await taken(store, here, file)).refused == ()
    first, _ = await exported(store, here)
    assert list(map(json.loads, first.splitlines())) == list(map(json.loads, file.splitlines()))
    await taken(other_store, there, first)
    assert (await exported(other_store, there))[0] == first
    again = await taken(other_store, there, first)
    assert (again.created, again.updated) == (0, 0)
    assert await counters.find_wrong(store) == []
