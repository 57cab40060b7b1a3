"""Every place of the schema that takes a value, found by walking its arguments and inputs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_required_argument,
    is_required_input_field,
)
from msgspec import Struct

from tests.graphql.documents import Answer

WRAPPED = {
    "Query": "query(%s) { %s }",
    "Mutation": "mutation(%s) { %s }",
    "Ticket": 'query(%s) { ticket(ref: {slug: "AM-1"}) { %s } }',
    "User": 'query(%s) { ticket(ref: {slug: "AM-1"}) { assignee { %s } } }',
    "BoardColumn": "query(%s) { board { columns { %s } } }",
}
"""How a field with arguments is reached."""

FOLLOWED = "Subscription"
"""Its filter is that of Query.ticketChanges, and `since` has a test of its own."""

DEPTH = 3

Taken = GraphQLArgument | GraphQLInputField
Step = tuple[str, Taken]


class Place(Struct, frozen=True):
    """A leaf below an argument of a field: `leaf` is its coordinate, `steps` the way to it."""

    parent: str
    field: str
    steps: tuple[Step, ...]
    leaf: str

    @property
    def name(self) -> str:
        """For people."""
        return f"{self.parent}.{self.field}({'.'.join(name for name, _ in self.steps)})"


def places(schema: GraphQLSchema) -> Iterator[Place]:
    """Every one, but for enums and the leaves of a type within itself."""
    for type in schema.type_map.values():
        if isinstance(type, GraphQLObjectType) and not type.name.startswith("__"):
            for field_name, field in type.fields.items():
                for name, argument in field.args.items():
                    coordinate = f"{type.name}.{field_name}({name}:)"
                    for steps, leaf in _below((name, argument), coordinate, frozenset()):
                        yield Place(type.name, field_name, steps, leaf)


def _below(
    step: Step, coordinate: str, within: frozenset[str]
) -> Iterator[tuple[tuple[Step, ...], str]]:
    type = get_named_type(step[1].type)
    if isinstance(type, GraphQLEnumType):
        return
    if not isinstance(type, GraphQLInputObjectType):
        yield (step,), coordinate
    elif type.name not in within:
        for name, field in type.fields.items():
            inner = _below((name, field), f"{type.name}.{name}", within | {type.name})
            for steps, leaf in inner:
                yield (step, *steps), leaf


class Asking:
    """Documents that put a value in a place, with whatever else the field requires around it.

    `required` gives a value for what has to be given, by its coordinate or its type.
    """

    def __init__(self, schema: GraphQLSchema, required: dict[str, Callable[[], Any]]) -> None:
        self._schema = schema
        self._required = required

    def document(self, place: Place, value: object) -> tuple[str, Answer]:
        """The text, and its variables."""
        field = self._schema.type_map[place.parent].fields[place.field]  # type: ignore[attr-defined]
        (name, argument), *inner = place.steps
        values = {name: self._value(argument.type, inner, value)}
        for other, each in field.args.items():
            if other != name and is_required_argument(each):
                values[other] = self._default(each.type, f"{place.parent}.{place.field}({other}:)")
        declared = ", ".join(f"${each}: {field.args[each].type}" for each in values)
        given = ", ".join(f"{each}: ${each}" for each in values)
        asked = f"{place.field}({given}) {self._selection(field.type, DEPTH)}"
        return WRAPPED[place.parent] % (declared, asked), values

    def _value(self, type: Any, steps: list[Step], value: object) -> Any:
        if isinstance(type, GraphQLNonNull):
            return self._value(type.of_type, steps, value)
        if isinstance(type, GraphQLList):
            return [self._value(type.of_type, steps, value)]
        if not isinstance(type, GraphQLInputObjectType):
            return value
        (name, field), *inner = steps
        values = {name: self._value(field.type, inner, value)}
        for other, each in type.fields.items():
            if other != name and is_required_input_field(each):
                values[other] = self._default(each.type, f"{type.name}.{other}")
        return values

    def _default(self, type: Any, coordinate: str) -> Any:
        named: GraphQLNamedType = get_named_type(type)
        give = self._required.get(coordinate) or self._required.get(named.name)
        if isinstance(named, GraphQLEnumType):
            found: Any = next(iter(named.values))
        elif give is not None:
            found = give()
        else:
            raise LookupError(f"What is {coordinate} of {named.name}?")
        is_list = isinstance(getattr(type, "of_type", type), GraphQLList)
        return [found] if is_list else found

    def _selection(self, type: Any, depth: int) -> str:
        named = get_named_type(type)
        if not hasattr(named, "fields"):
            return ""
        inner = [
            f"{name} {self._selection(field.type, depth - 1)}"
            for name, field in named.fields.items()
            if not field.args
            and (depth > 1 or not hasattr(get_named_type(field.type), "fields"))
            and not name.endswith("ursor")
        ]
        return "{ __typename " + " ".join(inner) + " }"
