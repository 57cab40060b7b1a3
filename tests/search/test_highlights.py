"""Highlights: the passages that match, marked, and safe to show."""

from __future__ import annotations

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gql_tickets.domain.filters import TicketFilter
from gql_tickets.domain.highlights import PASSAGES_MAX, highlights, terms_of
from gql_tickets.domain.search import read_query
from gql_tickets.domain.words import words


def shown(query: str, *texts: str) -> list[str]:
    """The passages of texts for a query."""
    return highlights(read_query(query).wanted, texts)


@pytest.mark.parametrize(
    ("query", "text", "passages"),
    [
        ("resume", "My Résumé, please", ["My <mark>Résumé</mark>, please"]),
        ("cafe", "Cafe\u0301", ["<mark>Café</mark>"]),
        ("strasse", "<b>Straße</b> & more", ["&lt;b&gt;<mark>Straße</mark>&lt;/b&gt; &amp; more"]),
        ("sign-in", "The SIGN_IN page", ["The <mark>SIGN_IN</mark> page"]),
        ("pag*", "page paging pig", ["<mark>page</mark> <mark>paging</mark> pig"]),
        ('"a b"', "a b a c a b", ["<mark>a b</mark> a c <mark>a b</mark>"]),
        ('a "a b"', "a b", ["<mark>a b</mark>"]),
        ("京都", "東京都の京都", ["東<mark>京都</mark>の<mark>京都</mark>"]),
        ("東 京", "東京都", ["<mark>東京</mark>都"]),
        ("한국", "\u1112\u1161\u11ab국어", ["<mark>한국</mark>어"]),
        ("👍", "ok 👍🏽!", ["ok <mark>👍🏽</mark>!"]),
        ("a -b", "a b", ["<mark>a</mark> b"]),
        ("word", "no such thing", []),
        ("-word", "another", []),
        ("", "anything", []),
        ("one", "one\n\n  two", ["<mark>one</mark> two"]),
        ("mark", "<mark>", ["&lt;<mark>mark</mark>&gt;"]),
    ],
)
def test_what_is_marked(query: str, text: str, passages: list[str]) -> None:
    assert shown(query, text) == passages


def test_a_passage_is_cut_from_a_long_text() -> None:
    text = f"{'before ' * 50}needle {'after ' * 50}"
    (passage,) = shown("needle", text)
    assert passage.startswith("…before ")
    assert passage.endswith(" after…")
    assert "<mark>needle</mark>" in passage
    assert len(passage) < 160


def test_matches_far_apart_are_passages_of_their_own_up_to_a_few() -> None:
    text = f"needle {'hay ' * 50}" * 20
    passages = shown("needle", "A needle", text)
    assert len(passages) == PASSAGES_MAX
    assert passages[0] == "A <mark>needle</mark>"
    assert [passage.count("<mark>") for passage in passages] == [1] * PASSAGES_MAX


def test_one_passage_does_not_swallow_a_text_full_of_matches() -> None:
    passages = shown("a", "a " * 50_000)
    assert len(passages) == PASSAGES_MAX
    assert max(map(len, passages)) < 3_000


def test_a_long_text_without_spaces_is_cut_too() -> None:
    (passage,) = shown("京", "東" * 500 + "京" + "東" * 500)
    assert passage == f"…{'東' * 60}<mark>京</mark>{'東' * 60}…"


def test_the_texts_of_filters_within_count_unless_they_must_not_match() -> None:
    wanted = TicketFilter(
        text="one",
        or_=(TicketFilter(text="two -not"), TicketFilter(and_=(TicketFilter(text="three one"),))),
        not_=TicketFilter(text="four"),
    )
    assert [term.words for term in terms_of(wanted)] == [("one",), ("two",), ("three",)]


TEXTS = st.text(
    st.sampled_from("ab <>&\"'é東が🎉\n-…") | st.characters(codec="utf-8"), max_size=200
)


@given(TEXTS, TEXTS)
def test_without_its_marks_a_passage_is_escaped_text(query: str, text: str) -> None:
    for passage in shown(query, text):
        bare = re.sub("</?mark>", "", passage)
        assert "<mark>" in passage
        assert not set("<>\"'") & set(bare)
        assert html.escape(html.unescape(bare)) == bare
        assert set(words(html.unescape(bare))) <= set(words(text))
