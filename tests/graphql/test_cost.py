"""What documents of this schema cost, and that no list of it was left without a size."""

from __future__ import annotations

from typing import Any

import pytest
from graphql import (
    GraphQLObjectType,
    get_named_type,
    get_nullable_type,
    is_composite_type,
    is_introspection_type,
    is_list_type,
    parse,
)
from strawberry.types.execution import PreExecutionError

from gql_tickets.schema import build_schema, print_sdl
from tests.graphql.documents import Ask

SCHEMA = build_schema()
PAGE = {"edges", "nodes", "changes"}


def cost(document: str, **variables: Any) -> int:
    prepared = SCHEMA.prepare(document, variables)
    assert not isinstance(prepared, PreExecutionError), prepared.errors
    return prepared.cost


@pytest.mark.parametrize(
    ("document", "points"),
    [
        ("{ viewer { scopes organization { name } } }", 2),
        ('{ ticket(ref: {slug: "AM-1"}) { title assignee { name } labels { name } } }', 7),
        ("{ tickets { nodes { id } } }", 1 + 20),
        ("{ tickets(first: 50) { nodes { assignee { name } labels { name } } totalCount } }", 356),
        ('{ tickets(last: 3, before: "x") { edges { node { id } } } }', 1 + 3 * 2),
        ("{ labels { nodes { name ticketCount } } }", 1 + 50 * 3),
        ("{ board { columns { tickets(first: 20) { nodes { id } } totalCount } } }", 1 + 5 * 27),
        ("{ apiKeys { name } }", 200),
        ('{ nodes(ids: ["a", "b"]) { id ... on Ticket { parent { id } } } }', 2 + 2 * 2),
        (
            'mutation { ticketCreate(input: {title: "x", labels: ["a", "b"]}) { ticket { id } } }',
            10 + 2 + 1,
        ),
    ],
)
def test_a_document_costs_what_the_documentation_says(document: str, points: int) -> None:
    assert cost(document) == points


def test_a_page_in_a_variable_counts_with_its_value() -> None:
    document = "query($n: Int) { tickets(first: $n) { nodes { id } } }"
    assert cost(document, n=250) == 251
    assert cost(document) == 21


def test_whoever_adds_a_list_says_how_long_it_may_be() -> None:
    sizes: dict[str, set[str]] = {}
    for definition in parse(print_sdl()).definitions:
        for field in getattr(definition, "fields", None) or ():
            directives = {node.name.value for node in getattr(field, "directives", None) or ()}
            name: str = definition.name.value  # type: ignore[attr-defined]
            sizes.setdefault(name, set()).update(
                {field.name.value} if "listSize" in directives else ()
            )
    for name, type_ in SCHEMA._schema.type_map.items():
        if not isinstance(type_, GraphQLObjectType) or is_introspection_type(type_):
            continue
        for field_name, field in type_.fields.items():
            within = get_named_type(field.type)
            is_list = is_list_type(get_nullable_type(field.type)) and is_composite_type(within)
            is_page = within.name.endswith("Connection")
            if is_page or (
                is_list and not (name.endswith(("Connection", "Feed")) and field_name in PAGE)
            ):
                assert field_name in sizes[name], f"{name}.{field_name} has no @listSize"


async def test_what_costs_too_much_writes_nothing(ask: Ask, data: Ask) -> None:
    create = 'ticketCreate(input: {title: "x"}) { ticket { children(first: 250) { nodes {'
    create += " children(first: 250) { nodes { id } } } } } }"
    answer = await ask(f"mutation {{ {create} }}")
    assert answer["errors"][0]["extensions"]["code"] == "COST_LIMIT_EXCEEDED"
    eleven = " ".join(
        f'a{n}: ticketCreate(input: {{title: "x"}}) {{ __typename }}' for n in range(11)
    )
    answer = await ask(f"mutation {{ {eleven} }}")
    assert answer["errors"][0]["extensions"] == {"code": "LIMIT_EXCEEDED"}
    assert await data("{ tickets { totalCount } }") == {"tickets": {"totalCount": 0}}
