"""Execution of GraphQL for Strawberry: documents are read once, lists completed by columns.

**By columns.** graphql-core completes a list row by row and field by field, with a call, a path and a type check
for each value. Here a selection set becomes a plan, and the plan is followed once for all rows: one
column for each field, read by `map`, checked by one look at its types, and loaded, where the field
is a relation, by one call. The columns are put side by side as rows that msgspec encodes.

    strawberry.Schema(Query, execution_context_class=BreadthFirstExecutor)

Nothing else has to change; call_directly() spares graphql-core, which calls the roots, a way round. What is irregular is left to graphql-core (see BreadthFirstExecutor).

columns.py      a column, and the run that completes it
leaves.py       scalars and enums
relations.py    relation(): a key and a loader
resolvers.py    resolvers, and what they are given
plan.py         selection sets
executor.py     where graphql-core hands over
held.py         coroutines that nobody may come to await
loading.py      Loader: batches that no caller can cancel; Load: a value to come; Source: of many Facets
lookahead.py    selected(): what is asked for beneath a field
memory.py       plans live as long as their document

**Documents.** What a text says is worked out once, within limits, and kept by the text.

documents.py    the texts that are kept
text.py         what is refused before it is parsed
limits.py       how large a document may be
cost.py         what an operation may cost, priced by what rules.py and directives.py say
"""

from gql_tickets.execution.executor import BreadthFirstExecutor
from gql_tickets.execution.leaves import rfc3339
from gql_tickets.execution.loading import Facet, Load, Loader, Source, loaded
from gql_tickets.execution.lookahead import selected
from gql_tickets.execution.plan import InstanceOf
from gql_tickets.execution.relations import relation
from gql_tickets.execution.resolvers import call_directly

__all__ = [
    "BreadthFirstExecutor",
    "Facet",
    "InstanceOf",
    "Load",
    "Loader",
    "Source",
    "call_directly",
    "loaded",
    "relation",
    "rfc3339",
    "selected",
]
