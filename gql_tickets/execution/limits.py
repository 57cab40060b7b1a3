"""How large a document may be, and what fragments make of one: each is measured once, none expanded.

The text is looked at before (text.py), since a tree costs far more than its text.
"""

from __future__ import annotations

from typing import NamedTuple

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
)
from msgspec import Struct

INTROSPECTION_DEPTH_MAX = 20
"""Tools ask for types of types of types; the deepest standard query has 15 levels."""


class Limits(Struct, frozen=True):
    """The most that a document may be. Each is a number of things, but for the bytes."""

    bytes_max: int = 131_072
    tokens_max: int = 2_000
    depth_max: int = 12
    aliases_max: int = 30
    directives_max: int = 50
    fragments_max: int = 100
    repeats_max: int = 20
    selections_max: int = 5_000
    mutations_max: int = 10
    cost_max: int = 10_000


class OverLimit(GraphQLError):
    """The document is larger than a limit allows. Nothing of it was run."""


def check_tree(document: DocumentNode, limits: Limits) -> None:
    """Refuse a document whose fragments make it too large. Raises OverLimit."""
    fragments = {
        node.name.value: node
        for node in document.definitions
        if isinstance(node, FragmentDefinitionNode)
    }
    count = sum(isinstance(node, FragmentDefinitionNode) for node in document.definitions)
    check("fragments", count, limits.fragments_max)
    tape = _Tape(fragments)
    shapes: list[tuple[OperationType | None, _Shape]] = []
    try:
        for node in document.definitions:
            if isinstance(node, OperationDefinitionNode):
                shapes.append((node.operation, tape.measure(node.selection_set)))
            elif isinstance(node, FragmentDefinitionNode):
                shapes.append((None, tape.fragment(node.name.value)))
    except RecursionError:
        raise too_deep(limits.depth_max) from None
    for kind, shape in shapes:
        check("selections", shape.selections, limits.selections_max)
        # A fragment cannot know that it is part of an introspection.
        if kind is not None and shape.depth > limits.depth_max:
            raise too_deep(limits.depth_max)
        levels_max = max(limits.depth_max, INTROSPECTION_DEPTH_MAX)
        if max(shape.depth, shape.introspection) > levels_max:
            raise too_deep(limits.depth_max)
        if kind is OperationType.MUTATION:
            check("mutations", shape.fields, limits.mutations_max)


class _Shape(NamedTuple):
    """A selection set with its fragments in place: levels, levels below `__schema`, and counts."""

    depth: int = 0
    introspection: int = 0
    selections: int = 0
    fields: int = 0


class _Tape:
    """Measures selection sets, each fragment once."""

    def __init__(self, fragments: dict[str, FragmentDefinitionNode]) -> None:
        self._fragments = fragments
        self._measured: dict[str, _Shape] = {}

    def fragment(self, name: str) -> _Shape:
        """The shape of a named fragment; of nothing when it is unknown or within itself."""
        if name not in self._measured:
            self._measured[name] = _Shape()  # a cycle ends here; validation refuses it
            if name in self._fragments:
                self._measured[name] = self.measure(self._fragments[name].selection_set)
        return self._measured[name]

    def measure(self, selection_set: SelectionSetNode | None) -> _Shape:
        """The shape of a selection set."""
        depth = introspection = selections = fields = 0
        for node in selection_set.selections if selection_set else ():
            if isinstance(node, FieldNode):
                shape = self._field(node)
            elif isinstance(node, FragmentSpreadNode):
                shape = self.fragment(node.name.value)
            elif isinstance(node, InlineFragmentNode):
                shape = self.measure(node.selection_set)
            else:  # the grammar knows no other
                continue
            depth = max(depth, shape.depth)
            introspection = max(introspection, shape.introspection)
            selections += shape.selections
            fields += shape.fields
        return _Shape(depth, introspection, selections, fields)

    def _field(self, node: FieldNode) -> _Shape:
        below = self.measure(node.selection_set)
        if node.name.value in {"__schema", "__type"}:
            levels = 1 + max(below.depth, below.introspection)
            return _Shape(1, levels, 1 + below.selections, 1)
        introspection = 1 + below.introspection if below.introspection else 0
        return _Shape(1 + below.depth, introspection, 1 + below.selections, 1)


def check(what: str, count: int, count_max: int) -> None:
    """Raises OverLimit when there are more than may be."""
    if count > count_max:
        raise OverLimit(f"The document has more than {count_max:,} {what}.")


def too_deep(depth_max: int) -> OverLimit:
    """The refusal of a document that is nested too deep."""
    return OverLimit(f"The document is nested deeper than {depth_max} levels.")
