"""The documented API, row by row: this table is the mapping that the product exists for (C3, C4)."""

from __future__ import annotations

from gql_tickets.auth import Scope
from gql_tickets.resolvers import board, tickets
from rest_compat import points, reading, shapes
from rest_compat.endpoint import Row

TICKETS_READ = Scope.TICKETS_READ
TICKETS_WRITE = Scope.TICKETS_WRITE

# fmt: off
ROWS = (
    Row("GET",    "/tickets",               TICKETS_READ,  tickets.tickets,           reading.page,     shapes.page,                      points.page, shapes.LISTED),
    Row("GET",    "/tickets/board",         TICKETS_READ,  board.board,               reading.board,    shapes.board,                     points.board, shapes.CARDS),
    Row("GET",    "/tickets/{slug}",        TICKETS_READ,  tickets.ticket,            reading.slug,     shapes.detail,                    points.detail, shapes.DETAILED),
    Row("POST",   "/tickets",               TICKETS_WRITE, tickets.ticket_create,     reading.draft,    shapes.created,                   points.write),
    Row("PUT",    "/tickets/{slug}",        TICKETS_WRITE, tickets.ticket_update,     reading.patch,    shapes.detail,                    points.write),
    Row("PATCH",  "/tickets/{slug}/status", TICKETS_WRITE, tickets.ticket_set_status, reading.status,   shapes.message("Status updated"), points.write, shapes.NOTHING),
    Row("DELETE", "/tickets/{slug}",        TICKETS_WRITE, tickets.ticket_delete,     reading.deletion, shapes.message("Ticket deleted"), points.write),
)
# fmt: on
