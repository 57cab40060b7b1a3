"""What each field of a schema weighs, how many items it holds, and what its arguments add.

Read off the schema's directives @cost and @listSize, once a field. What has to wait for the values
of variables is a function of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import ceil
from typing import Any, TypeAlias

from graphql import (
    FieldNode,
    GraphQLArgument,
    GraphQLCompositeType,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLObjectType,
    GraphQLSchema,
    ListValueNode,
    ObjectValueNode,
    Undefined,
    ValueNode,
    VariableNode,
    get_named_type,
    get_nullable_type,
    is_composite_type,
    is_input_object_type,
    is_introspection_type,
    is_list_type,
    value_from_ast_untyped,
)

from gql_tickets.execution.directives import Cost, ListSize

OBJECT_WEIGHT = 1
MUTATION_WEIGHT = 10
LIST_SIZE_ASSUMED = 10
"""Of a list whose field does not say."""

Variables: TypeAlias = Mapping[str, Any]
Price: TypeAlias = Callable[[Variables], int]
Term: TypeAlias = int | Price
"""Points, or how to count them once the variables are known."""


class Rules:
    """The rules of a schema's fields."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self._schema = schema
        self._kept: dict[tuple[str, str], Rule] = {}
        self._introspection_sizes = _introspection_sizes(schema)

    def of(self, parent: GraphQLCompositeType, name: str, field: GraphQLField) -> Rule:
        """The rule of a field."""
        key = (parent.name, name)
        rule = self._kept.get(key)
        if rule is None:
            is_mutation = parent is self._schema.mutation_type
            rule = Rule(field, self._introspection_sizes.get(key), is_mutation=is_mutation)
            self._kept[key] = rule
        return rule


class Rule:
    """What one field weighs."""

    def __init__(
        self, field: GraphQLField, assumed: int | None = None, *, is_mutation: bool = False
    ) -> None:
        directives = _directives(field)
        cost = next((each for each in directives if isinstance(each, Cost)), None)
        size = next((each for each in directives if isinstance(each, ListSize)), ListSize())
        default = MUTATION_WEIGHT if is_mutation else OBJECT_WEIGHT
        is_object = is_composite_type(get_named_type(field.type))
        self.weight = int(cost.weight) if cost else default if is_object or is_mutation else 0
        self.sized_fields = tuple(size.sized_fields or ())
        self._is_list = is_list_type(get_nullable_type(field.type))
        self._slicing = tuple(size.slicing_arguments or ())
        self._arguments = field.args
        defaults = [self._arguments[name].default_value for name in self._slicing]
        self._usual = max(
            (each for each in defaults if isinstance(each, int)),
            default=size.assumed_size or assumed or LIST_SIZE_ASSUMED,
        )

    def size(self, node: FieldNode) -> Term | None:
        """How many items there may be; None for a field that holds no list."""
        if not self._is_list and not self.sized_fields:
            return None
        given = {each.name.value: each.value for each in node.arguments or ()}
        counts = [
            _count(given[name], self._arguments[name].type)
            for name in self._slicing
            if name in given
        ]
        known = [each for each in counts if isinstance(each, int)]
        waiting = [each for each in counts if callable(each)]
        if not waiting:
            return max(known, default=self._usual)

        def size(variables: Variables) -> int:
            found = [count for each in waiting if (count := each(variables)) is not None]
            return max([*known, *found], default=self._usual)

        return size

    def input(self, node: FieldNode) -> Term:
        """What the arguments add."""
        fixed, waiting = 0, []
        for argument in node.arguments or ():
            definition = self._arguments[argument.name.value]
            fixed += _weight(definition)
            term = _input(argument.value, definition.type)
            if isinstance(term, int):
                fixed += term
            else:
                waiting.append(term)
        if not waiting:
            return fixed
        return lambda variables: fixed + sum(term(variables) for term in waiting)


def input_cost(value: Any, type_: GraphQLInputType) -> int:
    """What a value adds: 1 for each item of its lists, and the weights of the fields it gives."""
    if value is None or value is Undefined:
        return 0
    plain = get_nullable_type(type_)
    if is_list_type(plain):
        items = value if isinstance(value, list) else [value]
        inner = plain.of_type
        if not _may_cost(inner):
            return len(items)
        return len(items) + sum(input_cost(item, inner) for item in items)
    if is_input_object_type(plain) and isinstance(value, dict):
        fields = plain.fields
        return sum(
            _weight(fields[name]) + input_cost(each, fields[name].type)
            for name, each in value.items()
            if name in fields
        )
    return 0


def _input(node: ValueNode, type_: GraphQLInputType) -> Term:
    """The same for what stands in a document."""
    if isinstance(node, VariableNode):
        name = node.name.value
        return lambda variables: input_cost(variables.get(name), type_)
    if not _has_variables(node):
        return input_cost(value_from_ast_untyped(node), type_)
    return lambda variables: input_cost(value_from_ast_untyped(node, dict(variables)), type_)


def _count(
    node: ValueNode, type_: GraphQLInputType
) -> int | Callable[[Variables], int | None] | None:
    """The value of a slicing argument: a number, or the length of a list. None for null."""
    is_list = is_list_type(get_nullable_type(type_))
    if isinstance(node, VariableNode):
        name = node.name.value
        return lambda variables: _number(variables.get(name), is_list=is_list)
    if isinstance(node, ListValueNode):
        return len(node.values)
    return _number(value_from_ast_untyped(node), is_list=is_list)


def _number(value: Any, *, is_list: bool) -> int | None:
    """A size; None for what is none, which coercion refuses later."""
    if is_list and value is not None:
        return len(value) if isinstance(value, list) else 1
    if isinstance(value, int | float) and not isinstance(value, bool) and value == value // 1:
        return max(int(value), 0)
    return None


def _has_variables(node: ValueNode) -> bool:
    if isinstance(node, ListValueNode):
        return any(_has_variables(each) for each in node.values)
    if isinstance(node, ObjectValueNode):
        return any(_has_variables(each.value) for each in node.fields)
    return isinstance(node, VariableNode)


def _may_cost(type_: GraphQLInputType) -> bool:
    inner = get_nullable_type(type_)
    return is_list_type(inner) or isinstance(inner, GraphQLInputObjectType)


def _weight(definition: GraphQLArgument | GraphQLInputField) -> int:
    weights = [int(each.weight) for each in _directives(definition) if isinstance(each, Cost)]
    return sum(weights)


def _directives(
    definition: GraphQLField | GraphQLArgument | GraphQLInputField,
) -> Sequence[object]:
    strawberrys = (definition.extensions or {}).get("strawberry-definition")
    return getattr(strawberrys, "directives", None) or ()


def _introspection_sizes(schema: GraphQLSchema) -> dict[tuple[str, str], int]:
    """How many items the lists of an introspection hold, on the average."""
    types = [each for each in schema.type_map.values() if not is_introspection_type(each)]
    fields = [len(each.fields) for each in types if isinstance(each, GraphQLObjectType)]
    per_type = ceil(sum(fields) / len(fields))
    return {
        ("__Schema", "types"): len(types),
        ("__Schema", "directives"): len(schema.directives),
        ("__Type", "fields"): per_type,
        ("__Type", "inputFields"): per_type,
        ("__Type", "enumValues"): per_type,
        ("__Type", "interfaces"): 1,
        ("__Type", "possibleTypes"): per_type,
        ("__Field", "args"): 2,
        ("__Directive", "args"): 2,
    }
