"""The history of a ticket."""

from __future__ import annotations

from gql_tickets.context import Info
from gql_tickets.domain.history import TicketEvent
from gql_tickets.domain.paging import PageRequest
from gql_tickets.domain.tickets import TicketField
from gql_tickets.execution import Load
from gql_tickets.resolvers.paging import Connection


def of_ticket(
    info: Info, ticket_id: int, page: PageRequest, fields: tuple[TicketField, ...] | None
) -> Load[Connection[TicketEvent]]:
    """A page of a ticket's events, fetched together with the same page of other tickets."""
    loaders = info.context.loaders
    wanted = None if fields is None else tuple(dict.fromkeys(fields))

    def count() -> Load[int]:
        return loaders.event_counts(wanted).load(ticket_id)

    pages = loaders.event_pages(page, wanted)
    return pages.load(ticket_id).then(lambda found: Connection(found, count))
