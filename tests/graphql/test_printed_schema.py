"""schema.graphql: it is what the code says, it explains everything, and it breaks nobody unawares."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from graphql import (
    BreakingChange,
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLScalarType,
    build_schema,
    find_breaking_changes,
    is_specified_scalar_type,
)

from gql_tickets.schema import print_sdl

ROOT = Path(__file__).parents[2]
RELEASED = Path(__file__).with_name("released.graphql")
NOW = build_schema(print_sdl())
OURS = {name: found for name, found in NOW.type_map.items() if not name.startswith("__")}


def unnamed(old: str, new: str, changelog: str) -> list[BreakingChange]:
    """The breaking changes between two schemas that the changelog does not name."""
    changes = find_breaking_changes(build_schema(old), build_schema(new))
    return [change for change in changes if change.description not in changelog]


def test_the_file_is_what_the_code_prints() -> None:
    assert (ROOT / "schema.graphql").read_text() == print_sdl(), "run ./dev schema"


def test_every_breaking_change_since_the_release_is_in_the_changelog() -> None:
    changelog = ROOT / "CHANGELOG.md"
    named = changelog.read_text() if changelog.exists() else ""
    assert unnamed(RELEASED.read_text(), print_sdl(), named) == []


def test_a_field_that_went_away_is_a_breaking_change_until_it_is_named() -> None:
    old, new = "type Query { a: Int b: Int }", "type Query { a: Int }"
    (change,) = unnamed(old, new, "")
    assert change.description == "Field Query.b was removed."
    assert unnamed(old, new, f"- {change.description}") == []


def _described() -> Iterator[tuple[str, str | None]]:
    for name, found in OURS.items():
        yield name, found.description
        if isinstance(found, GraphQLEnumType):
            for value, member in found.values.items():
                yield f"{name}.{value}", member.description
        elif isinstance(found, GraphQLObjectType | GraphQLInterfaceType):
            for field, shape in found.fields.items():
                yield f"{name}.{field}", shape.description
                for argument, taken in shape.args.items():
                    yield f"{name}.{field}({argument})", taken.description
        elif isinstance(found, GraphQLInputObjectType):
            for field, given in found.fields.items():
                yield f"{name}.{field}", given.description


def test_everything_is_described() -> None:
    assert [name for name, description in _described() if not description] == []


def test_the_schema_itself_says_its_conventions() -> None:
    assert "userErrors" in (NOW.description or "")


def test_every_custom_scalar_names_its_specification() -> None:
    scalars = {
        name: found.specified_by_url
        for name, found in OURS.items()
        if isinstance(found, GraphQLScalarType) and not is_specified_scalar_type(found)
    }
    assert set(scalars) == {"DateTime", "SyncCursor", "URL"}
    assert all(scalars.values())


@pytest.mark.parametrize("name", ["TicketRef", "UserRef", "RepositoryRef", "LabelsPatch"])
def test_a_reference_takes_exactly_one_way_to_name_its_target(name: str) -> None:
    found = NOW.type_map[name]
    assert isinstance(found, GraphQLInputObjectType)
    assert found.is_one_of


def test_every_root_field_names_the_scopes_that_it_needs() -> None:
    for root in (NOW.query_type, NOW.mutation_type, NOW.subscription_type):
        assert root is not None
        for name, field in root.fields.items():
            assert field.ast_node is not None
            directives = {node.name.value for node in field.ast_node.directives or ()}
            assert ("requiresScope" in directives) is (name != "viewer"), name


def test_every_mutation_takes_one_input_and_returns_a_payload() -> None:
    assert NOW.mutation_type is not None
    for field in NOW.mutation_type.fields.values():
        assert list(field.args) == ["input"]
        payload = NOW.type_map[str(field.type).rstrip("!")]
        assert isinstance(payload, GraphQLObjectType)
        assert [interface.name for interface in payload.interfaces] == ["MutationPayload"]
