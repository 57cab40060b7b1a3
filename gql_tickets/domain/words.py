"""Text as the words that it is searched by. Queries are cut the same way, on every database.

Accents and case are folded: `resume` is `Résumé`, and `strasse` is `Straße`. What stands between
letters and digits separates words. Scripts that are written without spaces, and emoji, are cut into
single characters: a phrase of those finds any piece of a text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

WORD_LENGTH_MAX = 64
"""Of a longer word the first 64 characters count."""

_ACCENTS = (
    (0x0300, 0x036F),
    (0x1AB0, 0x1AFF),
    (0x1DC0, 0x1DFF),
    (0x20D0, 0x20FF),
    (0xFE20, 0xFE2F),
)
_VOWEL_POINTS = ((0x0591, 0x05C7), (0x0610, 0x061A), (0x064B, 0x065F), (0x0670, 0x0670))
_UNSPACED = (
    (0x0E00, 0x0EFF),  # Thai, Lao
    (0x1000, 0x109F),  # Myanmar
    (0x1780, 0x17FF),  # Khmer
    (0x1100, 0x11FF),  # Hangul that is not composed
    (0x3005, 0x3007),
    (0x3031, 0x303C),
    (0x3040, 0x318F),  # Hiragana, Katakana, Bopomofo, Hangul
    (0x31A0, 0x31FF),
    (0x3400, 0x4DBF),  # Han, here and below
    (0x4E00, 0x9FFF),
    (0xA960, 0xA97F),
    (0xAC00, 0xD7FF),  # Hangul
    (0xF900, 0xFAFF),
    (0x16FE0, 0x18D8F),
    (0x1AFF0, 0x1B2FF),
    (0x20000, 0x3FFFF),
)
_PICTURES = ((0x2190, 0x2BFF), (0x3200, 0x33FF), (0x1F000, 0x1FAFF))
"""Where emoji are, those of later Unicode too: a newer Python must not cut an old text anew."""
_SKIN_TONES = (0x1F3FB, 0x1F3FF)
_VOICED = "\u3099\u309a"
"""The Japanese marks that are letters' own, not accents."""

_ASCII_WORD = re.compile(r"[0-9a-z]+")
_UNIT = re.compile(
    r".[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe00-\ufe2f\U0001f3fb-\U0001f3ff\u3099\u309a\uff9e\uff9f]*",
    re.DOTALL,
)
_RUN = re.compile(r" +|[^ ]+")


class Placed(NamedTuple):
    """A word, and where it stands in its text."""

    word: str
    start: int
    end: int


def words(text: str) -> list[str]:
    """The words of a text, in order."""
    return [word[:WORD_LENGTH_MAX] for word in _cut(text).split()]


def composed(text: str) -> str:
    """The text as placed() counts it: with each letter and its accents in one character."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def placed(text: str) -> Iterator[Placed]:
    """The words of a composed() text, each with its place."""
    if text.isascii():
        for found in _ASCII_WORD.finditer(text.lower()):
            yield Placed(found[0][:WORD_LENGTH_MAX], *found.span())
        return
    word, start, end = "", 0, 0
    for unit in _UNIT.finditer(text):
        for run in _RUN.findall(_cut_unit(unit[0])):
            if run[0] != " ":
                start = start if word else unit.start()
                word, end = word + run, unit.end()
            elif word:
                yield Placed(word[:WORD_LENGTH_MAX], start, end)
                word = ""
    if word:
        yield Placed(word[:WORD_LENGTH_MAX], start, end)


def _cut(text: str) -> str:
    """The text, folded, with spaces between its words."""
    if text.isascii():
        return text.lower().translate(_CUT)
    bare = unicodedata.normalize("NFKD", text).translate(_BARE)
    return unicodedata.normalize("NFKC", bare.casefold()).translate(_CUT)


_cut_unit = lru_cache(maxsize=16_384)(_cut)


class _Table(dict[int, str]):
    """For str.translate: what becomes of each character, worked out when it is first met."""

    def __missing__(self, code: int) -> str:
        found = self[code] = self.of(code)
        return found

    def of(self, code: int) -> str:
        """What becomes of a character."""
        raise NotImplementedError


class _Bare(_Table):
    """Drops accents and vowel points."""

    def of(self, code: int) -> str:
        return "" if _within(code, _ACCENTS) or _within(code, _VOWEL_POINTS) else chr(code)


class _Cut(_Table):
    """Keeps what words are made of, and puts spaces for the rest."""

    def of(self, code: int) -> str:
        letter = chr(code)
        category = unicodedata.category(letter)
        if _within(code, (_SKIN_TONES,)) or letter in _VOICED:
            return ""
        if category[0] in "LNM" and not _within(code, ((0xFE00, 0xFE0F), (0xE0100, 0xE01EF))):
            return f" {letter} " if _within(code, _UNSPACED) else letter
        if category == "So" or category == "Cn":
            return f" {letter} " if _within(code, _PICTURES) else " "
        # Joiners, direction marks and soft hyphens stand within words; the zero-width space does not.
        is_within_words = category in {"Cf", "Mn"} and code != 0x200B
        return "" if is_within_words else " "


def _within(code: int, ranges: tuple[tuple[int, int], ...]) -> bool:
    return any(first <= code <= last for first, last in ranges)


_BARE = _Bare()
_CUT = _Cut()
