"""The documented REST API, laid over the same resolvers as GraphQL. gql_tickets does not know of it.

`GQL_TICKETS_MOUNTS` names `rest_compat:mount`; without it GraphQL still answers.
"""

from __future__ import annotations

from starlette.routing import BaseRoute

from gql_tickets.context import State
from rest_compat.docs import docs
from rest_compat.endpoint import endpoints
from rest_compat.routes import ROWS

__all__ = ["mount"]


def mount(_state: State) -> list[BaseRoute]:
    """The routes of the documented API and of its description; requests bring their own state, on `app.state`."""
    return [endpoints(ROWS), *docs(ROWS)]
