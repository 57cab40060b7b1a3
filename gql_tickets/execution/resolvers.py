"""Resolvers: what Strawberry does around one, done once for a column instead of once for each row."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from inspect import Parameter
from typing import Any

from graphql import GraphQLField, GraphQLResolveInfo, GraphQLSchema, is_object_type
from strawberry import Schema
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.arguments import convert_argument
from strawberry.types.field import StrawberryField
from strawberry.types.fields.resolver import StrawberryResolver


class Resolver:
    """A resolver of Strawberry's. Its arguments are converted once, and shared by the rows."""

    def __init__(
        self,
        definition: StrawberryField,
        resolver: StrawberryResolver[Any],
        function: Callable[..., Any],
        schema: Schema,
    ) -> None:
        config, converter = schema.config, schema.schema_converter
        self._definition = definition
        self._new_info = config.info_class
        self._info_name = getattr(resolver.info_parameter, "name", None)
        self._convert = partial(
            convert_argument, scalar_registry=converter.scalar_registry, config=config
        )
        self._arguments = [
            (config.name_converter.from_argument(each), each.python_name, each.type)
            for each in definition.arguments
        ]
        self.call = _taking_row(resolver, function)
        """What it says of a row, given with the keywords."""

    def keywords(
        self, info: GraphQLResolveInfo[Any], arguments: Mapping[str, Any]
    ) -> dict[str, Any]:
        """What is the same for every row, as the function names it. Raises what a conversion does."""
        shown = self._new_info(_raw_info=info, _field=self._definition)
        keywords = {
            keyword: self._convert(value=arguments[name], type_=type_, info=shown, path=(name,))
            for name, keyword, type_ in self._arguments
            if name in arguments
        }
        if self._info_name is not None:
            keywords[self._info_name] = shown
        return keywords

    def resolve(self, source: Any, info: GraphQLResolveInfo[Any], /, **arguments: Any) -> Any:
        """As graphql-core calls it, for one row."""
        return self.call(source, **self.keywords(info, arguments))


def call_directly(schema: GraphQLSchema) -> None:
    """Let graphql-core call the resolvers of a schema in this way too: at the roots it is who calls."""
    for type_ in schema.type_map.values():
        if is_object_type(type_) and type_ is not schema.subscription_type:
            for field in type_.fields.values():
                resolver = resolver_of(field, schema)
                if resolver is not None:
                    field.resolve = resolver.resolve


def definition_of(field: GraphQLField) -> StrawberryField | None:
    """What a field of the schema was declared as; None for one that is not Strawberry's."""
    definition = field.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
    return definition if isinstance(definition, StrawberryField) else None


def resolver_of(field: GraphQLField, schema: GraphQLSchema) -> Resolver | None:
    """The resolver that a field was declared with; None where more is done than to call it."""
    definition = definition_of(field)
    if (
        definition is None
        or definition.extensions
        or type(definition).get_result is not StrawberryField.get_result
    ):
        return None
    resolver = definition.base_resolver
    function = resolver and resolver.wrapped_func
    strawberry_schema = getattr(schema, "_strawberry_schema", None)
    if (
        resolver is None
        or not callable(function)
        or not isinstance(strawberry_schema, Schema)
        or _may_handle(strawberry_schema)
    ):
        return None
    return Resolver(definition, resolver, function, strawberry_schema)


def _may_handle(schema: Schema) -> bool:
    """Whether exceptions of resolvers may become results."""
    return bool(schema.schema_converter._exception_handler_specs)


def _taking_row(
    resolver: StrawberryResolver[Any], function: Callable[..., Any]
) -> Callable[..., Any]:
    """The function, taking the row first, whatever it calls it, if it takes it at all."""
    if resolver.self_parameter is not None:
        return function
    row = resolver.parent_parameter or resolver.root_parameter
    if row is None:
        return lambda _row, **keywords: function(**keywords)
    first = next(iter(resolver.signature.parameters.values()))
    if row.name == first.name and row.kind is not Parameter.KEYWORD_ONLY:
        return function
    name = row.name
    return lambda row, **keywords: function(**{name: row}, **keywords)
