"""Each place of the schema, with a foreign organization's value: it answers as one that does not exist."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import pytest
from graphql import GraphQLSchema, build_schema

from gql_tickets.domain.ids import Kind
from gql_tickets.schema import print_sdl
from tests.tenants.conftest import POOL, SPENT
from tests.tenants.places import FOLLOWED, Asking, Place, places
from tests.tenants.world import LABEL, NUMBER, USERNAME, WORD, Pair, World, same_but_for

SCHEMA: GraphQLSchema = build_schema(print_sdl())
PLACES = list(places(SCHEMA))

LABELS = Pair(LABEL, "xnobodyslabel")
NUMBERS = Pair(NUMBER, 900_002)
KEYS = Pair(SPENT, "used-by-nobody")
NAMED = {
    "TicketRef.slug": Pair("ZZ-1", "ZZ-99999999"),
    "TicketFilter.slugs": Pair("ZZ-1", "ZZ-99999999"),
    "TicketFilter.text": Pair(WORD, "xnobodysword"),
    "UserRef.username": Pair(USERNAME, "xnobodysuser"),
    "UserRef.databaseId": NUMBERS,
    "RepositoryRef.databaseId": NUMBERS,
    "UserUpsertInput.databaseId": NUMBERS,
    "UserUpsertInput.username": Pair(USERNAME, "xnobodysuser"),
    "RepositoryUpsertInput.databaseId": NUMBERS,
    "Query.labels(nameContains:)": LABELS,
    "Query.users(nameContains:)": Pair(USERNAME, "xnobodysuser"),
    "LabelUpsertInput.name": LABELS,
    "LabelUpsertInput.newName": LABELS,
    "LabelDeleteInput.name": LABELS,
    "LabelDeleteInput.replaceWith": LABELS,
    "LabelFilter.allOf": LABELS,
    "LabelFilter.anyOf": LABELS,
    "LabelFilter.noneOf": LABELS,
    "LabelsPatch.set": LABELS,
    "LabelsEdit.add": LABELS,
    "LabelsEdit.remove": LABELS,
    "TicketCreateInput.labels": LABELS,
    "CommentCreateInput.idempotencyKey": KEYS,
    "TicketBulkCreateInput.idempotencyKey": KEYS,
    "TicketBulkDeleteInput.idempotencyKey": KEYS,
    "TicketBulkUpdateInput.idempotencyKey": KEYS,
    "TicketCreateInput.idempotencyKey": KEYS,
    "TicketDeleteInput.idempotencyKey": KEYS,
    "TicketMoveInput.idempotencyKey": KEYS,
    "TicketSetStatusInput.idempotencyKey": KEYS,
    "TicketUpdateInput.idempotencyKey": KEYS,
}
"""What names something otherwise than by a node id."""

PLAIN = {
    "ApiKeyCreateInput.name",
    "CommentCreateInput.body",
    "CommentUpdateInput.body",
    "LabelUpsertInput.color",
    "LabelUpsertInput.description",
    "RepositoryUpsertInput.name",
    "RepositoryUpsertInput.url",
    "TicketCreateInput.description",
    "TicketCreateInput.title",
    "TicketPatch.description",
    "TicketPatch.title",
    "UserUpsertInput.avatarUrl",
    "UserUpsertInput.name",
}
"""Texts that are stored and name nothing."""

MAKING = {
    *(each for each in NAMED if "Upsert" in each),
    "LabelsEdit.add",
    "LabelsPatch.set",
    "TicketCreateInput.labels",
}
"""What makes an object of our own that has the value: asked last, since then there is one."""

SIZES = {"first", "last", "offset", "atMost", "expectedVersion"}
HARMLESS = {"Boolean", "DateTime"}


def kind_of(place: Place) -> str:
    """What the place takes: node, named, cursor, position, plain, size, or nothing that we know."""
    name, taken = place.steps[-1]
    type = str(taken.type).strip("[]!")
    if type == "ID":
        return "node"
    if type == "SyncCursor":
        return "position"
    if place.leaf in NAMED:
        return "named"
    if place.leaf in PLAIN:
        return "plain"
    if name in {"after", "before"} and type == "String":
        return "cursor"
    if (name in SIZES and type == "Int") or type in HARMLESS:
        return "size"
    return "unknown"


def of_kind(*kinds: str) -> list[Place]:
    """The places that are asked through a field which answers once; reads first."""
    found = [each for each in PLACES if kind_of(each) in kinds and each.parent != FOLLOWED]
    return sorted(found, key=lambda each: (each.parent == "Mutation", each.leaf in MAKING))


def test_every_place_of_the_schema_has_a_case() -> None:
    assert [each.name for each in PLACES if kind_of(each) == "unknown"] == []


def test_every_case_is_a_place_of_the_schema() -> None:
    assert NAMED.keys() | PLAIN <= {each.leaf for each in PLACES}


@pytest.fixture
def asking(world: World) -> Asking:
    """Writes use up tickets, comments and labels of our own."""
    numbers = itertools.count(2)
    own: dict[str, Callable[[], Any]] = {
        "TicketRef": lambda: {"slug": f"AM-{next(numbers)}"},
        "CommentUpdateInput.id": lambda: world.comments[0],
        "LabelDeleteInput.name": lambda: f"own{POOL - next(numbers)}",
        "LabelUpsertInput.name": lambda: f"own{next(numbers)}",
        "BulkTargets": lambda: {"tickets": [{"slug": f"AM-{next(numbers)}"}]},
        "TicketCreateInput": lambda: {"title": "New"},
        "TicketPatch": lambda: {"priority": "LOW"},
        "BoardPlace": lambda: {"first": True},
        "TicketFilter": dict,
        "UserUpsertInput.databaseId": lambda: next(numbers),
        "String": lambda: "Ours",
        "Int": lambda: 10,
    }
    return Asking(SCHEMA, own)


async def state_of_the_foreign(world: World) -> str:
    """All there is to see of it."""
    document = """{ tickets { nodes { slug title version labels { name } comments { nodes { body } }
      assignee { name username } repository { name url } history { nodes { id } } } }
      labels { nodes { name color description ticketCount } } users { nodes { name username } }
      repositories { nodes { name url } } apiKeys { id name enabled } }"""
    return str(await world.theirs(document))


async def test_a_foreign_value_answers_as_one_that_does_not_exist(
    world: World, asking: Asking
) -> None:
    before = await state_of_the_foreign(world)
    wrong = []
    asked = 0
    for place in of_kind("node", "named", "position"):
        kind = kind_of(place)
        pairs = {
            "node": list(world.pairs.values()),
            "named": [NAMED[place.leaf]] if kind == "named" else [],
            "position": [world.sync],
        }[kind]
        for pair in pairs:
            foreign, nobodys = [
                await ask(world, asking, place, value) for value in (pair.foreign, pair.nobodys)
            ]
            asked += 1
            if foreign != nobodys or "BAD_USER_INPUT" in foreign[1]:
                wrong.append((place.name, pair, foreign, nobodys))
    assert wrong == []
    assert asked > len(of_kind("node")) * len(Kind)
    assert await state_of_the_foreign(world) == before


async def ask(world: World, asking: Asking, place: Place, value: object) -> tuple[int, str]:
    """The answer, with the value taken out of it."""
    query, variables = asking.document(place, value)
    answer = await world.client.post(
        "/graphql", headers=world.own, json={"query": query, "variables": variables}
    )
    assert "GRAPHQL_" not in answer.text, (query, answer.text)
    return same_but_for(answer, value)


async def test_a_foreign_cursor_shows_nothing_foreign(world: World, asking: Asking) -> None:
    for place in of_kind("cursor"):
        for cursor in world.cursors:
            status, text = await ask(world, asking, place, cursor)
            assert status < 500
            assert "xforeign" not in text, place.name
            assert "ZZ-" not in text, place.name


async def test_a_subscription_refuses_a_foreign_position(world: World) -> None:
    answers = []
    for cursor in (world.sync.foreign, world.sync.nobodys):
        query = "subscription($since: SyncCursor) { ticketChanged(since: $since) { slug } }"
        answer = await world.client.post(
            "/graphql",
            headers={**world.own, "Accept": "text/event-stream"},
            json={"query": query, "variables": {"since": cursor}},
        )
        answers.append(same_but_for(answer, cursor))
    assert answers[0] == answers[1]
    assert "VALIDATION_FAILED" in answers[0][1]
