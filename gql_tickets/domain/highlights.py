"""Passages of texts around the words that were looked for, as HTML."""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from gql_tickets.domain.filters import TicketFilter
from gql_tickets.domain.search import Term, places, read_query
from gql_tickets.domain.words import Placed, composed, placed

PASSAGES_MAX = 5
"""How many passages are shown of a ticket."""
AROUND = 60
"""How many characters are shown before a match and after it, cut at a space."""
PASSAGE_LENGTH_MAX = 300
"""After so many characters a passage takes in no further match."""

Span = tuple[int, int]


def terms_of(filter: TicketFilter) -> tuple[Term, ...]:
    """What a filter looks for: its text, and those of the filters within that may hold with it."""
    own = read_query(filter.text or "").wanted
    inner = (*(filter.and_ or ()), *(filter.or_ or ()))
    return tuple(dict.fromkeys((*own, *(term for each in inner for term in terms_of(each)))))


def highlights(terms: Sequence[Term], texts: Iterable[str]) -> list[str]:
    """The passages of the texts that hold any of the terms, which are between <mark> and </mark>.

    All else is escaped, white space is one space, and `…` stands where a text goes on.
    """
    if not terms:
        return []
    return list(islice((each for text in texts for each in _passages(terms, text)), PASSAGES_MAX))


def _passages(terms: Sequence[Term], text: str) -> Iterator[str]:
    text = composed(text)
    passage: list[Span] = []
    for start, end in _joined(_hits(terms, list(placed(text)))):
        if passage and (
            start - passage[-1][1] > AROUND or end - passage[0][0] > PASSAGE_LENGTH_MAX
        ):
            yield _shown(text, passage)
            passage = []
        passage.append((start, end))
    if passage:
        yield _shown(text, passage)


def _hits(terms: Sequence[Term], stream: list[Placed]) -> list[Span]:
    """Where the terms are."""
    plain = [each.word for each in stream]
    return sorted(
        (stream[place].start, stream[place + len(term.words) - 1].end)
        for term in terms
        for place in places(term, plain)
    )


def _joined(spans: list[Span]) -> Iterator[Span]:
    """Spans that overlap or touch, as one."""
    start, end = -1, -1
    for span in spans:
        if span[0] <= end:
            end = max(end, span[1])
            continue
        if end >= 0:
            yield start, end
        start, end = span
    if end >= 0:
        yield start, end


def _shown(text: str, spans: list[Span]) -> str:
    first, last = _from(text, spans[0][0]), _to(text, spans[-1][1])
    parts = ["…" if first else ""]
    at = first
    for start, end in spans:
        parts += [html.escape(text[at:start]), "<mark>", html.escape(text[start:end]), "</mark>"]
        at = end
    parts += [html.escape(text[at:last]), "…" if last < len(text) else ""]
    return " ".join("".join(parts).split())


def _from(text: str, start: int) -> int:
    """Where a passage begins: at a space, if there is one near."""
    if start <= AROUND:
        return 0
    far = start - AROUND
    space = text.find(" ", far, start)
    return far if space < 0 else space + 1


def _to(text: str, end: int) -> int:
    """Where a passage ends."""
    if len(text) - end <= AROUND:
        return len(text)
    space = text.rfind(" ", end, end + AROUND)
    return end + AROUND if space < 0 else space
