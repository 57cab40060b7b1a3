"""The arguments that several fields share, with what the schema says of them."""

from __future__ import annotations

from typing import Annotated, TypeAlias, TypeVar

import strawberry
from strawberry import ID

from gql_tickets.domain.tickets import TicketField
from gql_tickets.inputs.fields import Cursor
from gql_tickets.inputs.filters import TicketFilter
from gql_tickets.inputs.orders import TicketOrder
from gql_tickets.inputs.references import TicketRef

I_ = TypeVar("I_")

Input: TypeAlias = Annotated[
    I_, strawberry.argument(description="Everything that the mutation needs to know.")
]
First: TypeAlias = Annotated[
    int | None, strawberry.argument(description="How many items, from the start; 1 to 250.")
]
After: TypeAlias = Annotated[
    str | None, strawberry.argument(description="Only items after this cursor.")
]
Last: TypeAlias = Annotated[
    int | None,
    strawberry.argument(description="How many items, from the end; 1 to 250. Not beside `first`."),
]
Before: TypeAlias = Annotated[
    str | None, strawberry.argument(description="Only items before this cursor.")
]
Offset: TypeAlias = Annotated[
    int | None,
    strawberry.argument(
        description="How many items to skip; 0 to 10,000. Not beside a cursor or `last`."
    ),
]
Filter: TypeAlias = Annotated[
    TicketFilter | None, strawberry.argument(description="Only tickets that match.")
]
OrderBy: TypeAlias = Annotated[
    list[TicketOrder] | None,
    strawberry.argument(
        description="The sort keys, the first counts most; newest first if absent."
    ),
]
Since: TypeAlias = Annotated[
    Cursor | None,
    strawberry.argument(description="Only what comes after this position of the change log."),
]
Fields: TypeAlias = Annotated[
    list[TicketField] | None,
    strawberry.argument(description="Only events that changed one of these fields."),
]
NameContains: TypeAlias = Annotated[
    str | None,
    strawberry.argument(
        description="Only those with this text in the name; the case of ASCII letters does not count."
    ),
]
NodeId: TypeAlias = Annotated[ID, strawberry.argument(description="The `id` of an object.")]
NodeIds: TypeAlias = Annotated[
    list[ID], strawberry.argument(description="The `id`s of at most 100 objects.")
]
Ref: TypeAlias = Annotated[TicketRef, strawberry.argument(description="The ticket.")]
