"""The seam: what a field of the schema and a row of rest_compat call.

Plain async functions whose arguments are the schema's own. They read inputs, ask the service, and
return domain records; no rule and no SQL lives here.
"""

from gql_tickets.resolvers import (
    board,
    bulk,
    changes,
    comments,
    directory,
    history,
    keys,
    labels,
    nodes,
    tickets,
    viewer,
)

__all__ = [
    "board",
    "bulk",
    "changes",
    "comments",
    "directory",
    "history",
    "keys",
    "labels",
    "nodes",
    "tickets",
    "viewer",
]
