"""Searching tickets by words: what is looked for, what a ticket is found by, and how well it fits.

A query is whatever a person types: words that must all occur, `"a phrase"`, `-not`, `prefix*`. A
typed word that is several words to words.py (`sign-in`, `東京`) is a phrase. A ticket's document is
its title and its other texts. No phrase reaches from one text into the next.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache

from msgspec import Struct

from gql_tickets.domain.words import words

QUERY_WORDS_MAX = 64
"""Of a longer query the first 64 words count."""
POSITIONS_MAX = 16_000
"""How far phrases are found; PostgreSQL counts positions to 16,383."""
OCCURRENCES_MAX = 255
"""How often a word is counted for phrases: as many places as PostgreSQL keeps of one."""
DOCUMENT_BYTES_MAX = 800_000
"""What is kept of a ticket's words; PostgreSQL allows 1 MB."""
GAP = "\ue000"
"""Stands where no word does: between two texts, and for a word too many."""

_TERM = re.compile(r'(-*)(?:"([^"]*)"?|([^\s"]+))(\*?)')
_QUOTES = dict.fromkeys(map(ord, "“”„‟"), '"')
_TERM_LENGTH_MAX = 8_192
_WORD_BYTES = 24


class Term(Struct, frozen=True):
    """Words that occur one after the other; `is_prefix` of the last: it begins so."""

    words: tuple[str, ...]
    is_prefix: bool = False


class Query(Struct, frozen=True):
    """All of `wanted` occur and none of `unwanted`. Nothing at all: everything matches."""

    wanted: tuple[Term, ...] = ()
    unwanted: tuple[Term, ...] = ()


class Document(Struct, frozen=True):
    """What a ticket is found by: words in order, with GAPs; and in `rest` those without a place."""

    title: tuple[str, ...]
    body: tuple[str, ...]
    rest: tuple[str, ...] = ()


@lru_cache(maxsize=256)
def read_query(text: str) -> Query:
    """What a person typed. Every text is a query; one without a word in it is for everything."""
    left = QUERY_WORDS_MAX
    found: dict[bool, dict[Term, None]] = {False: {}, True: {}}
    for minus, phrase, word, star in _TERM.findall(text.translate(_QUOTES)):
        typed = phrase or word
        term = tuple(words(typed[:_TERM_LENGTH_MAX])[:left])
        if term:
            is_prefix = bool(star) or typed.endswith("*")
            found[bool(minus)][Term(term, is_prefix)] = None
            left -= len(term)
        if not left:
            break
    return Query(tuple(found[False]), tuple(found[True]))


def document(title: str, texts: Iterable[str]) -> Document:
    """The document of a ticket with this title, and these texts in order."""
    title_words, *others = map(words, (title, *texts))
    counting = _Counting()
    # So few words as most tickets have come to none of the limits.
    is_short = len(title_words) + sum(map(len, others)) <= OCCURRENCES_MAX
    placed: Callable[[Iterable[str]], Iterable[str]] = iter if is_short else counting.placed
    in_title = tuple(placed(title_words))
    body: list[str] = []
    for text_words in others:
        if body:
            body += placed((GAP,))
        body += placed(text_words)
    return Document(in_title, tuple(body), tuple(counting.rest))


def rank(query: Query, title: str) -> int:
    """How well a matching ticket fits: 2 if its title has all that is wanted, 1 for some, else 0."""
    if not query.wanted:
        return 0
    title_words = document(title, ()).title
    hits = [any(True for _ in places(term, title_words)) for term in query.wanted]
    return int(any(hits)) + int(all(hits))


def places(term: Term, stream: Sequence[str]) -> Iterator[int]:
    """Where the term begins in a stream of words."""
    *full, last = term.words
    length = len(term.words)
    for place in range(len(stream) - length + 1):
        end = stream[place + length - 1]
        if (end.startswith(last) if term.is_prefix else end == last) and (
            list(stream[place : place + length - 1]) == full
        ):
            yield place


class _Counting:
    """Keeps a document within what both databases can hold."""

    def __init__(self) -> None:
        self.rest: dict[str, None] = {}
        self._places = POSITIONS_MAX
        self._bytes = DOCUMENT_BYTES_MAX
        self._seen: dict[str, int] = {}

    def placed(self, stream: Iterable[str]) -> Iterator[str]:
        """Each word that still has a place, or a GAP for it."""
        for word in stream:
            if word == GAP:
                yield from self._place(GAP)
            elif not self._is_new(word):
                self._seen[word] += 1
                yield from self._place(word if self._seen[word] <= OCCURRENCES_MAX else GAP)
            elif self._bytes > 0:
                self._seen[word] = 1
                self._bytes -= len(word.encode()) + _WORD_BYTES
                if self._places:
                    yield from self._place(word)
                else:
                    self.rest[word] = None

    def _is_new(self, word: str) -> bool:
        return word not in self._seen

    def _place(self, word: str) -> Iterator[str]:
        if self._places:
            self._places -= 1
            yield word
