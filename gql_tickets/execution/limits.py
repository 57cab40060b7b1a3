"""How large a document may be, and what fragments make of one: each is measured once, none expanded.

The text is looked at before (text.py), since a tree costs far more than its text. And how many
objects its variables may hold, each of which costs more to read than its share of the price.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

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

FIELDS_MAX = 100
"""Of one object in the variables. No input has half as many, and each error shows all of them."""


class Limits(Struct, frozen=True):
    """The most that a document and its variables may be. Each is a number of things, or of bytes."""

    bytes_max: int = 131_072
    tokens_max: int = 2_000
    depth_max: int = 12
    aliases_max: int = 30
    directives_max: int = 50
    fragments_max: int = 100
    repeats_max: int = 20
    selections_max: int = 10_000
    merges_max: int = 10_000
    mutations_max: int = 10
    objects_max: int = 500
    cost_max: int = 10_000


class OverLimit(GraphQLError):
    """The document is larger than a limit allows. Nothing of it was run."""


def check_tree(document: DocumentNode, limits: Limits) -> list[int]:
    """Refuse a document whose fragments make it too large. Raises OverLimit.

    Returns how many mutations each of its operations makes, in their order.
    """
    definitions = [
        node
        for node in document.definitions
        if isinstance(node, OperationDefinitionNode | FragmentDefinitionNode)
    ]
    fragments = {
        node.name.value: node for node in definitions if isinstance(node, FragmentDefinitionNode)
    }
    operations = [node for node in definitions if isinstance(node, OperationDefinitionNode)]
    check("fragments", len(definitions) - len(operations), limits.fragments_max)
    tape = _Tape(fragments)
    selections = 0
    mutations: list[int] = []
    try:
        for fragment in fragments.values():
            shape = tape.fragment(fragment)
            _check_levels(shape, limits)
            selections += shape.selections
        for operation in operations:
            shape = tape.measure(operation.selection_set)
            _check_levels(shape, limits)
            selections += shape.selections
            # A fragment cannot know that it is part of an introspection, an operation can.
            if shape.depth > limits.depth_max:
                raise too_deep(limits.depth_max)
            mutations.append(shape.fields * (operation.operation is OperationType.MUTATION))
            check("mutations", mutations[-1], limits.mutations_max)
    except RecursionError:
        raise too_deep(limits.depth_max) from None
    check("selections", selections, limits.selections_max)
    merging = _Merging(fragments, limits.merges_max)
    for node in definitions:
        merging.check([node.selection_set])
    return mutations


def _check_levels(shape: _Shape, limits: Limits) -> None:
    levels_max = max(limits.depth_max, INTROSPECTION_DEPTH_MAX)
    if max(shape.depth, shape.introspection) > levels_max:
        raise too_deep(limits.depth_max)


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
        self._measured: dict[str, _Shape | None] = {}

    def fragment(self, fragment: FragmentDefinitionNode) -> _Shape:
        """The shape of a fragment. Raises GraphQLError for one that is within itself."""
        name = fragment.name.value
        if name not in self._measured:
            self._measured[name] = None
            self._measured[name] = self.measure(fragment.selection_set)
        measured = self._measured[name]
        if measured is None:
            raise GraphQLError(f"The fragment {name} is spread within itself.", fragment)
        return measured

    def measure(self, selection_set: SelectionSetNode | None) -> _Shape:
        """The shape of a selection set."""
        depth = introspection = selections = fields = 0
        for node in selection_set.selections if selection_set else ():
            if isinstance(node, FieldNode):
                shape = self._field(node)
            elif isinstance(node, FragmentSpreadNode):
                fragment = self._fragments.get(node.name.value)
                shape = self.fragment(fragment) if fragment else _Shape()
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


class _Merging:
    """Counts the fields that answer to one name in one place: validation compares each two of them.

    Where they have selections of their own, those are merged, and so on: a field that is written
    twice at each of eight levels is 2^8 fields in the last one, and 2^15 comparisons.
    """

    def __init__(self, fragments: dict[str, FragmentDefinitionNode], pairs_max: int) -> None:
        self._fragments = fragments
        self._pairs_max = pairs_max
        self._pairs = 0

    def check(self, sets: list[SelectionSetNode]) -> None:
        """Count what is merged in selection sets of one place. Raises OverLimit."""
        merged: dict[str, list[FieldNode]] = {}
        seen: set[str] = set()
        for each in sets:
            self._collect(each, merged, seen)
        for nodes in merged.values():
            self._pairs += len(nodes) * (len(nodes) - 1) // 2
            check("fields to merge", self._pairs, self._pairs_max)
            below = [node.selection_set for node in nodes if node.selection_set]
            if below:
                self.check(below)

    def _collect(
        self, selection_set: SelectionSetNode, merged: dict[str, list[FieldNode]], seen: set[str]
    ) -> None:
        for node in selection_set.selections:
            if isinstance(node, FieldNode):
                merged.setdefault((node.alias or node.name).value, []).append(node)
            elif isinstance(node, InlineFragmentNode):
                self._collect(node.selection_set, merged, seen)
            elif isinstance(node, FragmentSpreadNode) and node.name.value not in seen:
                seen.add(node.name.value)
                if fragment := self._fragments.get(node.name.value):
                    self._collect(fragment.selection_set, merged, seen)


def check_variables(variables: Mapping[str, Any], limits: Limits) -> None:
    """Refuse variables with too many objects in their lists, before any is read. Raises OverLimit.

    Literals need no such check: their tokens are counted.
    """
    objects = 0
    waiting: list[Iterable[Any]] = [variables.values()]
    while waiting:
        for value in waiting.pop():
            if isinstance(value, dict):
                if len(value) > FIELDS_MAX:
                    raise OverLimit(
                        f"An object in the variables has more than {FIELDS_MAX} fields."
                    )
                waiting.append(value.values())
            elif isinstance(value, list):
                # Lists in lists are none of ours, and no cheaper.
                objects += sum(isinstance(each, dict | list) for each in value)
                waiting.append(value)
        if objects > limits.objects_max:
            raise OverLimit(
                f"The lists of the variables hold more than {limits.objects_max:,} objects."
            )


def check(what: str, count: int, count_max: int) -> None:
    """Raises OverLimit when there are more than may be."""
    if count > count_max:
        raise OverLimit(f"The document has more than {count_max:,} {what}.")


def too_deep(depth_max: int) -> OverLimit:
    """The refusal of a document that is nested too deep."""
    return OverLimit(f"The document is nested deeper than {depth_max} levels.")
