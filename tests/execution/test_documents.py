"""Documents are kept by their text, with what was found wrong; and they are bounded."""

from __future__ import annotations

import pytest
from graphql import GraphQLError, specified_rules

from gql_tickets.execution import documents as module
from gql_tickets.execution.documents import Documents
from gql_tickets.execution.limits import Limits
from tests.execution.pricing import SCHEMA, documents, read


def test_a_text_is_read_once() -> None:
    store = documents()
    assert store.read("{ __typename }") is store.read("{ __typename }")
    assert store.read("{ nothing }") is store.read("{ nothing }")
    assert store.read("{ __typename } ") is not store.read("{ __typename }")


def test_the_one_that_was_not_used_longest_goes_first() -> None:
    store = Documents(SCHEMA._schema, Limits(), specified_rules, kept_max=2)
    first = store.read("{ a: __typename }")
    second = store.read("{ b: __typename }")
    assert store.read("{ a: __typename }") is first
    store.read("{ c: __typename }")
    assert store.read("{ a: __typename }") is first
    assert store.read("{ b: __typename }") is not second


def test_few_large_ones_are_kept_and_many_small_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "TOKENS_KEPT_MAX", 30)
    store = documents()
    small = store.read("{ __typename }")
    large = store.read("{ " + "__typename " * 20 + "}")
    assert store.read("{ __typename }") is small
    again = store.read("{ " + "id: __typename " * 8 + "}")
    assert store.read("{ " + "id: __typename " * 8 + "}") is again
    assert store.read("{ " + "__typename " * 20 + "}") is not large


def test_a_text_that_is_far_too_long_is_not_kept() -> None:
    store = documents(bytes_max=2_000)
    text = "#" * 3_000
    assert store.read(text) is not store.read(text)


@pytest.mark.parametrize(
    ("text", "name", "says"),
    [
        ("query A { __typename } query B { __typename }", None, "several operations"),
        ("query A { __typename } query B { __typename }", "", "several operations"),
        ("query A { __typename }", "B", "no operation named 'B'"),
        ("{ __typename }", "A", "no operation named 'A'"),
    ],
)
def test_an_operation_that_is_not_clear_is_not_chosen(
    text: str, name: str | None, says: str
) -> None:
    with pytest.raises(GraphQLError, match=says):
        read(text).operation(name)


def test_a_named_operation_is_found_and_a_single_one_needs_no_name() -> None:
    document = read("query A { __typename } query B { __typename }")
    assert document.operation("B").name == "B"
    assert read("query A { __typename }").operation(None).name == "A"


def test_suggestions_are_a_setting() -> None:
    for suggestions in (True, False):
        store = Documents(SCHEMA._schema, Limits(), specified_rules, suggestions=suggestions)
        [error] = store.read("{ autor { id } }").errors
        assert ("Did you mean" in error.message) is suggestions


def test_no_frames_are_kept_with_an_error() -> None:
    for text in ("{", "{ nothing }", "{ " + "__typename " * 30 + "}"):
        assert all(error.__traceback__ is None for error in read(text).errors)
