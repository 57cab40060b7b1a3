"""Words: how texts are cut, and that their places are those of the words."""

from __future__ import annotations

import itertools
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gql_tickets.domain.words import WORD_LENGTH_MAX, composed, placed, words


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("", []),
        ("One, two;three\tfour\n", ["one", "two", "three", "four"]),
        ("Résumé Straße ÅNGSTRÖM", ["resume", "strasse", "angstrom"]),
        ("snake_case kebab-case a.b/c@d", ["snake", "case", "kebab", "case", "a", "b", "c", "d"]),
        ("東京 Tokyo東", ["東", "京", "tokyo", "東"]),
        ("がぎ ｶﾞ", ["が", "ぎ", "ガ"]),
        ("한국 \u1112\u1161\u11ab", ["한", "국", "한"]),
        ("ΛΌΓΟΣ λόγος", ["λογοσ", "λογοσ"]),
        ("👍🏽 🇩🇪", ["👍", "🇩", "🇪"]),
        ("हिन्दी", ["हिन्दी"]),
        ("№ ½ ²", ["no", "1", "2", "2"]),
        ("a\u00adb a\u200bb", ["ab", "a", "b"]),
        ("x" * 100, ["x" * WORD_LENGTH_MAX]),
    ],
)
def test_how_texts_are_cut(text: str, cut: list[str]) -> None:
    assert words(text) == cut


@given(st.text())
def test_words_are_cut_no_further(text: str) -> None:
    found = words(text)
    assert words(" ".join(found)) == found


@given(st.text(), st.text())
def test_a_space_parts_words_wherever_it_stands(one: str, other: str) -> None:
    assert words(f"{one} {other}") == words(one) + words(other)


def test_every_character_is_cut_to_words_that_are_cut_no_further() -> None:
    """And to no space or control character, quote or backslash, which databases would stumble over."""
    for code in range(0x2FFFF):
        if unicodedata.category(chr(code)) != "Cs":
            found = words(f"a{chr(code)}b")
            assert words(" ".join(found)) == found, hex(code)
            assert all(word.isprintable() or not word.isascii() for word in found), hex(code)
            assert not set("'\"\\ \x00").intersection("".join(found)), hex(code)


@given(st.text())
def test_places_are_those_of_the_words(text: str) -> None:
    text = composed(text)
    found = list(placed(text))
    assert [each.word for each in found] == words(text)
    for before, after in itertools.pairwise(found):
        assert before.start <= after.start
    for each in found:
        assert each.word in words(text[each.start : each.end])
