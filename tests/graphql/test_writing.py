"""Mutations: what they do, absent against null, and what `userErrors` says when they do nothing."""

from __future__ import annotations

from typing import Any

import pytest

from gql_tickets.auth import Actor
from gql_tickets.service import directory
from gql_tickets.store.engine import Store
from tests.graphql.documents import Ask

ERRORS = """userErrors { __typename code message path
  ... on ValidationError { allowedValues } ... on ConflictError { current { id
    ... on Ticket { version } } } }"""
TICKET = f"""{{ ticket {{ slug title description type status priority version
  assignee {{ databaseId }} repository {{ databaseId }} labels {{ name }} parent {{ slug }} }}
  {ERRORS} }}"""
CREATE = f"mutation($input: TicketCreateInput!) {{ ticketCreate(input: $input) {TICKET} }}"
UPDATE = f"mutation($input: TicketUpdateInput!) {{ ticketUpdate(input: $input) {TICKET} }}"
STATUS = f"mutation($input: TicketSetStatusInput!) {{ ticketSetStatus(input: $input) {TICKET} }}"
DELETE = f"""mutation($input: TicketDeleteInput!) {{ ticketDelete(input: $input) {{
  deletedTicketId deletedSlug cascadedCount {ERRORS} }} }}"""


@pytest.fixture(autouse=True)
async def people(store: Store, actor: Actor) -> None:
    """User 5 and repository 1."""
    await directory.upsert_user(store, actor, id=5, username="ada")
    await directory.upsert_repository(store, actor, id=1)


async def create(data: Ask, **given: Any) -> dict[str, Any]:
    """A new ticket."""
    payload = (await data(CREATE, input={"title": "A ticket", **given}))["ticketCreate"]
    assert payload["userErrors"] == []
    ticket: dict[str, Any] = payload["ticket"]
    return ticket


async def update(data: Ask, patch: dict[str, Any], **given: Any) -> dict[str, Any]:
    """The payload of a change to AM-1."""
    request = {"ticket": {"slug": "AM-1"}, "patch": patch, **given}
    payload: dict[str, Any] = (await data(UPDATE, input=request))["ticketUpdate"]
    return payload


FULL = {
    "description": "Long",
    "assignee": {"username": "ada"},
    "repository": {"databaseId": 1},
    "labels": ["b", "a", "b"],
}


async def test_a_title_is_enough(data: Ask) -> None:
    ticket = await create(data, title="  Only a title ")
    assert ticket == {
        "slug": "AM-1",
        "title": "Only a title",
        "description": None,
        "type": "TASK",
        "status": "BACKLOG",
        "priority": "MEDIUM",
        "version": 1,
        "assignee": None,
        "repository": None,
        "labels": [],
        "parent": None,
    }


async def test_references_may_be_made_in_every_way(data: Ask) -> None:
    await create(data)
    ticket = await create(data, **FULL, parent={"slug": "am-1"})
    assert ticket["assignee"] == {"databaseId": 5}
    assert ticket["repository"] == {"databaseId": 1}
    assert ticket["labels"] == [{"name": "b"}, {"name": "a"}]
    assert ticket["parent"] == {"slug": "AM-1"}


async def test_what_is_absent_stays_and_null_clears(data: Ask) -> None:
    before = await create(data, **FULL)
    after = (await update(data, {"title": "New"}))["ticket"]
    assert after == {**before, "title": "New", "version": 2}
    cleared = await update(data, {"description": None, "assignee": None, "repository": None})
    assert cleared["ticket"] == {
        **after,
        "description": None,
        "assignee": None,
        "repository": None,
        "version": 3,
    }


@pytest.mark.parametrize("field", ["title", "type", "status", "priority", "labels"])
async def test_null_where_nothing_can_be_cleared_is_refused(
    ask: Ask, data: Ask, field: str
) -> None:
    await create(data)
    request = {"ticket": {"slug": "AM-1"}, "patch": {field: None}}
    answer = await ask(UPDATE, input=request)
    assert answer["data"] is None
    assert answer["errors"][0]["extensions"] == {"code": "VALIDATION_FAILED"}
    message = "A field of the input is null: it may be left out, or have a value."
    assert answer["errors"][0]["message"] == message
    target = '{ticket: {slug: "AM-1"}, patch: {'
    answer = await ask(
        f"mutation {{ ticketUpdate(input: {target}{field}: null}}}}) {{ __typename }} }}"
    )
    assert answer["errors"][0]["extensions"] == {"code": "VALIDATION_FAILED"}
    message = f"`{field}` is null: it may be left out, or have a value."
    assert answer["errors"][0]["message"] == message


async def test_labels_are_set_or_edited(data: Ask) -> None:
    await create(data, labels=["a", "b"])
    edited = await update(data, {"labels": {"edit": {"add": ["c"], "remove": ["a"]}}})
    assert edited["ticket"]["labels"] == [{"name": "b"}, {"name": "c"}]
    assert (await update(data, {"labels": {"set": []}}))["ticket"]["labels"] == []


async def test_a_patch_that_gives_nothing_writes_nothing(data: Ask) -> None:
    await create(data)
    assert (await update(data, {}))["ticket"]["version"] == 1


async def test_every_problem_of_an_input_is_named(data: Ask) -> None:
    request = {"title": " ", "labels": ["a,b"]}
    payload = (await data(CREATE, input=request))["ticketCreate"]
    assert payload["ticket"] is None
    assert {(error["code"], *error["path"]) for error in payload["userErrors"]} == {
        ("VALIDATION_FAILED", "title"),
        ("VALIDATION_FAILED", "labels"),
    }
    assert {error["__typename"] for error in payload["userErrors"]} == {"ValidationError"}


@pytest.mark.parametrize(
    ("patch", "path"),
    [
        ({"assignee": {"databaseId": 99}}, ["patch", "assignee"]),
        ({"assignee": {"id": "nonsense"}}, ["patch", "assignee"]),
        ({"repository": {"databaseId": 99}}, ["patch", "repository"]),
        ({"parent": {"slug": "AM-99"}}, ["patch", "parent"]),
        ({"parent": {"slug": "AM-1"}}, ["patch", "parent"]),
        ({"assignee": {"me": True}}, ["patch", "assignee"]),
    ],
)
async def test_a_reference_to_nothing_is_named(
    data: Ask, patch: dict[str, Any], path: list[str]
) -> None:
    await create(data)
    payload = await update(data, patch)
    assert payload["ticket"] is None
    assert [error["path"] for error in payload["userErrors"]] == [path]


async def test_not_me_is_nobody(data: Ask) -> None:
    await create(data)
    (error,) = (await update(data, {"assignee": {"me": False}}))["userErrors"]
    assert (error["code"], error["path"]) == ("VALIDATION_FAILED", ["patch", "assignee"])


async def test_an_unknown_target_is_not_found(data: Ask) -> None:
    (error,) = (await update(data, {"title": "x"}))["userErrors"]
    assert (error["__typename"], error["code"]) == ("NotFoundError", "RESOURCE_NOT_FOUND")
    assert error["path"] == ["ticket"]


async def test_a_version_conflict_shows_the_ticket_as_it_is(data: Ask) -> None:
    await create(data)
    await update(data, {"title": "New"}, expectedVersion=1)
    (error,) = (await update(data, {"title": "Newer"}, expectedVersion=1))["userErrors"]
    assert (error["__typename"], error["code"]) == ("ConflictError", "VERSION_CONFLICT")
    assert error["path"] == ["expectedVersion"]
    assert error["current"]["version"] == 2


async def test_an_idempotency_key_gives_the_first_answer_again(data: Ask) -> None:
    once = await create(data, idempotencyKey="k")
    assert await create(data, idempotencyKey="k") == once
    request = {"title": "Another", "idempotencyKey": "k"}
    (error,) = (await data(CREATE, input=request))["ticketCreate"]["userErrors"]
    assert (error["__typename"], error["code"]) == ("GenericError", "IDEMPOTENCY_KEY_REUSED")
    assert error["path"] == ["idempotencyKey"]


async def test_status_is_set(data: Ask) -> None:
    await create(data)
    request = {"ticket": {"slug": "AM-1"}, "status": "DONE"}
    payload = (await data(STATUS, input=request))["ticketSetStatus"]
    assert payload["ticket"]["status"] == "DONE"


@pytest.mark.parametrize(
    ("policy", "cascaded", "parent"),
    [("DETACH", 0, None), ("REPARENT", 0, {"slug": "AM-1"}), ("CASCADE", 1, "gone")],
)
async def test_children_of_a_deleted_ticket(
    data: Ask, policy: str, cascaded: int, parent: object
) -> None:
    await create(data)
    await create(data, parent={"slug": "AM-1"})
    await create(data, parent={"slug": "AM-2"})
    request = {"ticket": {"slug": "AM-2"}, "children": policy}
    payload = (await data(DELETE, input=request))["ticketDelete"]
    assert payload["deletedTicketId"]
    assert (payload["deletedSlug"], payload["cascadedCount"]) == ("AM-2", cascaded)
    child = (await data('{ ticket(ref: {slug: "AM-3"}) { parent { slug } } }'))["ticket"]
    assert (child["parent"] if child else "gone") == parent


async def test_a_delete_may_refuse_children(data: Ask) -> None:
    await create(data)
    await create(data, parent={"slug": "AM-1"})
    request = {"ticket": {"slug": "AM-1"}, "children": "REFUSE"}
    payload = (await data(DELETE, input=request))["ticketDelete"]
    assert payload["deletedSlug"] is None
    assert payload["userErrors"][0]["code"] == "HAS_CHILDREN"


async def test_labels_are_kept(data: Ask) -> None:
    await create(data, labels=["old"])
    upsert = f"""mutation($input: LabelUpsertInput!) {{ labelUpsert(input: $input) {{
      label {{ id name color description ticketCount }} {ERRORS} }} }}"""
    request = {"name": "old", "newName": "new", "color": "#ABCDEF", "description": "What"}
    label = (await data(upsert, input=request))["labelUpsert"]["label"]
    assert (label["name"], label["color"], label["ticketCount"]) == ("new", "#ABCDEF", 1)
    cleared = (await data(upsert, input={"name": "new", "description": None}))["labelUpsert"]
    assert cleared["label"] == {**label, "description": None}
    delete = f"""mutation($input: LabelDeleteInput!) {{ labelDelete(input: $input) {{
      deletedId {ERRORS} }} }}"""
    gone = (await data(delete, input={"name": "new"}))["labelDelete"]
    assert gone == {"deletedId": label["id"], "userErrors": []}
    again = (await data(delete, input={"name": "new"}))["labelDelete"]
    assert again["userErrors"][0]["code"] == "RESOURCE_NOT_FOUND"


async def test_users_and_repositories_are_kept(data: Ask) -> None:
    user = """mutation($input: UserUpsertInput!) { userUpsert(input: $input) {
      user { databaseId username name avatarUrl } userErrors { code path } } }"""
    request = {"databaseId": 7, "name": "Bo", "avatarUrl": "https://example.org/bo.png"}
    made = (await data(user, input=request))["userUpsert"]["user"]
    assert made == {**request, "username": None}
    changed = (await data(user, input={"databaseId": 7, "name": None}))["userUpsert"]["user"]
    assert changed == {**made, "name": None}
    taken = (await data(user, input={"databaseId": 7, "username": "ada"}))["userUpsert"]
    assert taken["userErrors"] == [{"code": "ALREADY_EXISTS", "path": ["username"]}]
    repository = """mutation($input: RepositoryUpsertInput!) { repositoryUpsert(input: $input) {
      repository { databaseId name url } } }"""
    request = {"databaseId": 2, "name": "web", "url": "https://example.org/web"}
    assert (await data(repository, input=request))["repositoryUpsert"]["repository"] == request


async def test_a_url_must_be_absolute_and_http(ask: Ask) -> None:
    for wrong in ("nowhere", "ftp://example.org", "https://", "https://exa mple.org", "http://[x"):
        answer = await ask(
            "mutation($url: URL) { repositoryUpsert(input: {databaseId: 1, url: $url}) { __typename } }",
            url=wrong,
        )
        assert answer["errors"][0]["extensions"]["code"] == "VALIDATION_FAILED"


async def test_a_key_is_shown_once_works_and_is_revoked(data: Ask) -> None:
    made = await data(
        """mutation { apiKeyCreate(input: {name: "ci", scopes: [TICKETS_READ],
        expiresAt: "2999-01-01T00:00:00Z"}) {
          secret apiKey { id name prefix scopes enabled expiresAt lastUsedAt } } }"""
    )
    secret, key = made["apiKeyCreate"]["secret"], made["apiKeyCreate"]["apiKey"]
    assert secret.startswith(key["prefix"])
    assert key["expiresAt"] == "2999-01-01T00:00:00Z"
    assert key["scopes"] == ["TICKETS_READ"]
    revoke = """mutation($id: ID!) { apiKeyRevoke(input: {id: $id}) {
      apiKey { enabled } secret userErrors { code path } } }"""
    gone = (await data(revoke, id=key["id"]))["apiKeyRevoke"]
    assert gone == {"apiKey": {"enabled": False}, "secret": None, "userErrors": []}
    wrong = (await data(revoke, id="nonsense"))["apiKeyRevoke"]
    assert wrong["userErrors"] == [{"code": "RESOURCE_NOT_FOUND", "path": ["id"]}]
