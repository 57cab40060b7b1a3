"""The GraphQL face: object types, and roots wired to resolvers. No SQL, no rules."""

from gql_tickets.schema.building import build_schema, print_sdl
from gql_tickets.schema.schema import Prepared, Results, Schema

__all__ = ["Prepared", "Results", "Schema", "build_schema", "print_sdl"]
