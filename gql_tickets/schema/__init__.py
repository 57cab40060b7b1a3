"""The GraphQL face: object types, and roots wired to resolvers. No SQL, no rules."""

from gql_tickets.schema.schema import build_schema, print_sdl
from gql_tickets.schema.view import build_view

__all__ = ["build_schema", "build_view", "print_sdl"]
