"""What a request costs, told by what it asks for and before it is worked for, in GraphQL's points.

Each object that the answer may hold costs 1, and a write 10; each request costs 1 besides.
"""

from __future__ import annotations

from rest_compat.asked import Asked
from rest_compat.reading import STATUSES, column_limit, window

WRITE = 10


def page(asked: Asked) -> int:
    """As many tickets as the page may hold."""
    limit, _ = window(asked)
    return limit


def board(asked: Asked) -> int:
    """As many cards as the columns may hold."""
    return len(STATUSES) * column_limit(asked)


def detail(_asked: Asked) -> int:
    """One ticket."""
    return 1


def write(_asked: Asked) -> int:
    """One ticket written."""
    return WRITE
