"""Documents that are too large are refused, and what is refused costs next to nothing."""

from __future__ import annotations

import time
from typing import Any

import pytest
from graphql import get_introspection_query

from gql_tickets.execution.limits import Limits, OverLimit, check_variables
from gql_tickets.execution.text import check_text
from tests.execution.pricing import cost_of, documents, error_of, read

HONEST_TIMES_MAX = 4
"""How much more a refusal may cost than to read the longest text that tools send."""

DOUBLING = (
    "{ author { ...F0 } }"
    + "".join(f"fragment F{n} on Author {{ ...F{n + 1} ...F{n + 1} }}" for n in range(99))
    + "fragment F99 on Author { id }"
)
NESTED_DOUBLING = (
    "{ author { ...F0 } }"
    + "".join(
        f"fragment F{n} on Item {{ related {{ ...F{n + 1} }} r: related {{ ...F{n + 1} }} }}"
        for n in range(25)
    )
    + "fragment F25 on Item { id }"
)


def merging(levels: int) -> str:
    """A field that is written five times, in which one is written five times, and so on."""
    below = merging(levels - 1) if levels else "id"
    return f"author {{ books {{ nodes {{ {below} }} }} }} " * 5


MERGING = merging(2)

BOMBS = {
    "aliases": ("{" + " ".join(f"a{n}: __typename" for n in range(5_000)) + "}", "tokens"),
    "31 aliases": ("{" + " ".join(f"a{n}: __typename" for n in range(31)) + "}", "aliases"),
    "nesting": ("{a" * 2**14 + "}" * 2**14, "tokens"),
    "some nesting": ("{a" * 400 + "}" * 400, "12 levels"),
    "13 levels": ("{ author" + "{books{nodes{author" * 4 + "{id}" + "}}}" * 4 + "}", "12 levels"),
    "directives": ("{ id " + "@skip(if: true)" * 10_000 + "}", "bytes"),
    "51 directives": ("{ id " + "@a" * 51 + "}", "50 directives"),
    "literal": ('{ items(ids: ["' + "x" * 10_000_000 + '"]) { id } }', "bytes"),
    "many bytes": ('{ items(ids: ["' + "ü" * 70_000 + '"]) { id } }', "bytes"),
    "list": ("{ items(ids: [" + '"x",' * 20_000 + "]) { id } }", "tokens"),
    "comments": ("#\n" * 2_001 + "{ __typename }", "tokens"),
    "doubling": (DOUBLING, "selections"),
    "a large fragment in many": (
        "{ ...A ...F0 }"
        "fragment A on Query {"
        + " ".join(f"{name} {{ id }}" for name in "abcdefghijk")
        + "}"
        + "".join(f"fragment F{n} on Query {{ ...A ...F{n + 1} }}" for n in range(50))
        + "fragment F50 on Query { id }",
        "selections",
    ),
    "nested doubling": (NESTED_DOUBLING, "levels"),
    "the same field": ("{" + "__typename " * 1_990 + "}", "20 fields called __typename"),
    "merging": ("{" + MERGING + "}", "10,000 fields to merge"),
    "merging in fragments": (
        "{ author {"
        + "".join(f"...F{n} " for n in range(90))
        + "} }"
        + "".join(f"fragment F{n} on Author {{ id name __typename }}" for n in range(90)),
        "fields to merge",
    ),
    "merging in a fragment that is not used": (
        "{ __typename } fragment F on Query {" + MERGING + "}",
        "fields to merge",
    ),
    "mutations": ("mutation {" + " ".join(f"a{n}: burn" for n in range(11)) + "}", "10 mutations"),
    "mutations in fragments": (
        "mutation { ...A ...B } fragment A on Mutation { a: burn b: burn ...B }"
        "fragment B on Mutation {" + " ".join(f"c{n}: burn" for n in range(5)) + "}",
        "10 mutations",
    ),
    "fragments": ("{ id }" + "fragment F on Author { id }" * 101, "100 fragments"),
    "deep introspection": (
        "{ __schema { types" + "{ ofType" * 19 + "{ name }" + "}" * 20 + "}",
        "levels",
    ),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_for_little_more_than_an_honest_text_is_read(name: str) -> None:
    text, says = BOMBS[name]
    error = error_of(text)
    assert isinstance(error, OverLimit)
    assert says in error.message
    assert min(_seconds(text) for _ in range(5)) < _honest_seconds() * HONEST_TIMES_MAX


def test_a_list_in_a_variable_is_refused_as_fast() -> None:
    document = read("query($ids: [ID!]!) { items(ids: $ids) { id } }")
    operation = document.operation(None)
    started = time.process_time()
    with pytest.raises(Exception, match="could cost 120,000 points"):
        operation.cost({"ids": ["x"] * 60_000})
    seconds = time.process_time() - started
    assert seconds < _honest_seconds() * HONEST_TIMES_MAX


ROWS = [{"title": "a"}]
VARIABLES: dict[str, dict[str, Any]] = {
    "a long list": {"t": ROWS * 5_000},
    "one too many": {"t": ROWS * 501},
    "one too many in two lists": {"t": ROWS * 250, "i": {"targets": {"tickets": ROWS * 251}}},
    "one too many in each other": {"f": {"or": [{"or": ROWS * 100}] * 5}},
    "lists in a list": {"t": [[]] * 60_000},
    "an object of many fields": {"i": {f"f{n}": [] for n in range(20_000)}},
    "many within a row": {"t": [{f"f{n}": 1 for n in range(101)}]},
}


@pytest.mark.parametrize("name", VARIABLES)
def test_large_variables_are_refused_as_fast_before_they_are_read(name: str) -> None:
    started = time.process_time()
    with pytest.raises(OverLimit, match="more than"):
        check_variables(VARIABLES[name], Limits())
    seconds = time.process_time() - started
    assert seconds < _honest_seconds() * HONEST_TIMES_MAX


@pytest.mark.parametrize(
    "variables",
    [
        {},
        {"t": ROWS * 500},
        {"t": [{"title": "a", "assignee": {"id": "b"}, "labels": ["c"] * 50}] * 500},
        {"ids": ["a"] * 60_000},
        {"i": {f"f{n}": 1 for n in range(100)}},
        {f"v{n}": n for n in range(200)},
    ],
)
def test_variables_of_one_whole_bulk_are_within_the_limits(variables: dict[str, Any]) -> None:
    check_variables(variables, Limits())


def _honest_seconds() -> float:
    text = get_introspection_query()
    return min(_seconds(text) for _ in range(5))


def _seconds(text: str) -> float:
    store = documents()
    started = time.process_time()
    store.read(text)
    return time.process_time() - started


def test_what_tools_send_is_within_the_limits() -> None:
    for options in ({}, {"input_value_deprecation": True, "specified_by_url": True}):
        assert cost_of(get_introspection_query(**options)) == 0


@pytest.mark.parametrize(
    "text",
    [
        "{ " + " ".join(f"a{n}: __typename" for n in range(30)) + "}",
        "{ author { books { nodes { author { books { nodes { author { id } } } } } } } }",
        '{ items(ids: ["a: b { @c # \\" }}}}", """: { @ \\""" " "" }}"""]) { id } } # : @ {',
        "{ " + " ".join("... on Query { __typename }" for _ in range(30)) + "}",
        'query($a: [ID!]! = ["x"], $b: Int = 1) { items(ids: $a) { id } books(first: $b) { total } }',
        "mutation { " + " ".join(f"a{n}: burn" for n in range(10)) + "}",
        "{ author { ...F } } " + "fragment F on Author { id }",
    ],
)
def test_what_only_looks_large_is_read(text: str) -> None:
    assert not read(text).errors


@pytest.mark.parametrize(
    "text", ["", "}", "}}}{", ")(", '"', '"""', '{ a(b: "', "{ a(b: [[[[", "\ud800", "\0", "{ a: }"]
)
def test_what_is_no_document_is_left_to_the_parser(text: str) -> None:
    assert check_text(text, Limits()) < 20
    assert len(read(text).errors) == 1


@pytest.mark.parametrize("text", ["{ author { ...A } }", "{ __typename }"])
def test_fragments_within_themselves_are_no_document(text: str) -> None:
    for within in ("...A", "books { nodes { author { ...A } a: author { ...A } } }"):
        fragments = f"fragment A on Author {{ ...B }} fragment B on Author {{ {within} }}"
        error = error_of(f"{text} {fragments}")
        assert "within itself" in error.message
        assert not isinstance(error, OverLimit)


def test_a_chain_of_fragments_cannot_exhaust_the_stack() -> None:
    deep = "".join(
        f"fragment F{n} on Item {{" + "related{" * 11 + f"...F{n + 1}" + "}" * 12 for n in range(80)
    )
    text = "{ author { ...F0 } }" + deep + "fragment F80 on Item { id }"
    assert "levels" in error_of(text).message or "tokens" in error_of(text).message


def test_every_limit_can_be_moved() -> None:
    text = "{ author { ...A } } fragment A on Author { a: id name name @skip(if: false) }"
    assert not read(text).errors
    for limit, value in {
        "bytes_max": 50,
        "tokens_max": 20,
        "depth_max": 1,
        "aliases_max": 0,
        "directives_max": 0,
        "fragments_max": 0,
        "repeats_max": 1,
        "selections_max": 3,
        "merges_max": 0,
    }.items():
        assert isinstance(error_of(text, **{limit: value}), OverLimit), limit
