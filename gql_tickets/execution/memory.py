"""What is worked out of an operation once, and kept for as long as its document is."""

from __future__ import annotations

import weakref
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeAlias

from graphql import (
    DirectiveNode,
    FragmentDefinitionNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
)

Memo: TypeAlias = dict[tuple[Any, ...], Any]
"""Keys hold nodes by their id(): what is kept under a key has to keep its nodes alive."""

_STEERING = frozenset({"include", "skip", "defer"})

VARIANTS_MAX = 8
"""Of the combinations of an operation's switches that are remembered; callers choose them."""


class Variants:
    """What is known of an operation, for each setting of the variables that steer its selections."""

    def __init__(
        self, node: OperationDefinitionNode, fragments: Mapping[str, FragmentDefinitionNode]
    ) -> None:
        self._switches = tuple(sorted(_switches(node, fragments)))
        self._memos: dict[tuple[Any, ...], Memo] = {}

    def memo(self, variables: Mapping[str, Any]) -> Memo:
        """What holds under these variables."""
        setting = tuple(map(variables.get, self._switches))
        memo = self._memos.get(setting)
        if memo is None:
            while len(self._memos) >= VARIANTS_MAX:
                del self._memos[next(iter(self._memos))]
            memo = self._memos[setting] = {}
        return memo


_known: dict[int, tuple[weakref.ref[OperationDefinitionNode], Variants]] = {}
"""By the identity of their nodes, since these compare by content, all the way down."""


def memo_of(
    node: OperationDefinitionNode,
    fragments: Mapping[str, FragmentDefinitionNode],
    variables: Mapping[str, Any],
) -> Memo:
    """What is remembered of an operation under these variables. It goes when the node goes."""
    found = _known.get(id(node))
    if found is None:
        key = id(node)
        forget = weakref.ref(node, lambda _: _known.pop(key, None))
        found = _known[key] = forget, Variants(node, fragments)
    return found[1].memo(variables)


def _switches(
    node: OperationDefinitionNode, fragments: Mapping[str, FragmentDefinitionNode]
) -> set[str]:
    """The Boolean variables in directives that decide what is selected."""
    found: set[str] = set()
    sets = [node.selection_set, *(each.selection_set for each in fragments.values())]
    while sets:
        for selection in sets.pop().selections:
            found.update(_variables(selection.directives or ()))
            inner: SelectionSetNode | None = getattr(selection, "selection_set", None)
            if inner is not None:
                sets.append(inner)
    return found


def _variables(directives: Iterable[DirectiveNode]) -> Iterator[str]:
    for directive in directives:
        if directive.name.value in _STEERING:
            for argument in directive.arguments or ():
                if isinstance(argument.value, VariableNode):
                    yield argument.value.name.value
