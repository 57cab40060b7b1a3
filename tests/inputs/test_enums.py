"""Enums: the domain has the members that the schema shows, each with a sentence about it."""

from __future__ import annotations

import enum
from pathlib import Path
from typing import Any

import pytest
from graphql import EnumTypeDefinitionNode, parse

from gql_tickets.auth import Scope
from gql_tickets.domain.bulk import BulkErrorPolicy
from gql_tickets.domain.paging import OrderField
from gql_tickets.domain.tickets import (
    ChangeKind,
    ChildrenPolicy,
    TicketField,
    TicketPriority,
    TicketStatus,
    TicketType,
)
from gql_tickets.errors import ErrorCode
from gql_tickets.inputs.enums import OrderDirection, describe

ROOT = Path(__file__).parents[2]
SHOWN = {
    node.name.value: [value.name.value for value in node.values or ()]
    for node in parse((ROOT / "schema.graphql").read_text("utf-8")).definitions
    if isinstance(node, EnumTypeDefinitionNode)
}
DESCRIBED: dict[str, type[enum.Enum]] = {
    "BulkErrorPolicy": BulkErrorPolicy,
    "ChangeKind": ChangeKind,
    "ChildrenPolicy": ChildrenPolicy,
    "OrderDirection": OrderDirection,
    "Scope": Scope,
    "TicketField": TicketField,
    "TicketOrderField": OrderField,
    "TicketPriority": TicketPriority,
    "TicketStatus": TicketStatus,
    "TicketType": TicketType,
}


def definition(members: type[enum.Enum]) -> Any:
    """What the schema knows of an enum."""
    return vars(members)["__strawberry_definition__"]


def test_the_schema_has_these_enums_and_the_codes_of_errors() -> None:
    assert set(SHOWN) == {*DESCRIBED, "ErrorCode"}


@pytest.mark.parametrize("name", DESCRIBED)
def test_the_members_are_those_of_the_domain_in_their_order(name: str) -> None:
    members = DESCRIBED[name]
    assert SHOWN[name] == [member.name for member in members]
    assert definition(members).name == name
    assert [(value.name, value.value) for value in definition(members).values] == [
        (member.name, member.value) for member in members
    ]


def test_every_code_of_an_error_is_shown() -> None:
    assert set(SHOWN["ErrorCode"]) == {code.value for code in ErrorCode}


@pytest.mark.parametrize("name", DESCRIBED)
def test_every_member_has_a_sentence_of_its_own(name: str) -> None:
    found = definition(DESCRIBED[name])
    sentences = [value.description for value in found.values]
    assert all(sentence and sentence.endswith(".") for sentence in (*sentences, found.description))
    assert len(set(sentences)) == len(sentences)


def test_a_member_without_a_sentence_is_noticed() -> None:
    colours = enum.Enum("colours", ["RED", "BLUE"])
    with pytest.raises(KeyError, match="BLUE"):
        describe(colours, "A colour.", {"RED": "Like a rose."})
