"""The shape of a filter: what it tests, without the values that it tests against.

Statements are built once for each shape and kept. Negation is `IS NOT TRUE`: what is unset is none
of any, and before or after nothing.
"""

from __future__ import annotations

from msgspec import Struct


class Leaf(Struct, frozen=True):
    """One test of one column, against the parameter `bind`."""

    test: str
    column: str
    bind: str = ""


class All(Struct, frozen=True):
    """Every part holds."""

    parts: tuple[Shape, ...]


class AnyOf(Struct, frozen=True):
    """At least one part holds."""

    parts: tuple[Shape, ...]


class Not(Struct, frozen=True):
    """The part does not hold, or nobody knows."""

    part: Shape


Shape = Leaf | All | AnyOf | Not
EVERYTHING: Shape = All(())
NOTHING: Shape = AnyOf(())


def is_narrow(shape: Shape) -> bool:
    """Whether an index on something else than an order leads to every match.

    SQLite had best look for the matches by that, and sort them: it knows no better than to walk
    the index of the order, past every ticket that does not match.
    """
    match shape:
        case All(parts):
            return any(map(is_narrow, parts))
        case AnyOf(parts):
            return bool(parts) and all(map(is_narrow, parts))
        case Leaf(test):
            return test in {"held", "held_all", "matches"}
        case _:
            return False
