"""Organizations, users and repositories: made, found, paged and upserted one by one and in bulk."""

from __future__ import annotations

from typing import Any

import pytest

from gql_tickets.auth import Actor, Scope, operator
from gql_tickets.domain.directory import Organization, Repository, User
from gql_tickets.domain.ids import INT32_MAX
from gql_tickets.domain.paging import PageRequest
from gql_tickets.errors import Conflict, ErrorCode, Forbidden, NotFound, ValidationFailed
from gql_tickets.service import directory
from gql_tickets.store import directory as stored
from gql_tickets.store.engine import Connection, Store
from tests.entries import repositories_with, users_with

EVERYTHING = PageRequest(size=1000)


async def users(store: Store, actor: Actor, **asked: Any) -> list[User]:
    return (await directory.users_page(store, actor, page=EVERYTHING, **asked)).items


async def test_an_organization_is_found_by_its_slug(
    store: Store, organization: Organization, actor: Actor
) -> None:
    assert organization.ticket_prefix == "AM"
    assert await directory.find_organization(store, "acme") == organization
    assert await directory.find_organization(store, "ACME") is None
    assert await directory.find_organization(store, "none\0") is None
    assert await directory.organization_of(store, actor) == organization


async def test_organizations_are_listed_the_oldest_first(
    store: Store, organization: Organization
) -> None:
    other = await directory.create_organization(
        store, slug="a-1", name="  Other ", ticket_prefix="x9"
    )
    assert (other.name, other.ticket_prefix) == ("Other", "X9")
    assert await directory.list_organizations(store) == [organization, other]


async def test_a_slug_is_given_once(store: Store, organization: Organization) -> None:
    with pytest.raises(Conflict) as caught:
        await directory.create_organization(store, slug=organization.slug, name="Again")
    assert caught.value.code is ErrorCode.ALREADY_EXISTS
    assert caught.value.path == ("slug",)


@pytest.mark.parametrize("slug", ["a", "my-org", "a--b", "9", "x" * 63])
async def test_slugs_that_may_be(store: Store, slug: str) -> None:
    assert (await directory.create_organization(store, slug=slug, name="N")).slug == slug


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({"slug": ""}, "slug"),
        ({"slug": "-a"}, "slug"),
        ({"slug": "a-"}, "slug"),
        ({"slug": "A"}, "slug"),
        ({"slug": "a_b"}, "slug"),
        ({"slug": "ä"}, "slug"),
        ({"slug": "a\n"}, "slug"),
        ({"slug": "x" * 64}, "slug"),
        ({"name": " "}, "name"),
        ({"name": "x" * 256}, "name"),
        ({"name": "a\0"}, "name"),
        ({"ticket_prefix": ""}, "ticket_prefix"),
        ({"ticket_prefix": "1A"}, "ticket_prefix"),
        ({"ticket_prefix": "A-B"}, "ticket_prefix"),
        ({"ticket_prefix": "ABCDEFGHIJK"}, "ticket_prefix"),
    ],
)
async def test_what_no_organization_can_be_called(
    store: Store, given: dict[str, Any], path: str
) -> None:
    with pytest.raises(ValidationFailed) as caught:
        await directory.create_organization(store, **{"slug": "ok", "name": "Ok", **given})
    assert caught.value.path == (path,)
    assert await directory.list_organizations(store) == []


async def test_an_organization_that_is_gone_is_not_found(store: Store) -> None:
    with pytest.raises(NotFound):
        await directory.organization_of(store, operator(4711, "gone"))


async def test_a_user_is_added_and_then_changed_in_what_is_given(
    store: Store, actor: Actor
) -> None:
    bare = await directory.upsert_user(store, actor, id=7)
    assert bare == User(actor.org_id, 7, None, None, None)
    full = await directory.upsert_user(
        store,
        actor,
        id=7,
        username=" ada ",
        name="Ada Lovelace",
        avatar_url="https://example.com/ada.png",
    )
    assert full == User(actor.org_id, 7, "ada", "Ada Lovelace", "https://example.com/ada.png")
    assert await directory.upsert_user(store, actor, id=7) == full
    changed = await directory.upsert_user(store, actor, id=7, name=None)
    assert (changed.username, changed.name) == ("ada", None)
    assert (await directory.upsert_user(store, actor, id=7, username="ada")).username == "ada"


async def test_a_username_belongs_to_one_user(store: Store, actor: Actor) -> None:
    ada = await directory.upsert_user(store, actor, id=1, username="ada")
    with pytest.raises(Conflict) as caught:
        await directory.upsert_user(store, actor, id=2, username="ada")
    assert caught.value.code is ErrorCode.ALREADY_EXISTS
    assert caught.value.path == ("username",)
    assert caught.value.current == ada
    assert await users(store, actor) == [ada]
    await directory.upsert_user(store, actor, id=2, username="Ada")
    foreign = await directory.create_organization(store, slug="other", name="Other")
    await directory.upsert_user(store, operator(foreign.id, "other"), id=2, username="ada")


async def test_the_index_has_the_last_word_on_usernames(
    store: Store, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def nobody(*_: Any) -> list[User]:
        return []

    async def none(*_: Any, **__: Any) -> None:
        return None

    await directory.upsert_user(store, actor, id=1, username="ada")
    monkeypatch.setattr(stored, "find_user", none)
    monkeypatch.setattr(stored, "find_users_named", nobody)
    with pytest.raises(Conflict) as caught:
        await directory.upsert_user(store, actor, id=2, username="ada")
    assert caught.value.path == ("username",)
    with pytest.raises(Conflict):
        await directory.upsert_users(store, actor, [(3, {"username": "ada"})])


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({"id": 0}, "database_id"),
        ({"id": -1}, "database_id"),
        ({"id": INT32_MAX + 1}, "database_id"),
        ({"username": ""}, "username"),
        ({"username": "x" * 256}, "username"),
        ({"name": "\0"}, "name"),
        ({"name": "\ud800"}, "name"),
        ({"avatar_url": ""}, "avatar_url"),
        ({"avatar_url": "/ada.png"}, "avatar_url"),
        ({"avatar_url": "//example.com"}, "avatar_url"),
        ({"avatar_url": "ftp://example.com/a"}, "avatar_url"),
        ({"avatar_url": "javascript:alert(1)"}, "avatar_url"),
        ({"avatar_url": "https://"}, "avatar_url"),
        ({"avatar_url": "https://[::1"}, "avatar_url"),
        ({"avatar_url": "https://example.com:99999/"}, "avatar_url"),
        ({"avatar_url": "https://example.com/a b"}, "avatar_url"),
        ({"avatar_url": "https://example.com/" + "x" * 2048}, "avatar_url"),
    ],
)
async def test_what_no_user_can_be(
    store: Store, actor: Actor, given: dict[str, Any], path: str
) -> None:
    with pytest.raises(ValidationFailed) as caught:
        await directory.upsert_user(store, actor, **{"id": 1, **given})
    assert caught.value.path == (path,)
    assert await users(store, actor) == []


@pytest.mark.parametrize(
    "url",
    ["http://localhost", "HTTPS://EXAMPLE.com:8080/x?y#z", "https://[::1]/", "https://ü.example/"],
)
async def test_urls_that_may_be(store: Store, actor: Actor, url: str) -> None:
    assert (await directory.upsert_repository(store, actor, id=1, url=url)).url == url


async def test_the_ends_of_the_ids_can_be_used(store: Store, actor: Actor) -> None:
    for id in (1, INT32_MAX):
        await directory.upsert_user(store, actor, id=id)
        await directory.upsert_repository(store, actor, id=id)
    found = await users_with(store, actor, [INT32_MAX, 2, 1])
    assert [user and user.id for user in found] == [INT32_MAX, None, 1]


async def test_users_are_paged_by_id(store: Store, actor: Actor) -> None:
    await directory.upsert_users(store, actor, [(id, {}) for id in (5, 3, 9, 1, 7)])
    first = await directory.users_page(store, actor, page=PageRequest(2))
    assert [user.id for user in first.items] == [1, 3]
    assert (first.has_next, first.has_previous) == (True, False)
    rest = await directory.users_page(store, actor, page=PageRequest(9, after=first.cursors[-1]))
    assert [user.id for user in rest.items] == [5, 7, 9]
    last = await directory.users_page(store, actor, page=PageRequest(2, backward=True))
    assert [user.id for user in last.items] == [7, 9]
    assert (last.has_next, last.has_previous) == (False, True)
    assert await directory.users_count(store, actor) == 5


@pytest.mark.parametrize("cursor", ["WyJ1c2Vycy5pZCIsNDI5NDk2NzI5Nl0", "WyJ1c2Vycy5pZCIsImEiXQ"])
async def test_a_cursor_that_was_tampered_with_is_refused(
    store: Store, actor: Actor, cursor: str
) -> None:
    with pytest.raises(ValidationFailed) as caught:
        await directory.users_page(store, actor, page=PageRequest(2, after=cursor))
    assert caught.value.path == ("after",)


async def test_users_are_searched_by_username_and_name(store: Store, actor: Actor) -> None:
    await directory.upsert_users(
        store,
        actor,
        [(1, {"username": "ada"}), (2, {"name": "Canada"}), (3, {"username": "bob"}), (4, {})],
    )
    assert [user.id for user in await users(store, actor, name_contains="ADA")] == [1, 2]
    assert await directory.users_count(store, actor, name_contains="ADA") == 2


async def test_a_user_is_found_by_either_reference(store: Store, actor: Actor) -> None:
    ada = await directory.upsert_user(store, actor, id=1, username="ada")

    async def work(db: Connection) -> list[User | None]:
        org = actor.org_id
        return [
            await stored.find_user(db, org, id=1),
            await stored.find_user(db, org, username="ada"),
            await stored.find_user(db, org, id=2),
            await stored.find_user(db, org, id=2**40),
            await stored.find_user(db, org, username="bob"),
            await stored.find_user(db, org),
            await stored.find_user(db, org + 1, id=1),
        ]

    assert await store.read(work) == [ada, ada, None, None, None, None, None]


async def test_a_repository_is_added_changed_and_paged(store: Store, actor: Actor) -> None:
    added = await directory.upsert_repository(store, actor, id=2, name="api")
    assert added == Repository(actor.org_id, 2, "api", None)
    await directory.upsert_repository(store, actor, id=1, name="web")
    changed = await directory.upsert_repository(store, actor, id=2, url="https://example.com/api")
    assert (changed.name, changed.url) == ("api", "https://example.com/api")
    page = await directory.repositories_page(store, actor, page=EVERYTHING)
    assert [repository.id for repository in page.items] == [1, 2]
    assert await directory.repositories_count(store, actor) == 2
    found = await repositories_with(store, actor, [2, 3])
    assert found == [changed, None]

    async def work(db: Connection) -> list[Repository | None]:
        return [await stored.find_repository(db, actor.org_id, id) for id in (2, 0, 2**40)]

    assert await store.read(work) == [changed, None, None]


async def test_many_users_are_written_in_chunks_with_progress(store: Store, actor: Actor) -> None:
    rows = [(id, {"username": f"user{id}"}) for id in range(1, 1202)]
    progress: list[int] = []
    assert await directory.upsert_users(store, actor, rows, progress.append) == 1201
    assert progress == [500, 500, 201]
    assert await directory.users_count(store, actor) == 1201


async def test_the_statements_of_a_chunk_do_not_grow_with_its_rows(
    store: Store, actor: Actor
) -> None:
    counts = []
    for many in (2, 400):
        rows = [(id, {"username": f"{many} {id}"}) for id in range(1, many)]
        seen: list[str] = []
        store.observer = seen.append
        await directory.upsert_users(store, actor, rows)
        store.observer = None
        counts.append(len(seen))
    assert counts == [2, 2]


async def test_many_rows_may_each_give_other_fields(store: Store, actor: Actor) -> None:
    rows: list[tuple[int, dict[str, str | None]]] = [
        (1, {"username": "ada", "name": "Ada"}),
        (2, {}),
        (1, {"name": None}),
        (1, {"avatar_url": "https://example.com"}),
    ]
    await directory.upsert_users(store, actor, rows)
    assert await users(store, actor) == [
        User(actor.org_id, 1, "ada", None, "https://example.com"),
        User(actor.org_id, 2, None, None, None),
    ]


async def test_every_row_is_checked_before_the_first_is_written(store: Store, actor: Actor) -> None:
    rows = [(id, {"url": "https://example.com"}) for id in range(1, 600)]
    with pytest.raises(ValidationFailed) as caught:
        await directory.upsert_repositories(store, actor, [*rows, (0, {}), (600, {"url": "x"})])
    assert [problem.path for problem in caught.value.problems] == [
        ("0", "database_id"),
        ("600", "url"),
    ]
    assert await directory.repositories_count(store, actor) == 0


async def test_a_username_that_is_given_twice_is_named(store: Store, actor: Actor) -> None:
    with pytest.raises(ValidationFailed, match="'ada' is given twice"):
        await directory.upsert_users(
            store, actor, [(1, {"username": "ada"}), (2, {"username": "ada"})]
        )
    assert await directory.users_count(store, actor) == 0


async def test_nothing_to_write_is_written(store: Store, actor: Actor) -> None:
    assert await directory.upsert_users(store, actor, []) == 0
    assert await directory.upsert_repositories(store, actor, []) == 0


async def test_the_directory_needs_its_scopes(store: Store, actor: Actor) -> None:
    writer = Actor(
        actor.org_id, actor.org_slug, frozenset({Scope.TICKETS_READ, Scope.TICKETS_WRITE})
    )
    await directory.users_count(store, writer)
    with pytest.raises(Forbidden):
        await directory.upsert_user(store, writer, id=1)
    with pytest.raises(Forbidden):
        await directory.upsert_repositories(store, writer, [(1, {})])
    nobody = Actor(actor.org_id, actor.org_slug, frozenset())
    for reading in (directory.users_page, directory.repositories_page):
        with pytest.raises(Forbidden):
            await reading(store, nobody, page=EVERYTHING)


async def test_another_organization_sees_nothing(store: Store, actor: Actor) -> None:
    foreign = await directory.create_organization(store, slug="other", name="Other")
    other = operator(foreign.id, foreign.slug)
    await directory.upsert_user(store, actor, id=1, username="ada")
    await directory.upsert_repository(store, actor, id=1)
    assert await users(store, other) == []
    assert await users_with(store, other, [1]) == [None]
    assert await repositories_with(store, other, [1]) == [None]
    assert await directory.repositories_count(store, other) == 0
