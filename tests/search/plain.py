"""What it means for a document to fit a query, without a database."""

from __future__ import annotations

from gql_tickets.domain import search


def fits(query: search.Query, made: search.Document) -> bool:
    """Whether all that is wanted occurs, and nothing else."""

    def occurs(term: search.Term) -> bool:
        streams = [made.title, made.body]
        if len(term.words) == 1:
            streams.append(made.rest)
        return any(True for stream in streams for _ in search.places(term, stream))

    return all(map(occurs, query.wanted)) and not any(map(occurs, query.unwanted))
