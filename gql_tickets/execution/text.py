"""What a document's text gives away before it is parsed: one pass of regular expressions.

A parser takes microseconds a token and a character of a string; this takes a hundredth of that. It
never refuses what the parser would accept within the limits, and leaves what is no document to it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice

from gql_tickets.execution.limits import (
    INTROSPECTION_DEPTH_MAX,
    Limits,
    OverLimit,
    check,
    too_deep,
)

# Strings and comments may hold anything; without them a document is plain to read.
_TEXT = re.compile(
    r'"""[^"\\]*+(?:(?:\\"""|\\|"(?!""))[^"\\]*+)*+"""'
    r'|"[^"\\\n\r]*+(?:\\.[^"\\\n\r]*+)*+"'
    r"|\#[^\n\r]*+"
)
_TOKEN = re.compile(r'""|\.\.\.|[A-Za-z_][A-Za-z_0-9]*+|-?[0-9][A-Za-z_0-9.+-]*+|[!$&()\[\]{}:=@|]')
NUMBER_LENGTH_MAX = 100
"""Characters of a number: no double needs more, and Python reads no integer of 4,300 digits."""

_NO_FIELD = {"...", "@", ":", '""'}
_BEFORE_NO_FIELD = {"...", "@", "on", ":"}


def check_text(text: str, limits: Limits) -> int:
    """Refuse a text that is too large to parse. Returns the number of its tokens. Raises OverLimit."""
    if len(text) > limits.bytes_max or len(text.encode(errors="replace")) > limits.bytes_max:
        raise OverLimit(f"The document is larger than {limits.bytes_max:,} bytes.")
    found = _TOKEN.finditer(_TEXT.sub('""', text))
    tokens = [each[0] for each in islice(found, limits.tokens_max + 1)]
    check("tokens", len(tokens), limits.tokens_max)
    if any(len(each) > NUMBER_LENGTH_MAX and each[0] in "-0123456789" for each in tokens):
        raise OverLimit(f"A number in the document is longer than {NUMBER_LENGTH_MAX} digits.")
    check("directives", tokens.count("@"), limits.directives_max)
    selected = list(_outside_parentheses(tokens))
    # Arguments are within parentheses: outside of them a colon means an alias and nothing else.
    check("aliases", selected.count(":"), limits.aliases_max)
    _check_sets(selected, limits)
    return len(tokens)


def _outside_parentheses(tokens: Iterable[str]) -> Iterator[str]:
    open_ = 0
    for token in tokens:
        if token == "(":  # noqa: S105 - no secret
            open_ += 1
        elif token == ")":  # noqa: S105 - no secret
            open_ -= 1
        elif open_ <= 0:
            yield token


def _check_sets(selected: Iterable[str], limits: Limits) -> None:
    """Look at each selection set: how deep it lies, and how often it names a field."""
    # Which of the levels are introspection is for the tree to say.
    depth_max = max(limits.depth_max, INTROSPECTION_DEPTH_MAX)
    sets: list[Counter[str]] = []
    before = ""
    for token in selected:
        if token == "{":  # noqa: S105 - no secret
            sets.append(Counter())
            if len(sets) > depth_max:
                raise too_deep(limits.depth_max)
        elif token == "}":  # noqa: S105 - no secret
            del sets[-1:]
        elif sets and token not in _NO_FIELD and before not in _BEFORE_NO_FIELD:
            sets[-1][token] += 1
            # Validation compares each field of a name with each other one.
            check(f"fields called {token} in one place", sets[-1][token], limits.repeats_max)
        before = token
