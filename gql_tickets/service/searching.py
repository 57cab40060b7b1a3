"""Searching by words: the text that a list is searched for by name, and the passages that match."""

from __future__ import annotations

from gql_tickets.domain import highlights
from gql_tickets.domain.directory import NAME_LENGTH_MAX
from gql_tickets.domain.filters import TicketFilter
from gql_tickets.domain.tickets import Ticket
from gql_tickets.service.text import clean


def search_text(path: str, text: str | None) -> str | None:
    """What to look for; None for everything. Raises ValidationFailed for what no name can hold."""
    return None if not text else clean(path, text, length_max=NAME_LENGTH_MAX, trim=False)


def passages(ticket: Ticket, filter: TicketFilter) -> list[str]:
    """The passages of a ticket that match the texts in a filter, as HTML; none without a text."""
    texts = [text for text in (ticket.title, ticket.description) if text]
    return highlights.highlights(highlights.terms_of(filter), texts)
