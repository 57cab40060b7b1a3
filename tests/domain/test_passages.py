"""Passages: where one ends and the next begins, what is cut off, and what is never changed."""

from __future__ import annotations

import html
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gql_tickets.domain.filters import TicketFilter
from gql_tickets.domain.highlights import (
    AROUND,
    PASSAGE_LENGTH_MAX,
    PASSAGES_MAX,
    highlights,
    terms_of,
)
from gql_tickets.domain.search import Term, read_query


def shown(query: str, *texts: str) -> list[str]:
    """The passages of texts for a query."""
    return highlights(read_query(query).wanted, texts)


@pytest.mark.parametrize(
    ("query", "text", "passage"),
    [
        ("a c", "a b c", "<mark>a</mark> b <mark>c</mark>"),
        ("c a", "a b c", "<mark>a</mark> b <mark>c</mark>"),
        ('"a b" "b c"', "a b c d", "<mark>a b c</mark> d"),
        ('"a b c" b', "a b c d", "<mark>a b c</mark> d"),
        ('"a a"', "a a a", "<mark>a a a</mark>"),
        ("a a*", "a ab", "<mark>a</mark> <mark>ab</mark>"),
        ("a b", "a b", "<mark>a</mark> <mark>b</mark>"),
        ("東 京", "東京", "<mark>東京</mark>"),
        ("京 a1", "京a1", "<mark>京a1</mark>"),
        ("1", "½ cup", "<mark>½</mark> cup"),
        ("pre*", "a prefix-free", "a <mark>prefix</mark>-free"),
        ("prefix-*", "a prefix-free", "a <mark>prefix</mark>-free"),
    ],
)
def test_marks_that_overlap_or_touch_are_one(query: str, text: str, passage: str) -> None:
    assert shown(query, text) == [passage]


@pytest.mark.parametrize(
    ("text", "passage"),
    [
        ("x", "<mark>x</mark>"),
        ("x y", "<mark>x</mark> y"),
        ("y x", "y <mark>x</mark>"),
        ("  x  ", "<mark>x</mark>"),
        ("\n\ty\n\n x\r\n", "y <mark>x</mark>"),
        ("(x)", "(<mark>x</mark>)"),
        ("…x…", "…<mark>x</mark>…"),
        ("X x", "<mark>X</mark> <mark>x</mark>"),
        ("x\u0301\u0302", "<mark>x\u0301\u0302</mark>"),
    ],
)
def test_matches_at_the_ends_of_a_text(text: str, passage: str) -> None:
    assert shown("x", text) == [passage]


@pytest.mark.parametrize(
    ("query", "text", "passage"),
    [
        ("b", "<b>&amp;</b>", "&lt;<mark>b</mark>&gt;&amp;amp;&lt;/<mark>b</mark>&gt;"),
        ("amp", "&amp;", "&amp;<mark>amp</mark>;"),
        ("x", "<mark>x</mark>", "&lt;mark&gt;<mark>x</mark>&lt;/mark&gt;"),
        ("x", "\"x\" 'y'", "&quot;<mark>x</mark>&quot; &#x27;y&#x27;"),
        ('"a b"', "a<br>b a & b", "a&lt;br&gt;b <mark>a &amp; b</mark>"),
        ("alert", "<script>alert(1)</script>", "&lt;script&gt;<mark>alert</mark>(1)&lt;/script&gt;"),
        ("x", "x &lt; y", "<mark>x</mark> &amp;lt; y"),
    ],
)  # fmt: skip
def test_text_that_looks_like_html_stays_text(query: str, text: str, passage: str) -> None:
    assert shown(query, text) == [passage]


@pytest.mark.parametrize(
    ("before", "passage"),
    [
        ("y" * 59 + " ", "y" * 59 + " <mark>x</mark>"),
        ("y" * 60 + " ", "…<mark>x</mark>"),
        ("z " + "y" * 58 + " ", "…" + "y" * 58 + " <mark>x</mark>"),
        ("東" * 60, "東" * 60 + "<mark>x</mark>"),
        ("東" * 61, "…" + "東" * 60 + "<mark>x</mark>"),
    ],
    ids=["all fits", "cut at the space", "cut where a word begins", "no space fits", "no space"],
)
def test_what_stands_before_a_match_is_cut_at_a_space(before: str, passage: str) -> None:
    assert shown("x", f"{before}x") == [passage]
    assert AROUND == 60


@pytest.mark.parametrize(
    ("after", "passage"),
    [
        (" " + "y" * 59, "<mark>x</mark> " + "y" * 59),
        (" " + "y" * 60, "<mark>x</mark>…"),
        (" " + "y" * 58 + " z", "<mark>x</mark> " + "y" * 58 + "…"),
        ("東" * 60, "<mark>x</mark>" + "東" * 60),
        ("東" * 61, "<mark>x</mark>" + "東" * 60 + "…"),
    ],
    ids=["all fits", "cut at the space", "cut where a word ends", "no space fits", "no space"],
)
def test_what_stands_after_a_match_is_cut_at_a_space(after: str, passage: str) -> None:
    assert shown("x", f"x{after}") == [passage]


@pytest.mark.parametrize(
    ("distance", "counts"),
    [(1, [2]), (AROUND, [2]), (AROUND + 1, [1, 1])],
)
def test_matches_further_apart_than_what_is_shown_around_them_are_two(
    distance: int, counts: list[int]
) -> None:
    passages = shown("x", f"x{' ' * distance}x")
    assert [passage.count("<mark>") for passage in passages] == counts


def test_a_passage_that_is_long_enough_takes_in_no_further_match() -> None:
    first, second = shown("x", " ".join(["x"] * 160))
    assert first.count("<mark>") == PASSAGE_LENGTH_MAX // 2 == 150
    assert second.count("<mark>") == 10


@pytest.mark.parametrize(
    ("texts", "passages"),
    [
        ([], []),
        (["no", "nothing"], []),
        (["no", "x", "no"], ["<mark>x</mark>"]),
        (["x 1", "no", "x 2"], ["<mark>x</mark> 1", "<mark>x</mark> 2"]),
        (["x"] * 9, ["<mark>x</mark>"] * PASSAGES_MAX),
    ],
)
def test_passages_come_in_the_order_of_the_texts_up_to_five(
    texts: list[str], passages: list[str]
) -> None:
    assert shown("x", *texts) == passages
    assert PASSAGES_MAX == 5


def test_no_phrase_reaches_from_one_text_into_the_next() -> None:
    assert shown('"a b"', "x a", "b x", "a", "b") == []


def test_texts_are_read_no_further_than_they_are_shown() -> None:
    texts = iter(["x"] * 7)
    assert len(highlights([Term(("x",))], texts)) == PASSAGES_MAX
    assert list(texts) == ["x", "x"]


@pytest.mark.parametrize(
    ("wanted", "terms"),
    [
        (TicketFilter(), []),
        (TicketFilter(text="  "), []),
        (TicketFilter(text="a a"), [Term(("a",))]),
        (TicketFilter(text='"a b" c* -d'), [Term(("a", "b")), Term(("c",), is_prefix=True)]),
        (TicketFilter(not_=TicketFilter(text="a")), []),
        (TicketFilter(or_=(TicketFilter(text="a"), TicketFilter(text="b a"))), [Term(("a",)), Term(("b",))]),
        (TicketFilter(text="b", and_=(TicketFilter(text="a"),)), [Term(("b",)), Term(("a",))]),
        (TicketFilter(and_=(TicketFilter(not_=TicketFilter(text="a")),)), []),
    ],
)  # fmt: skip
def test_a_filter_looks_for_what_may_hold(wanted: TicketFilter, terms: list[Term]) -> None:
    assert list(terms_of(wanted)) == terms


@given(st.text(st.sampled_from("x <>&\"'東é\n"), max_size=200))
@settings(max_examples=80)
def test_a_passage_without_its_marks_is_a_piece_of_the_text(text: str) -> None:
    plain = " ".join(text.split())
    for passage in shown("x 東", text):
        piece = html.unescape(re.sub("</?mark>", "", passage)).strip("…").strip()
        assert piece in plain
        marked = re.findall("<mark>(.*?)</mark>", passage)
        assert marked
        assert all(re.fullmatch("x?(東+x?)*", each) for each in marked)
