"""The shape of a filter: what it tests, without the values that it tests against.

Statements are built once for each shape and kept. Negation is `IS NOT TRUE`: what is unset is none
of any, and before or after nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

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
_NARROW = {"held", "held_all", "beneath", "beneath_named"}
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
        case Leaf(test, column):
            return test in _NARROW or (test in {"is", "in"} and column in {"id", "slug"})
        case _:
            return False


def has_text(shape: Shape) -> bool:
    """Whether there is a text in it anywhere: rare or common, a plan for one is bad for the other."""
    match shape:
        case All(parts) | AnyOf(parts):
            return any(map(has_text, parts))
        case Not(part):
            return has_text(part)
        case Leaf(test):
            return test.startswith("matches")


def texts_as(test: str, shape: Shape) -> Shape:
    """The same, with another test for the texts of sought_by()."""
    match shape:
        case All(parts):
            return All(tuple(texts_as(test, part) for part in parts))
        case Leaf("matches", column, bind):
            return Leaf(test, column, bind)
        case _:
            return shape


def sought_by(shape: Shape) -> Iterator[str]:
    """The parameters of the texts that every match has to fit: they may be narrow, or not."""
    match shape:
        case All(parts):
            for part in parts:
                yield from sought_by(part)
        case Leaf("matches", _, bind):
            yield bind
