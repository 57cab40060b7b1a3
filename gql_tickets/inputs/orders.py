"""Orders of lists of tickets."""

from __future__ import annotations

import strawberry

from gql_tickets.domain.paging import NEWEST_FIRST, Order, OrderField
from gql_tickets.inputs.enums import OrderDirection
from gql_tickets.inputs.fields import given, required


@strawberry.input(description="One key of a sort; the first one counts most.")
class TicketOrder:
    """A field and a direction."""

    field: OrderField = required("What is compared.")
    direction: OrderDirection = required("Which end comes first.", OrderDirection.DESC)

    def to_domain(self) -> Order:
        """The sort key."""
        return Order(self.field, self.direction is OrderDirection.DESC)


def read_order(order_by: list[TicketOrder] | None) -> tuple[Order, ...]:
    """The order of a list; newest first when none is given."""
    keys = given(order_by)
    return tuple(key.to_domain() for key in keys) if keys else NEWEST_FIRST
