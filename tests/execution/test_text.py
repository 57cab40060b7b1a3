"""The count of a text is what the parser makes of it, whatever its strings and comments hold."""

from __future__ import annotations

import json
from typing import Any

import pytest
from graphql import FieldNode, TokenKind, Visitor, parse, visit
from hypothesis import given
from hypothesis import strategies as st

from gql_tickets.execution.limits import Limits, OverLimit
from gql_tickets.execution.text import check_text

NAMES = st.sampled_from(["a", "b", "on_", "query", "fragment", "_x9", "type"])
NASTY = st.text(alphabet='{}()[]:@#"\\ \n.aéx', max_size=8)
QUOTED = NASTY.map(json.dumps)
BLOCKS = NASTY.filter(lambda text: not text.endswith(("\\", '"'))).map(
    lambda text: '"""' + text.replace('"""', '\\"""') + ' """'
)
NUMBERS = st.sampled_from(["1", "-1", "1.5e+3", "0"])
VALUES: st.SearchStrategy[str] = st.recursive(
    st.one_of(QUOTED, BLOCKS, NUMBERS, NAMES.map(lambda name: f"${name}"), NAMES),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda values: f"[{','.join(values)}]"),
        st.lists(st.tuples(NAMES, inner), max_size=2).map(
            lambda fields: "{" + " ".join(f"{name}:{value}" for name, value in fields) + "}"
        ),
    ),
    max_leaves=4,
)
ARGUMENTS = st.lists(st.tuples(NAMES, VALUES), min_size=1, max_size=2).map(
    lambda given: "(" + ", ".join(f"{name}: {value}" for name, value in given) + ")"
)
DIRECTIVES = st.builds("@{}{} ".format, NAMES, ARGUMENTS | st.just(""))
COMMENTS = NASTY.map(lambda text: "#" + text.replace("\n", "") + "\n")
HEADS = st.builds(
    "{}{}{}{}{}".format,
    st.just("") | COMMENTS,
    NAMES.map(lambda name: f"{name} : ") | st.just(""),
    NAMES,
    ARGUMENTS | st.just(" "),
    DIRECTIVES | st.just(" "),
)
SELECTIONS: st.SearchStrategy[str] = st.recursive(
    HEADS,
    lambda inner: st.builds(
        "{}{{{}}} ".format,
        HEADS | st.just("...on T ") | st.just("... @a "),
        st.lists(inner, min_size=1, max_size=3).map("\n".join),
    ),
    max_leaves=8,
)
DOCUMENTS = st.builds(
    "query($q: [T!]! = {} @d, $r: I){}{{{}}} fragment F on T {{ x }}".format,
    VALUES.filter(lambda value: "$" not in value),
    DIRECTIVES | st.just(""),
    SELECTIONS,
)


class Counts(Visitor):
    """What the limits of a text are about, counted in its tree."""

    def __init__(self) -> None:
        super().__init__()
        self.aliases = self.directives = 0

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        self.aliases += node.alias is not None

    def enter_directive(self, *_: Any) -> None:
        self.directives += 1


@given(DOCUMENTS)
def test_a_text_counts_as_its_tree_does(text: str) -> None:
    counts = Counts()
    visit(parse(text), counts)
    exact = {"aliases_max": counts.aliases, "directives_max": counts.directives}
    generous = {"repeats_max": 1_000, "tokens_max": 10_000}
    assert check_text(text, Limits(**exact, **generous)) > 0
    for name, value in exact.items():
        if value:
            with pytest.raises(OverLimit, match=name.removesuffix("_max")):
                check_text(text, Limits(**{**exact, **generous, name: value - 1}))


@given(DOCUMENTS)
def test_a_text_has_the_tokens_that_the_lexer_finds(text: str) -> None:
    token = parse(text).loc.start_token  # type: ignore[union-attr]
    found = 0
    while token is not None:
        found += token.kind not in {TokenKind.SOF, TokenKind.EOF}
        token = token.next
    assert check_text(text, Limits(tokens_max=found, repeats_max=1_000)) == found
    with pytest.raises(OverLimit, match="tokens"):
        check_text(text, Limits(tokens_max=found - 1, repeats_max=1_000))


def test_a_number_that_python_would_not_read_is_refused() -> None:
    check_text("{ a(b: " + "9" * 100 + ") }", Limits())
    for number in ("9" * 101, "-" + "9" * 100, "0." + "1" * 99):
        with pytest.raises(OverLimit, match="longer than 100 digits"):
            check_text("{ a(b: " + number + ") }", Limits())
