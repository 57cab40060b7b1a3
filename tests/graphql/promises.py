"""What a schema promises to a client that names it: one line for each name, and its type.

Ticket: type & Node                  Ticket.children: TicketConnection!
Ticket.children(first): Int = 20     TicketStatus.BACKLOG
TicketRef: input @oneOf              @cost(weight): String!
"""

from __future__ import annotations

from collections.abc import Iterator

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    is_introspection_type,
    is_specified_directive,
    is_specified_scalar_type,
    print_ast,
)
from graphql.utilities import get_default_value_ast


def promises(schema: GraphQLSchema) -> list[str]:
    """All the lines, in the order of the alphabet. What GraphQL itself brings is left out."""
    found: list[str] = []
    for shape in schema.type_map.values():
        if not is_introspection_type(shape) and not is_specified_scalar_type(shape):
            found += _of_type(shape)
    for directive in schema.directives:
        if not is_specified_directive(directive):
            name = f"@{directive.name}"
            found += [
                name,
                *(_given(f"{name}({key})", each) for key, each in directive.args.items()),
            ]
    return sorted(found)


def _of_type(shape: GraphQLNamedType) -> Iterator[str]:
    name = shape.name
    if isinstance(shape, GraphQLEnumType):
        yield f"{name}: enum"
        for value in shape.values:
            yield f"{name}.{value}"
    elif isinstance(shape, GraphQLInputObjectType):
        yield f"{name}: input{' @oneOf' if shape.is_one_of else ''}"
        for key, taken in shape.fields.items():
            yield _given(f"{name}.{key}", taken)
    elif isinstance(shape, GraphQLObjectType | GraphQLInterfaceType):
        kind = "type" if isinstance(shape, GraphQLObjectType) else "interface"
        yield " & ".join([f"{name}: {kind}", *sorted(each.name for each in shape.interfaces)])
        for key, field in shape.fields.items():
            yield f"{name}.{key}: {field.type}"
            for argument, given in field.args.items():
                yield _given(f"{name}.{key}({argument})", given)
    else:
        yield f"{name}: scalar"


def _given(name: str, given: GraphQLArgument | GraphQLInputField) -> str:
    default = get_default_value_ast(given)
    return f"{name}: {given.type}" + (f" = {print_ast(default)}" if default else "")
