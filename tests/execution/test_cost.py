"""What operations cost: objects, mutations, pages, lists in arguments; never the scalars."""

from __future__ import annotations

from typing import Any

import pytest
from graphql import get_introspection_query

from gql_tickets.execution.cost import TooCostly
from gql_tickets.execution.limits import OverLimit
from tests.execution.pricing import cost_of, error_of


@pytest.mark.parametrize(
    ("document", "cost"),
    [
        ("{ __typename }", 0),
        ("{ author { name } }", 1),
        ("{ author { id name } a: author { name } }", 2),
        ("{ author { name } author { id } ... { author { name } } }", 1),
        ("mutation { burn }", 10),
        ("mutation { burn a: burn }", 20),
        ("{ books { total } }", 1 + 5),
        ("{ books(first: 3) { nodes { title } } }", 1 + 3),
        ("{ books(last: 3) { nodes { title } } }", 1 + 3),
        ("{ books(first: 3, last: 7) { nodes { title } } }", 1 + 7),
        ("{ books { nodes { title tags } } }", 1 + 20),
        ("{ books(first: null) { nodes { title } } }", 1 + 20),
        ("{ books(first: 3) { nodes { words author { name } } } }", 1 + 3 * (1 + 3 + 1)),
        ("{ books(first: 3) { edges { node { title } } } }", 1 + 3 * 2),
        ("{ books(first: 2) { nodes { author { books(first: 5) { nodes { id } } } } } }", 17),
        ("{ books(first: 1) { nodes { reviews { name } } } }", 1 + 1 + 10),
        ("{ books(first: -5) { nodes { title } } }", 1),
        ('{ items(ids: ["1", "2"]) { id } }', 2 + 2),
        ('{ items(ids: "1") { id } }', 1 + 1),
        ('{ items(ids: ["1"]) { related { related { id } } } }', 1 + 1 + 4 + 16),
    ],
)
def test_each_object_counts_once_for_each_place_that_it_can_have(document: str, cost: int) -> None:
    assert cost_of(document) == cost


def test_of_the_types_that_an_object_may_have_the_dearest_counts() -> None:
    document = """
      query($ids: [ID!]!) { items(ids: $ids) {
        id ... on Book { words author { id } } ... on Author { books(first: 9) { total } }
      } }
    """
    assert cost_of(document, {"ids": ["1", "2"]}) == 2 + 2 * (1 + 6)
    assert cost_of(document, {"ids": []}) == 0


@pytest.mark.parametrize(
    ("declared", "variables", "cost"),
    [
        ("$n: Int", {"n": 7}, 8),
        ("$n: Int", {"n": 7.0}, 8),
        ("$n: Int", {}, 21),
        ("$n: Int", {"n": None}, 21),
        ("$n: Int = 4", {}, 5),
        ("$n: Int = 4", {"n": 6}, 7),
        ("$n: Int", {"n": "7"}, 21),
        ("$n: Int", {"n": True}, 21),
        ("$n: Int", {"n": -1}, 1),
    ],
)
def test_a_variable_counts_with_its_value(
    declared: str, variables: dict[str, Any], cost: int
) -> None:
    document = f"query({declared}) {{ books(first: $n) {{ nodes {{ title }} }} }}"
    assert cost_of(document, variables) == cost


def test_lists_in_arguments_count_for_each_item_at_every_depth() -> None:
    chapters = [{"title": "a", "notes": ["x", "y"]}, {"title": "b", "image": "z"}]
    document = "mutation($d: Draft!) { write(draft: $d) { name } }"
    assert cost_of(document, {"d": {"chapters": chapters}}) == 10 + 2 + 2 + 7
    literal = 'chapters: [{title: "a", notes: ["x", "y"]}, {title: "b", image: "z"}]'
    assert cost_of(f"mutation {{ write(draft: {{{literal}}}) {{ name }} }}") == 21
    mixed = 'mutation($n: [String!]) { write(draft: {chapters: [{title: "a", notes: $n}]}) { id } }'
    assert cost_of(mixed, {"n": ["x", "y", "z"]}) == 10 + 1 + 3
    assert cost_of(mixed) == 11


def test_values_of_the_wrong_kind_cost_nothing_and_break_nothing() -> None:
    document = "mutation($d: Draft!) { write(draft: $d) { name } }"
    values: list[Any] = [None, 1, "x", [], {"chapters": 1}, {"chapters": None}, {"no": [1, 2]}]
    for value in values:
        assert cost_of(document, {"d": value}) <= 11
    nested: Any = []
    for _ in range(100_000):
        nested = [nested]
    assert cost_of(document, {"d": {"chapters": nested}}) >= 10


def test_fragments_that_double_cost_what_they_double_to_and_are_not_expanded() -> None:
    fragments = "".join(
        f"fragment F{n} on Item {{ a: related {{ ...F{n + 1} }} b: related {{ ...F{n + 1} }} }}"
        for n in range(5)
    )
    document = f'{{ items(ids: ["1"]) {{ ...F0 }} }} {fragments} fragment F5 on Item {{ id }}'
    with pytest.raises(TooCostly) as raised:
        cost_of(document)
    assert raised.value.cost == 1 + 1 + sum(8**n for n in range(1, 6))
    assert raised.value.cost_max == 10_000
    assert cost_of(document, cost_max=100_000) == raised.value.cost


def test_merging_looks_through_fragments_of_other_names() -> None:
    document = """
      { author { ...A ...B } }
      fragment A on Author { books(first: 2) { nodes { author { id } } } }
      fragment B on Author { books(first: 2) { nodes { author { name } } total } }
    """
    assert cost_of(document) == 1 + 1 + 2 + 2 + 5


def test_the_tools_own_introspection_is_free_and_no_bomb_is() -> None:
    assert cost_of(get_introspection_query(input_value_deprecation=True)) == 0
    assert cost_of('{ __type(name: "Book") { name fields { name type { name } } } }') == 0
    many = " ".join(f"a{n}: fields {{ args {{ type {{ name }} }} }}" for n in range(28))
    error = error_of(f"{{ __schema {{ types {{ {many} }} }} }}")
    assert isinstance(error, OverLimit)
    assert "introspection" in error.message


def test_a_document_that_is_too_large_in_place_is_refused_while_it_is_counted() -> None:
    # Each level is looked at for each of the two types that the level above may have.
    level = "... on Item { id }"
    for _ in range(15):
        level = f"related {{ {level} ... on Item {{ id }} }}"
    error = error_of(f'{{ items(ids: ["1"]) {{ {level} }} }}', depth_max=20)
    assert isinstance(error, OverLimit)
    assert "too large" in error.message
