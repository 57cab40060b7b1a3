"""Where the tickets of a file hang: whether each has its parent, and the forest stays one."""

from __future__ import annotations

from collections.abc import Mapping

from gql_tickets.domain.tickets import PARENT_DEPTH_MAX
from gql_tickets.errors import InvalidParent
from gql_tickets.service import hierarchy

Node = int
"""The id of a ticket that is there, or a number below zero for one to be made."""


def find_misplaced(
    parents: Mapping[Node, Node], moved: Mapping[Node, Node | None]
) -> dict[Node, InvalidParent]:
    """Those that cannot be moved as they are to be: `parents` are all parents, with the moves.

    Once they are taken back there may be others: ask again until there are none.
    """
    depths: dict[Node, int] = {}
    misplaced: dict[Node, InvalidParent] = {}
    for start in parents:
        path: dict[Node, None] = {}
        node = start
        while node in parents and node not in depths and node not in path:
            path[node] = None
            node = parents[node]
        if node in path:
            circle = list(path)[list(path).index(node) :]
            misplaced |= {each: _beneath_itself(each, parents) for each in circle if each in moved}
            depths |= dict.fromkeys(path, 1)
            continue
        depth = depths.get(node, 1)
        for each in reversed(path):
            depth += 1
            depths[each] = depth
            if depth == PARENT_DEPTH_MAX + 1:
                blamed = _nearest(each, parents, moved)
                if blamed is not None:
                    misplaced[blamed] = hierarchy.too_deep(("parent",))
    return misplaced


def depths_of(parents: Mapping[Node, Node], nodes: list[Node]) -> dict[Node, int]:
    """How many levels each of the nodes is from the top, in a forest."""
    depths: dict[Node, int] = {}
    for start in nodes:
        path = []
        node: Node | None = start
        while node is not None and node not in depths:
            path.append(node)
            node = parents.get(node)
        depth = 0 if node is None else depths[node]
        for each in reversed(path):
            depth += 1
            depths[each] = depth
    return depths


def _nearest(
    node: Node, parents: Mapping[Node, Node], moved: Mapping[Node, Node | None]
) -> Node | None:
    """The ticket itself or the first above it that is moved."""
    at: Node | None = node
    while at is not None and at not in moved:
        at = parents.get(at)
    return at


def _beneath_itself(node: Node, parents: Mapping[Node, Node]) -> InvalidParent:
    if parents[node] == node:
        return InvalidParent.of("parent", "A ticket cannot be its own parent.")
    return InvalidParent.of("parent", "The parent is beneath the ticket itself.")
