"""History, comments and moves as GraphQL shows them, and what many tickets cost at once."""

from __future__ import annotations

from typing import Any

import pytest

from gql_tickets.auth import Actor
from gql_tickets.domain.history import Comment
from gql_tickets.domain.tickets import TicketDraft, TicketPatch, TicketRef
from gql_tickets.service import comments, directory, tickets
from gql_tickets.store.engine import Store
from tests.graphql.documents import Ask, Counted

ERRORS = """userErrors { __typename code message path
  ... on ConflictError { current { id ... on Comment { body version } } } }"""
COMMENT = f"""{{ comment {{ id body version ticket {{ slug version }} author {{ databaseId }}
  replyTo {{ id }} }} {ERRORS} }}"""
CREATE = f"mutation($input: CommentCreateInput!) {{ commentCreate(input: $input) {COMMENT} }}"
UPDATE = f"mutation($input: CommentUpdateInput!) {{ commentUpdate(input: $input) {COMMENT} }}"
DELETE = f"""mutation($input: CommentDeleteInput!) {{ commentDelete(input: $input) {{
  deletedId {ERRORS} }} }}"""
MOVE = f"""mutation($input: TicketMoveInput!) {{ ticketMove(input: $input) {{
  ticket {{ slug status position version }} {ERRORS} }} }}"""
HISTORY = """query($fields: [TicketField!]) { ticket(ref: {slug: "AM-1"}) {
  history(first: 2, fields: $fields) { totalCount pageInfo { hasNextPage }
    nodes { id kind apiKeyName actor { name } version changes { field before after } } } } }"""
MANY = """{ tickets(first: 50) { nodes {
  comments(first: 2) { totalCount nodes { body author { name } replyTo { body } ticket { slug } } }
  history(first: 2) { totalCount nodes { version actor { name } } } } } }"""
BOARD = "{ board { columns { status tickets { nodes { slug } } } } }"


@pytest.fixture(autouse=True)
async def first(store: Store, actor: Actor) -> None:
    """AM-1, and user 5."""
    await directory.upsert_user(store, actor, id=5, name="Ada")
    await tickets.create(store, actor, draft=TicketDraft("A ticket"))


async def run(data: Ask, mutation: str, **given: Any) -> dict[str, Any]:
    """The payload of a mutation."""
    (payload,) = (await data(mutation, input=given)).values()
    found: dict[str, Any] = payload
    return found


async def comment(data: Ask, body: str = "Why?", **given: Any) -> dict[str, Any]:
    """A comment on AM-1."""
    payload = await run(data, CREATE, ticket={"slug": "AM-1"}, body=body, **given)
    assert payload["userErrors"] == []
    made: dict[str, Any] = payload["comment"]
    return made


async def test_a_comment_is_written_answered_changed_and_deleted(data: Ask) -> None:
    made = await comment(data)
    assert made["ticket"] == {"slug": "AM-1", "version": 2}
    answer = await comment(data, "Because.", replyTo=made["id"])
    assert answer["replyTo"] == {"id": made["id"]}
    changed = await run(data, UPDATE, id=made["id"], body="How?", expectedVersion=1)
    assert (changed["comment"]["body"], changed["comment"]["version"]) == ("How?", 2)
    node = "query($id: ID!) { node(id: $id) { id ... on Comment { body } } }"
    assert (await data(node, id=made["id"]))["node"] == {"id": made["id"], "body": "How?"}
    deleted = await run(data, DELETE, id=made["id"])
    assert deleted == {"deletedId": made["id"], "userErrors": []}
    assert (await data(node, id=made["id"]))["node"] is None


async def test_what_is_wrong_with_a_comment_is_said_where_it_is(data: Ask) -> None:
    made = await comment(data)
    wrong: list[tuple[str, dict[str, Any], str, list[str]]] = [
        (CREATE, {"ticket": {"slug": "AM-9"}, "body": "x"}, "NotFoundError", ["ticket"]),
        (CREATE, {"ticket": {"slug": "AM-1"}, "body": " "}, "ValidationError", ["body"]),
        (
            CREATE,
            {"ticket": {"slug": "AM-1"}, "body": "x", "replyTo": "VGlja2V0OjE6MQ"},
            "ValidationError",
            ["replyTo"],
        ),
        (UPDATE, {"id": "nonsense", "body": "x"}, "NotFoundError", ["id"]),
        (DELETE, {"id": "nonsense"}, "NotFoundError", ["id"]),
    ]
    for mutation, given, kind, path in wrong:
        (error,) = (await run(data, mutation, **given))["userErrors"]
        assert (error["__typename"], error["path"]) == (kind, path)
    (error,) = (await run(data, UPDATE, id=made["id"], body="x", expectedVersion=9))["userErrors"]
    assert error["code"] == "VERSION_CONFLICT"
    assert error["current"] == {"id": made["id"], "body": "Why?", "version": 1}


async def test_history_shows_json_of_what_rest_would_show(
    data: Ask, store: Store, actor: Actor
) -> None:
    patch = TicketPatch(title="New", parent=None)
    await tickets.update(store, actor, ticket=TicketRef(id=1), patch=patch)
    await comment(data, '\u00e9 "x"')
    found = (await data(HISTORY))["ticket"]["history"]
    assert (found["totalCount"], found["pageInfo"]) == (3, {"hasNextPage": True})
    latest, before = found["nodes"]
    assert latest["apiKeyName"] == "test"
    assert latest["changes"] == [{"field": "COMMENTS", "before": None, "after": '"\u00e9 \\"x\\""'}]
    assert before["changes"] == [{"field": "TITLE", "before": '"A ticket"', "after": '"New"'}]
    narrowed = (await data(HISTORY, fields=["TITLE", "LABELS"]))["ticket"]["history"]
    assert [node["version"] for node in narrowed["nodes"]] == [2]
    assert narrowed["totalCount"] == 1
    node = "query($id: ID!) { node(id: $id) { id ... on TicketEvent { kind version } } }"
    assert (await data(node, id=latest["id"]))["node"] == {
        "id": latest["id"],
        "kind": "UPDATED",
        "version": 3,
    }


async def test_a_move_shows_on_the_board(data: Ask, store: Store, actor: Actor) -> None:
    for _ in range(2):
        await tickets.create(store, actor, draft=TicketDraft("Another"))
    payload = await run(data, MOVE, ticket={"slug": "AM-3"}, place={"after": {"slug": "AM-1"}})
    assert payload["userErrors"] == []
    assert payload["ticket"]["version"] == 2
    await run(data, MOVE, ticket={"slug": "AM-1"}, place={"last": True}, status="DONE")
    columns = (await data(BOARD))["board"]["columns"]
    slugs = {
        column["status"]: [n["slug"] for n in column["tickets"]["nodes"]] for column in columns
    }
    assert (slugs["BACKLOG"], slugs["DONE"]) == (["AM-2", "AM-3"], ["AM-1"])


async def test_a_place_that_is_none_is_refused(ask: Ask, data: Ask) -> None:
    for place, path in [
        ({"first": False}, ["place", "first"]),
        ({"before": {"slug": "AM-1"}}, ["place", "before"]),
    ]:
        payload = await run(data, MOVE, ticket={"slug": "AM-1"}, place=place)
        (error,) = payload["userErrors"]
        assert (error["code"], error["path"]) == ("VALIDATION_FAILED", path)
    both = {"ticket": {"slug": "AM-1"}, "place": {"first": True, "last": True}}
    assert (await ask(MOVE, input=both))["errors"][0]["extensions"]["code"] == "VALIDATION_FAILED"


async def test_comments_and_history_of_50_tickets_take_as_many_statements_as_those_of_one(
    counted: Counted, store: Store, actor: Actor
) -> None:
    async def talk(id: int) -> Comment:
        made = [
            await comments.create(store, actor, ticket=TicketRef(id=id), body=body)
            for body in ("one", "two", "three")
        ]
        return await comments.create(
            store, actor, ticket=TicketRef(id=id), body="four", reply_to=made[0].id
        )

    await talk(1)
    _, statements_of_one = await counted(MANY)
    for id in range(2, 51):
        await tickets.create(store, actor, draft=TicketDraft("Another"))
        await talk(id)
    found, statements = await counted(MANY)
    nodes = found["tickets"]["nodes"]
    assert len(nodes) == 50
    for node in nodes:
        assert node["comments"]["totalCount"] == 4
        assert [each["body"] for each in node["comments"]["nodes"]] == ["one", "two"]
        assert [each["version"] for each in node["history"]["nodes"]] == [5, 4]
    assert len(statements) == len(statements_of_one) <= 6
