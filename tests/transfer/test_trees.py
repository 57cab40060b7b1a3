"""Tickets of a file are hung into the forest that is there: whatever they ask for, it stays one."""

from __future__ import annotations

from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st

from gql_tickets.domain.tickets import PARENT_DEPTH_MAX
from gql_tickets.service.importing.trees import depths_of, find_misplaced

NODES = st.integers(-12, 12).filter(bool)
MOVES = st.dictionaries(NODES, st.none() | NODES, max_size=24)


def lineage(node: int, parents: Mapping[int, int]) -> list[int] | None:
    """The node, its parent, and so on to the top; None when there is no top."""
    line = [node]
    while (above := parents.get(line[-1])) is not None:
        if above in line:
            return None
        line.append(above)
    return line


def is_well(parents: Mapping[int, int]) -> bool:
    """Whether this is a forest that is not too high."""
    lines = [lineage(node, parents) for node in parents]
    return all(line is not None and len(line) <= PARENT_DEPTH_MAX for line in lines)


def settled(
    before: dict[int, int], moves: dict[int, int | None]
) -> tuple[dict[int, int], set[int]]:
    """The forest after the moves that can be made, and those that cannot."""
    moves, refused = dict(moves), set[int]()
    while True:
        parents = {node: up for node, up in before.items() if node not in moves}
        parents |= {node: up for node, up in moves.items() if up is not None}
        misplaced = find_misplaced(parents, moves)
        if not misplaced:
            return parents, refused
        assert misplaced.keys() <= moves.keys()
        refused |= misplaced.keys()
        for node in misplaced:
            del moves[node]


@given(first=MOVES, second=MOVES)
def test_a_forest_stays_a_forest_and_moves_that_keep_it_one_are_made(
    first: dict[int, int | None], second: dict[int, int | None]
) -> None:
    before, _ = settled({}, first)
    assert is_well(before)
    after, refused = settled(before, second)
    assert is_well(after)
    wished = {node: up for node, up in before.items() if node not in second}
    wished |= {node: up for node, up in second.items() if up is not None}
    assert (refused == set()) == is_well(wished)


@given(moves=MOVES)
def test_a_depth_is_the_length_of_the_way_up(moves: dict[int, int | None]) -> None:
    forest, _ = settled({}, moves)
    nodes = sorted({*forest, *forest.values(), 99})
    depths = depths_of(forest, nodes)
    assert depths == {node: len(lineage(node, forest) or ()) for node in nodes}
