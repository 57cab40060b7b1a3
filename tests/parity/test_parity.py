"""Both doors open onto one floor: whatever is done through either, both show, and so does a model.

Hypothesis makes up the sequences. Each runs in an organization of its own, all in one event loop;
a failure is printed as the shortest sequence that shows it.
"""

from __future__ import annotations

import itertools
import os
from dataclasses import replace
from typing import Any

import httpx
from hypothesis import HealthCheck, Phase, given, settings

from gql_tickets.auth import Scope, operator
from gql_tickets.service import directory, keys
from gql_tickets.store.engine import Store
from tests.parity.doors import Answer, Call, GraphQL, Rest, Shown, door_of, shown
from tests.parity.model import Model, Modelled
from tests.parity.operations import (
    REPOSITORIES,
    USERS,
    Create,
    Delete,
    Door,
    Operation,
    Question,
    SetStatus,
    Update,
    questions,
    sequences,
)

_CARD = ("id", "slug", "title", "type", "priority", "assignee_id")
_organizations = itertools.count(1)


class Both:
    """An organization behind both doors, and the model of what it should hold."""

    def __init__(self, rest: Rest, graphql: GraphQL, model: Model) -> None:
        self.rest = rest
        self.graphql = graphql
        self.model = model
        self._keys = itertools.count(1)

    async def run(self, operation: Operation) -> None:
        """Do it through its door, and hold the answer against the model."""
        operation = _speakable(operation)
        call = self._call(operation)
        answer = await self._send(call)
        refusals = self.model.refusals(operation)
        assert (answer.code in refusals) if refusals else (answer.code is None), (answer, refusals)
        if not refusals:
            self._compare(answer, *self.model.run(operation))
        if operation.repeated:
            assert await self._send(call) == answer

    async def compare_everything(self, asked: list[Question]) -> None:
        """Read all of it through both doors."""
        await self._compare_tickets()
        await self._compare_board()
        await self._compare_families()
        await self._compare_labels()
        for question in asked:
            by_rest = [ticket["slug"] for ticket in await self.rest.tickets(question, 3)]
            by_graphql = [ticket["slug"] for ticket in await self.graphql.tickets(question, 4)]
            assert by_rest == by_graphql == self.model.matching(question)

    async def _compare_tickets(self) -> None:
        listed = await self.rest.tickets(None, 5)
        nodes = await self.graphql.tickets(None, 7)
        details = [await self.rest.ticket(ticket["slug"]) for ticket in listed]
        assert details == [shown(node) for node in nodes]
        assert listed == [_without(detail, "parent_slug", "version") for detail in details]
        expected = list(reversed(self.model.tickets.values()))
        assert [node["slug"] for node in nodes] == [ticket.slug for ticket in expected]
        for node, ticket in zip(nodes, expected, strict=True):
            assert _plain(shown(node)) == _as_shown(ticket)
            assert node["description"] == ticket.description
            assert (node["startedAt"] is not None) == ticket.started
            assert (node["completedAt"] is not None) == ticket.completed
            assert (node["priority"].lower()) == ticket.priority

    async def _compare_board(self) -> None:
        columns = await self.rest.board()
        data = await self.graphql.ask(
            "{ board { totalCount columns { status totalCount tickets(first: 100) { nodes {"
            " databaseId slug title type priority assignee { databaseId } } } } } }"
        )
        slugs = {status: [card["slug"] for card in cards] for status, cards in columns.items()}
        assert slugs == self.model.columns()
        assert data["board"]["totalCount"] == len(self.model.tickets)
        by_graphql = {
            column["status"].lower(): [_card(node) for node in column["tickets"]["nodes"]]
            for column in data["board"]["columns"]
        }
        assert by_graphql == columns
        assert all(tuple(card) == _CARD for cards in columns.values() for card in cards)
        counts = [column["totalCount"] for column in data["board"]["columns"]]
        assert counts == [len(cards) for cards in columns.values()]

    async def _compare_families(self) -> None:
        data = await self.graphql.ask(
            "{ tickets(first: 100) { nodes { slug childProgress { total done }"
            " children(first: 50) { totalCount nodes { slug } } } } }"
        )
        for node in data["tickets"]["nodes"]:
            children = self.model.children(node["slug"])
            done = sum(self.model.tickets[child].completed for child in children)
            assert {child["slug"] for child in node["children"]["nodes"]} == set(children)
            assert node["children"]["totalCount"] == len(children)
            assert node["childProgress"] == {"total": len(children), "done": done}

    async def _compare_labels(self) -> None:
        data = await self.graphql.ask("{ labels(first: 100) { nodes { name ticketCount } } }")
        counts = {label["name"]: label["ticketCount"] for label in data["labels"]["nodes"]}
        # A label stays when its last ticket has gone.
        assert {name: count for name, count in counts.items() if count} == self.model.label_counts()

    def _call(self, operation: Operation) -> Call:
        slug = version = parent = None
        if isinstance(operation, Update | SetStatus | Delete):
            slug = self.model.slug_at(operation.target)
            version = self.model.version_known(slug, operation.expect)
        if isinstance(operation, Create | Update) and operation.fields.get("parent") is not None:
            parent = self.model.slug_at(operation.fields["parent"])
        key = f"key-{next(self._keys)}" if operation.repeated else None
        return Call(operation, slug, parent, version, key)

    async def _send(self, call: Call) -> Answer:
        door = self.rest if door_of(call.operation) is Door.REST else self.graphql
        return await door.run(call)

    def _compare(self, answer: Answer, ticket: Modelled, cascaded: int) -> None:
        if answer.ticket is not None:
            assert _plain(answer.ticket) == _as_shown(ticket)
        if answer.cascaded is not None:
            assert answer.cascaded == cascaded


@settings(
    max_examples=25,
    deadline=None,
    # The same sequences on every run of a CI, new ones everywhere else.
    derandomize=bool(os.environ.get("CI")),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink],
)
@given(operations=sequences, asked=questions)
async def test_whatever_is_done_through_either_door_both_doors_show(
    client: httpx.AsyncClient, store: Store, operations: list[Operation], asked: list[Question]
) -> None:
    both = await _fresh(client, store)
    for operation in operations:
        await both.run(operation)
    await both.compare_everything(asked)


async def _fresh(client: httpx.AsyncClient, store: Store) -> Both:
    """An organization that no other example has seen."""
    slug = f"example-{next(_organizations)}"
    organization = await directory.create_organization(
        store, slug=slug, name=slug, ticket_prefix="EX"
    )
    actor = operator(organization.id, slug)
    for user in USERS:
        await directory.upsert_user(store, actor, id=user, username=f"user{user}")
    for repository in REPOSITORIES:
        await directory.upsert_repository(store, actor, id=repository, name=f"repo{repository}")
    scopes = (Scope.TICKETS_READ, Scope.TICKETS_WRITE)
    _, secret = await keys.create(store, actor, name="parity", scopes=scopes)
    return Both(Rest(client, slug, secret), GraphQL(client, secret), Model("EX"))


def _speakable(operation: Operation) -> Operation:
    """A labels patch is a new list or an edit, not both: the list wins."""
    if isinstance(operation, Update) and "labels" in operation.fields:
        return replace(operation, fields=_without(operation.fields, "add", "remove"))
    return operation


def _without(fields: dict[str, Any] | None, *names: str) -> dict[str, Any]:
    assert fields is not None
    return {name: value for name, value in fields.items() if name not in names}


def _plain(ticket: Shown) -> Shown:
    """What the model knows of a shown ticket."""
    return _without(ticket, "id", "created_at", "updated_at")


def _as_shown(ticket: Modelled) -> Shown:
    return {
        "slug": ticket.slug,
        "type": ticket.type,
        "title": ticket.title,
        "status": ticket.status,
        "priority": None if ticket.priority == "none" else ticket.priority,
        "assignee_id": ticket.assignee_id,
        "repository_id": ticket.repository_id,
        "labels": list(ticket.labels),
        "parent_slug": ticket.parent,
        "version": ticket.version,
    }


def _card(node: Shown) -> Shown:
    priority = node["priority"].lower()
    return {
        "id": node["databaseId"],
        "slug": node["slug"],
        "title": node["title"],
        "type": node["type"].lower(),
        "priority": None if priority == "none" else priority,
        "assignee_id": node["assignee"] and node["assignee"]["databaseId"],
    }
