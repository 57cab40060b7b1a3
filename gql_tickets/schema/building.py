"""The schema, put together, and the text of it."""

from __future__ import annotations

from strawberry.schema.config import StrawberryConfig

from gql_tickets.execution import BreadthFirstExecutor
from gql_tickets.execution.limits import Limits
from gql_tickets.schema import errors as user_errors
from gql_tickets.schema import types
from gql_tickets.schema.changes import Subscription
from gql_tickets.schema.mutation import Mutation
from gql_tickets.schema.query import Query
from gql_tickets.schema.scalars import SCALARS
from gql_tickets.schema.schema import Schema
from gql_tickets.settings import Settings

_NODES = (
    types.Organization,
    types.User,
    types.Repository,
    types.Label,
    types.Ticket,
    types.Comment,
    types.TicketEvent,
    types.ApiKey,
)
_USER_ERRORS = (
    user_errors.ValidationError,
    user_errors.NotFoundError,
    user_errors.ConflictError,
    user_errors.GenericError,
)

DESCRIPTION = """\
Tickets. One organization per credential: every root field is scoped to the organization the API key belongs to.

Conventions that hold everywhere in this schema
- Lists that can grow are Relay connections; lists with a documented small bound are plain lists.
- Every mutation takes one `input` and returns a payload with `userErrors`. A mutation that returns an empty `userErrors` succeeded completely; a mutation that returns any changed nothing, unless it is a bulk mutation with `onError: CONTINUE`.
- Failures a caller can act on (validation, missing ticket, version conflict) are `userErrors`. Failures of the request itself (authentication, scope, malformed document, internal error) are top-level `errors` with `extensions.code`. Both draw from `ErrorCode`, and so does the `code` of the REST error body.
- In update inputs an absent field is unchanged. `null` clears, and is accepted only where the field says so.
- Every ticket and every comment has `version`; pass it back as `expectedVersion` to make a write conditional.
- Values may be added to enums marked "open"; treat an unknown value as its documented fallback.
"""


def build_schema(settings: Settings | None = None) -> Schema:
    """The schema, ready to execute; with the limits of the settings, or their defaults."""
    settings = settings or Settings.model_construct()
    schema = Schema(
        query=Query,
        mutation=Mutation,
        subscription=Subscription,
        types=[*_NODES, *_USER_ERRORS],
        execution_context_class=BreadthFirstExecutor if settings.fast_execution else None,
        config=StrawberryConfig(scalar_map=SCALARS),
        limits=limits_of(settings),
        documents_kept_max=settings.documents_kept_max,
        suggestions=settings.suggestions,
        introspection=settings.introspection,
    )
    schema._schema.description = DESCRIPTION
    return schema


def limits_of(settings: Settings) -> Limits:
    """The limits of documents that the settings name."""
    return Limits(
        bytes_max=settings.document_bytes_max,
        tokens_max=settings.document_tokens_max,
        depth_max=settings.document_depth_max,
        aliases_max=settings.document_aliases_max,
        directives_max=settings.document_directives_max,
        fragments_max=settings.document_fragments_max,
        repeats_max=settings.document_repeats_max,
        selections_max=settings.document_selections_max,
        merges_max=settings.document_merges_max,
        mutations_max=settings.document_mutations_max,
        objects_max=settings.variables_objects_max,
        cost_max=settings.cost_max,
    )


def print_sdl(schema: Schema | None = None) -> str:
    """The text of schema.graphql, with its last line ended."""
    printed = (schema or build_schema()).as_str().rstrip()
    # Strawberry prints no description of the schema itself.
    return f'"""\n{DESCRIPTION}"""\nschema {{\n  query: Query\n  mutation: Mutation\n  subscription: Subscription\n}}\n\n{printed}\n'
