"""The names that frontends were promised, in promised.txt: each is served, with the type it had.

What is not is a line of unkept.txt, and in the decision record that this file ends with.
"""

from __future__ import annotations

from pathlib import Path

from graphql import build_schema

from gql_tickets.schema import print_sdl
from tests.graphql.promises import promises

HERE = Path(__file__).parent
REASONS = HERE.parents[1] / "docs/decisions/0026-what-was-promised-is-served.md"
PROMISED = (HERE / "promised.txt").read_text().splitlines()
UNKEPT = (HERE / "unkept.txt").read_text().splitlines()


def test_every_promise_is_kept_but_for_the_ones_that_are_named() -> None:
    assert len(PROMISED) > 500
    served = set(promises(build_schema(print_sdl())))
    assert [line for line in PROMISED if line not in served] == UNKEPT


def test_the_reason_of_each_exception_is_on_record() -> None:
    reasons = REASONS.read_text()
    assert [line for line in UNKEPT if f"`{line}`" not in reasons] == []


def test_a_name_an_argument_a_type_and_a_default_are_promises() -> None:
    lines = promises(
        build_schema(
            "type Query implements A { a(b: Int = 2, c: [E!] = [F]): Int! } enum E { F }"
            " interface A { a(b: Int): Int! } input I @oneOf { d: ID } scalar S"
            " directive @oneOf on INPUT_OBJECT directive @g(h: Int) on FIELD"
        )
    )
    assert lines == [
        "@g",
        "@g(h): Int",
        "A.a(b): Int",
        "A.a: Int!",
        "A: interface",
        "E.F",
        "E: enum",
        "I.d: ID",
        "I: input @oneOf",
        "Query.a(b): Int = 2",
        "Query.a(c): [E!] = [F]",
        "Query.a: Int!",
        "Query: type & A",
        "S: scalar",
    ]
