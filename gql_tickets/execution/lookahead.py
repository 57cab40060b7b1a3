"""Look-ahead: what is selected beneath a field, for resolvers that read no more than is asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from graphql import (
    BooleanValueNode,
    DirectiveNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLResolveInfo,
    InlineFragmentNode,
    SelectionNode,
    VariableNode,
)
from strawberry import Info

from gql_tickets.execution.memory import memo_of


def selected(info: Info[Any, Any] | GraphQLResolveInfo[Any], *paths: str) -> frozenset[str]:
    """Names of the fields that are selected in places beneath the current field.

    A path is the names of fields with dots between, such as `nodes` or `edges.node`; without a
    path it is the field itself. Names are the schema's, not aliases. Fragments count whatever the
    type of their condition, @skip and @include are honoured. The second time it is a look-up.
    """
    raw = info._raw_info if isinstance(info, Info) else info
    variables: Any = raw.variable_values  # Strawberry's: no more than the values
    memo = memo_of(raw.operation, raw.fragments, variables)
    key = (paths, *map(id, raw.field_nodes))
    if key not in memo:
        selection = _Selection(raw.fragments, variables)
        names = frozenset(
            name for path in paths or ("",) for name in selection.beneath(raw.field_nodes, path)
        )
        memo[key] = names, raw.field_nodes
    found: frozenset[str] = memo[key][0]
    return found


class _Selection:
    """A reading of an operation under its variables."""

    def __init__(
        self, fragments: Mapping[str, FragmentDefinitionNode], variables: Mapping[str, Any]
    ) -> None:
        self._fragments = fragments
        self._variables = variables

    def beneath(self, nodes: Iterable[FieldNode], path: str) -> set[str]:
        """Names of the fields at the path beneath some nodes."""
        for step in path.split(".") if path else ():
            nodes = [each for each in self._fields(nodes) if each.name.value == step]
        return {each.name.value for each in self._fields(nodes)}

    def _fields(self, nodes: Iterable[FieldNode]) -> Iterator[FieldNode]:
        sets = [each.selection_set for each in nodes]
        spread: set[str] = set()
        while sets:
            inner = sets.pop()
            for each in inner.selections if inner else ():
                if not self._is_included(each):
                    continue
                if isinstance(each, FieldNode):
                    yield each
                elif isinstance(each, FragmentSpreadNode):
                    if each.name.value not in spread:
                        spread.add(each.name.value)
                        sets.append(self._fragments[each.name.value].selection_set)
                elif isinstance(each, InlineFragmentNode):
                    sets.append(each.selection_set)

    def _is_included(self, node: SelectionNode) -> bool:
        for directive in node.directives or ():
            name = directive.name.value
            if name in {"skip", "include"} and self._is_on(directive) is (name == "skip"):
                return False
        return True

    def _is_on(self, directive: DirectiveNode) -> bool:
        value = (directive.arguments or ())[0].value
        if isinstance(value, VariableNode):
            return bool(self._variables.get(value.name.value))
        return isinstance(value, BooleanValueNode) and value.value
