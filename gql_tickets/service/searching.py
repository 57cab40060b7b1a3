"""The text that a list is searched for by name."""

from __future__ import annotations

from gql_tickets.domain.directory import NAME_LENGTH_MAX
from gql_tickets.service.text import clean


def search_text(path: str, text: str | None) -> str | None:
    """What to look for; None for everything. Raises ValidationFailed for what no name can hold."""
    return None if not text else clean(path, text, length_max=NAME_LENGTH_MAX, trim=False)
