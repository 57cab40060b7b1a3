"""A small schema of a library, to price documents of: it is never run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import strawberry
from graphql import GraphQLError, specified_rules

from gql_tickets.execution.directives import Cost, ListSize
from gql_tickets.execution.documents import Document, Documents
from gql_tickets.execution.limits import Limits


def resolved(resolver: Any, **size: Any) -> Any:
    directives = [ListSize(**size)] if size else []
    return strawberry.field(resolver=resolver, directives=directives)


def nothing() -> None:
    return None


def page(first: int | None = 20, last: int | None = None) -> None:
    del first, last


def by_ids(ids: list[strawberry.ID]) -> None:
    del ids


@strawberry.interface
class Item:
    id: strawberry.ID
    related: list[Item] = resolved(nothing, assumed_size=4)


@strawberry.type
class Author(Item):
    name: str
    books: BookConnection = resolved(
        page, slicing_arguments=["first", "last"], sized_fields=["nodes", "edges"]
    )


@strawberry.type
class Book(Item):
    title: str
    words: int = strawberry.field(directives=[Cost(weight="3")])
    author: Author
    tags: list[str]
    reviews: list[Author]


@strawberry.type
class BookEdge:
    node: Book


@strawberry.type
class BookConnection:
    nodes: list[Book]
    edges: list[BookEdge]
    total: int = strawberry.field(directives=[Cost(weight="5")])


@strawberry.input
class Chapter:
    title: str
    notes: list[str] | None = None
    image: str | None = strawberry.field(default=None, directives=[Cost(weight="7")])


@strawberry.input
class Draft:
    chapters: list[Chapter]


def write(draft: Draft) -> None:
    del draft


@strawberry.type
class Query:
    books: BookConnection = resolved(
        page, slicing_arguments=["first", "last"], sized_fields=["nodes", "edges"]
    )
    items: list[Item] = resolved(by_ids, slicing_arguments=["ids"])
    author: Author = resolved(nothing)


@strawberry.type
class Mutation:
    write: Author = resolved(write)
    burn: bool = resolved(nothing)


SCHEMA = strawberry.Schema(Query, Mutation, types=[Author, Book])


def documents(**limits: int) -> Documents:
    """A store of documents with these limits."""
    return Documents(SCHEMA._schema, Limits(**limits), specified_rules)


def read(text: str, **limits: int) -> Document:
    """A document, read afresh."""
    return documents(**limits).read(text)


def error_of(text: str, **limits: int) -> GraphQLError:
    """The one error of a document."""
    [error] = read(text, **limits).errors
    return error


def cost_of(text: str, variables: Mapping[str, Any] | None = None, **limits: int) -> int:
    """What a document costs."""
    document = read(text, **limits)
    assert not document.errors, document.errors
    return document.operation(None).cost(variables or {})
