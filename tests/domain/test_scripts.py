"""Words of every script: where they begin and end, and which spellings are the same word."""

# ruff: noqa: RUF001 - letters that look like others are what is tested

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gql_tickets.domain.words import WORD_LENGTH_MAX, Placed, composed, placed, words


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("Привет, мир!", ["привет", "мир"]),
        ("Ελλάδα και Κύπρος", ["ελλαδα", "και", "κυπροσ"]),
        ("नमस्ते दुनिया", ["नमस्ते", "दुनिया"]),
        ("مُحَمَّد وعلي", ["محمد", "وعلي"]),
        ("שָׁלוֹם עולם", ["שלום", "עולם"]),
        ("Hôm nay trời đẹp", ["hom", "nay", "troi", "đep"]),
        ("smörgåsbord på svenska", ["smorgasbord", "pa", "svenska"]),
        ("zażółć gęślą jaźń", ["zazołc", "gesla", "jazn"]),
        ("İstanbul'da", ["istanbul", "da"]),
    ],
)
def test_scripts_with_spaces_are_cut_at_them(text: str, cut: list[str]) -> None:
    assert words(text) == cut


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("ภาษาไทย", ["ภ", "า", "ษ", "า", "ไ", "ท", "ย"]),
        ("ไม่", ["ไ", "ม", "\u0e48"]),
        ("ລາວ", ["ລ", "າ", "ວ"]),
        ("မြန်", ["မ", "\u103c", "န", "\u103a"]),
        ("ក្", ["ក", "\u17d2"]),
        ("カタカナ", ["カ", "タ", "カ", "ナ"]),
        ("ｶﾀｶﾅ", ["カ", "タ", "カ", "ナ"]),
        ("中a1文", ["中", "a1", "文"]),
        ("第3章", ["第", "3", "章"]),
        ("佐々木", ["佐", "々", "木"]),
        ("안녕 세상", ["안", "녕", "세", "상"]),
        ("𠮷野家", ["𠮷", "野", "家"]),
        ("ㄅㄆ", ["ㄅ", "ㄆ"]),
        ("㈱", ["株"]),
    ],
)
def test_scripts_without_spaces_are_cut_into_single_characters(text: str, cut: list[str]) -> None:
    assert words(text) == cut


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("😀x", ["😀", "x"]),
        ("ok🎉🎉done", ["ok", "🎉", "🎉", "done"]),
        ("👨\u200d👩\u200d👧", ["👨", "👩", "👧"]),
        ("🏳\ufe0f\u200d🌈", ["🏳", "🌈"]),
        ("❤\ufe0f", ["❤"]),
        ("👋🏿👋", ["👋", "👋"]),
        ("1\ufe0f\u20e3", ["1"]),
        ("→ ✓ ☃", ["✓", "☃"]),
        ("🏿", []),
    ],
)
def test_each_picture_is_a_word_whatever_its_colour(text: str, cut: list[str]) -> None:
    assert words(text) == cut


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("v1.2.3", ["v1", "2", "3"]),
        ("3.14 1,000", ["3", "14", "1", "000"]),
        ("AM-42", ["am", "42"]),
        ("$5 €5 5%", ["5", "5", "5"]),
        ("１２３", ["123"]),
        ("١٢٣", ["١٢٣"]),
        ("x² H₂O", ["x2", "h2o"]),
        ("① Ⅷ", ["1", "viii"]),
        ("007", ["007"]),
    ],
)
def test_digits_are_letters_of_words(text: str, cut: list[str]) -> None:
    assert words(text) == cut


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("it's", ["it", "s"]),
        ("l’été", ["l", "ete"]),
        ("O'Neil", ["o", "neil"]),
        ("C++ c#", ["c", "c"]),
        ("https://x.dev/a?b=1#c", ["https", "x", "dev", "a", "b", "1", "c"]),
        ("<b>bold</b>", ["b", "bold", "b"]),
        ("one—two…three", ["one", "two", "three"]),
        ("“quoted” «too»", ["quoted", "too"]),
        ("a\u00a0b\u3000c\u2028d", ["a", "b", "c", "d"]),
        ("a\x00b\x1fc", ["a", "b", "c"]),
        ("© ® ° §", []),
        ("\u0301", []),
        ("\ud800 a\ud800b", ["a", "b"]),
        ("\ue000", []),
    ],
)
def test_what_is_no_letter_parts_words(text: str, cut: list[str]) -> None:
    assert words(text) == cut


@pytest.mark.parametrize("mark", ["\u00ad", "\u200c", "\u200d", "\u200e", "\u2060", "\ufeff"])
def test_what_cannot_be_seen_parts_no_word(mark: str) -> None:
    assert words(f"sea{mark}rch") == ["search"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("résumé", "RESUME"),
        ("e\u0301", "\u00e9"),
        ("Straße", "STRASSE"),
        ("STRAẞE", "strasse"),
        ("ﬁle", "file"),
        ("Ⅳ", "iv"),
        ("ἈΡΧΉ", "αρχη"),
        ("ΣΟΦΟΣ", "σοφος"),
        ("ё", "Е"),
        ("\u212b", "å"),  # the sign of the ångström
        ("ｶﾞ", "ガ"),
        ("ＡＢＣ", "abc"),
        ("ｈｔｔｐ", "HTTP"),
        ("ﻣﺮﺣﺒﺎ", "مرحبا"),
    ],
)
def test_spellings_of_one_word_are_the_same(one: str, other: str) -> None:
    assert words(one) == words(other) != []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("が", "か"),
        ("ぱ", "ば"),
        ("ø", "o"),
        ("ł", "l"),
        ("æ", "ae"),
        ("ı", "i"),
        ("て", "テ"),
        ("国", "國"),
        ("a", "а"),  # Latin and Cyrillic
        ("कि", "की"),
    ],
)
def test_letters_that_only_look_alike_are_others(one: str, other: str) -> None:
    assert words(one) != words(other)


@pytest.mark.parametrize(
    ("length", "kept"),
    [(63, 63), (64, 64), (65, 64), (10_000, 64)],
)
@pytest.mark.parametrize("letter", ["x", "ж"])
def test_of_a_long_word_the_first_64_characters_count(letter: str, length: int, kept: int) -> None:
    text = letter * length
    assert words(text) == [letter * kept]
    assert list(placed(text)) == [Placed(letter * kept, 0, length)]
    assert WORD_LENGTH_MAX == 64


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("", []),
        ("  two  words ", [("two", 2, 5), ("words", 7, 12)]),
        ("naïve café", [("naive", 0, 5), ("cafe", 6, 10)]),
        ("ẞx", [("ssx", 0, 2)]),
        ("東京都", [("東", 0, 1), ("京", 1, 2), ("都", 2, 3)]),
        ("中a1文", [("中", 0, 1), ("a1", 1, 3), ("文", 3, 4)]),
        ("👋🏿!", [("👋", 0, 2)]),
        ("❤\ufe0fx", [("❤", 0, 2), ("x", 2, 3)]),
        ("e\u0327\u0301x", [("ex", 0, 3)]),
        ("sea\u00adrch", [("search", 0, 7)]),
        ("½ cup", [("1", 0, 1), ("2", 0, 1), ("cup", 2, 5)]),
        ("don’t", [("don", 0, 3), ("t", 4, 5)]),
    ],
)
def test_a_word_has_its_place_in_the_composed_text(
    text: str, places: list[tuple[str, int, int]]
) -> None:
    assert list(placed(composed(text))) == places


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("plain", "plain"),
        ("e\u0301", "é"),
        ("\u1112\u1161\u11ab", "한"),
        ("か\u3099", "が"),
        ("ﬁ", "ﬁ"),
        ("x\u0301", "x\u0301"),
    ],
)
def test_a_text_is_composed_as_far_as_there_are_characters(text: str, made: str) -> None:
    assert composed(text) == made


@given(st.text(st.characters(codec="utf-8"), max_size=40))
@settings(max_examples=60)
def test_decomposed_text_has_the_same_words(text: str) -> None:
    assert words(unicodedata.normalize("NFD", text)) == words(unicodedata.normalize("NFC", text))


@given(st.text("aBzé東が🎉ไ่\u0301 -1²", max_size=30))
@settings(max_examples=60)
def test_case_makes_no_other_words(text: str) -> None:
    assert words(text.upper()) == words(text.lower()) == words(text)
