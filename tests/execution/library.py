"""The schema of the library: some of everything that a Strawberry schema can hold."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import AsyncIterator
from typing import Annotated, Any, NewType, TypeAlias

import strawberry
from strawberry import ID, Parent
from strawberry.extensions.field_extension import AsyncExtensionResolver, FieldExtension
from strawberry.schema.config import StrawberryConfig
from strawberry.types.scalar import ScalarDefinition

from gql_tickets.execution import InstanceOf, relation, rfc3339
from tests.execution.records import UNKNOWN, Author, Book, Genre, Magazine, Shelf, answer

strawberry.enum(Genre)
Link = NewType("Link", str)

Info: TypeAlias = strawberry.Info[Shelf, None]


@strawberry.interface
class Named:
    """Told apart by is_type_of."""

    id: ID
    name: str | None


@strawberry.type(name="Author")
class AuthorType(Named):
    """A window over Author."""

    born: int | None
    rival: AuthorType | None = relation(key="rival_id", loader=lambda shelf: shelf.authors)
    mentor: AuthorType = relation(key="mentor_id", loader=lambda shelf: shelf.authors)
    books: list[BookType] = relation(key="book_ids", loader=lambda shelf: shelf.volumes, many=True)

    is_type_of = InstanceOf(Author)


@strawberry.type(name="Magazine")
class MagazineType(Named):
    """A window over Magazine."""

    issue: int
    pages: int

    @classmethod
    def is_type_of(cls, value: object, _info: object) -> bool:
        """By its record."""
        return isinstance(value, Magazine)


class Loud(FieldExtension):
    """An extension around a resolver."""

    async def resolve_async(
        self, next_: AsyncExtensionResolver, source: Any, info: strawberry.Info, **kwargs: Any
    ) -> Any:
        """Louder."""
        return f"{await next_(source, info, **kwargs)}!"


def shout(book: Parent[Book], suffix: str = "!") -> Any:
    """Sync, with an argument."""
    return f"{book.title}{suffix}"


async def whisper(book: Parent[Book], info: Info, suffix: str = "") -> Any:
    """Async, with an argument and the context."""
    return await answer(f"{book.id} of {len(info.context.books)}{suffix}")


async def cry(book: Parent[Book]) -> Any:
    """Within an extension."""
    return str(book.id)


def either(book: Parent[Book]) -> Any:
    """Now or later."""
    return answer("later") if book.id % 2 else "now"


def fails(book: Parent[Book]) -> Any:
    """Sometimes, where null is allowed."""
    if book.id % 3 == 0:
        raise ValueError(f"book {book.id} fails")
    return book.id


async def breaks(book: Parent[Book]) -> Any:
    """Sometimes, where null is not allowed."""
    await asyncio.sleep(0)
    if book.id % 4 == 3:
        raise ValueError(f"book {book.id} breaks")
    return book.id


async def sequel(book: Parent[Book], info: Info) -> Any:
    """By a loader, without being a relation."""
    return await info.context.volumes.load(book.id + 1)


def prequel(book: Parent[Book], info: Info) -> Any:
    """What a loader will have, as it is."""
    return info.context.volumes.load(book.id - 1)


def credit(book: Parent[Book], info: Info) -> Any:
    """What becomes of such a value, if there is a key; fails where the value does, or is missing."""
    if book.author_id is None:
        return None
    author = info.context.authors.load(book.author_id)
    return author.then(lambda found: found.name).then(lambda name: name and f"by {name}")


@strawberry.type(name="Book")
class BookType(Named):
    """A window over Book."""

    title: str
    pages: int
    price: float | None
    lent: bool
    genre: Genre
    genres: list[Genre | None] | None
    printed: dt.datetime | None
    link: Link | None
    tags: list[str]
    grid: list[list[int | None] | None]
    summary: str = strawberry.field(name="blurb")
    borrower: str | None
    chapters: list[str] | None
    related: list[Item | None]
    author: AuthorType | None = relation(key="author_id", loader=lambda shelf: shelf.authors)
    authors: list[AuthorType] = relation(
        key="author_ids", loader=lambda shelf: shelf.authors, many=True
    )
    rating: int = relation(key="id", loader=lambda shelf: shelf.ratings)
    archived: str | None = relation(key="id", loader=lambda shelf: shelf.lost)

    shout: str = strawberry.field(resolver=shout)
    whisper: str = strawberry.field(resolver=whisper)
    cry: str = strawberry.field(resolver=cry, extensions=[Loud()])
    either: str | None = strawberry.field(resolver=either)
    fails: int | None = strawberry.field(resolver=fails)
    breaks: int = strawberry.field(resolver=breaks)
    sequel: BookType | None = strawberry.field(resolver=sequel)
    prequel: BookType | None = strawberry.field(resolver=prequel)
    credit: str | None = strawberry.field(resolver=credit)

    is_type_of = InstanceOf(Book)


Item: TypeAlias = Annotated[BookType | MagazineType, strawberry.union("Item")]


@strawberry.interface
class Problem:
    """Told apart by being an instance."""

    code: str


@strawberry.type
class Missing(Problem):
    """One of them."""

    where: str | None = None


@strawberry.type
class Broken(Problem):
    """The other."""

    what: list[str] = strawberry.field(default_factory=list)


@strawberry.type
class Page:
    """A list and what is beside it."""

    nodes: list[BookType]
    edges: list[Edge]

    @strawberry.field
    async def total(self) -> int:
        """Counted when asked."""
        return int(await answer(len(self.nodes)))


@strawberry.type
class Edge:
    """An item in its place."""

    cursor: str
    node: BookType


async def _books(info: Info, first: int = 9) -> Any:
    """A list."""
    return info.context.books[:first]


async def _book(info: Info, id: int = 1) -> Any:
    """One, or none."""
    return info.context.by_id.get(id)


async def _author(info: Info, id: int = 1) -> Any:
    """By a loader."""
    return await info.context.authors.load(id)


def _stream(info: Info) -> Any:
    """An iterable that can be read once."""
    return iter(info.context.books)


@strawberry.type
class Query:
    """Roots of every kind of output."""

    books: list[BookType] = strawberry.field(resolver=_books)
    book: BookType | None = strawberry.field(resolver=_book)
    author: AuthorType | None = strawberry.field(resolver=_author)
    stream: list[BookType] = strawberry.field(resolver=_stream)

    @strawberry.field
    def page(self, info: Info, first: int = 4) -> Page | None:
        """A list within an object."""
        nodes: list[Any] = info.context.books[:first]
        edges = [Edge(cursor=f"c{at}", node=node) for at, node in enumerate(nodes)]
        return Page(nodes=nodes, edges=edges)

    @strawberry.field
    def shelves(self, info: Info) -> list[list[BookType | None] | None]:
        """Lists of lists."""
        books: list[Any] = info.context.books
        return [books[:2], None, [books[2], None], []]

    @strawberry.field
    async def named(self, info: Info) -> list[Named | None]:
        """An interface."""
        found: list[Any] = [*info.context.books[:2], None, Magazine(5), info.context.people[1]]
        return found

    @strawberry.field
    def items(self, info: Info) -> list[Item]:
        """A union."""
        found: list[Any] = [Magazine(4), info.context.books[0], Magazine(6, name=None)]
        return found

    @strawberry.field
    def problems(self) -> list[Problem]:
        """An interface whose objects are instances of the schema's types."""
        return [Missing(code="gone"), Broken(code="torn", what=["page 7"]), Missing(code="lent")]

    @strawberry.field
    def promised(self, info: Info) -> list[BookType | None]:
        """Some items are there, and some are not yet."""
        books: list[Any] = info.context.books
        failure: Any = ValueError("lost on the way")
        found: list[Any] = [books[0], answer(books[1]), answer(failure), answer(None)]
        return found

    @strawberry.field
    def loaded(self, info: Info) -> list[BookType | None]:
        """Some items are there, and some are a loader's."""
        load = info.context.volumes.load
        found: list[Any] = [info.context.books[0], load(2), None, load(3), load(UNKNOWN)]
        return found

    @strawberry.field
    async def lost(self) -> str | None:
        """Fails."""
        await asyncio.sleep(0)
        raise ValueError("lost")


@strawberry.type
class Change:
    """What a mutation returns."""

    book: BookType | None
    problems: list[Problem]


@strawberry.type
class Mutation:
    """Roots that write."""

    @strawberry.mutation
    async def lend(self, info: Info, id: int) -> Change:
        """Writes down that it was called."""
        info.context.batches.append(("lend", [id]))
        found: Any = info.context.by_id.get(id)
        return Change(book=found, problems=[] if found else [Missing(code="gone")])


@strawberry.type
class Subscription:
    """Roots that go on."""

    @strawberry.subscription
    async def returned(self, info: Info) -> AsyncIterator[BookType]:
        """Each book."""
        books: list[Any] = info.context.books
        for book in books:
            yield book


@rfc3339
def show(moment: dt.datetime) -> str:
    """With Z."""
    return moment.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")


SCALARS: dict[object, ScalarDefinition] = {
    dt.datetime: strawberry.scalar(
        name="DateTime", serialize=show, parse_value=dt.datetime.fromisoformat
    ),
    Link: strawberry.scalar(name="Link", serialize=str, parse_value=str),
}


def build(**options: Any) -> strawberry.Schema:
    """The schema, with an executor or with none."""
    return strawberry.Schema(
        Query,
        Mutation,
        Subscription,
        config=StrawberryConfig(scalar_map=SCALARS),
        types=[AuthorType, BookType, MagazineType, Missing, Broken],
        **options,
    )
