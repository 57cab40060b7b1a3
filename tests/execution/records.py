"""The records of a library of books: good ones, and some whose attributes hold what they should not."""

from __future__ import annotations

import asyncio
import dataclasses
import datetime as dt
import enum
from collections.abc import Awaitable, Iterator, Sequence
from typing import Any

from gql_tickets.execution import Loader

UNKNOWN, POISONED = 98, 99
"""Keys of nobody, and of somebody whose loading fails."""


class Genre(enum.Enum):
    """Its values are not its names."""

    NOVEL = "novel"
    ESSAY = "essay"
    POETRY = "poetry"


@dataclasses.dataclass
class Author:
    """A record."""

    id: int
    name: Any = "Ada"
    born: Any = 1815
    rival_id: int | None = None
    mentor_id: int | None = 1
    book_ids: tuple[int, ...] = ()


@dataclasses.dataclass
class Book:
    """A record, whose attributes may hold anything."""

    id: int
    title: Any = "Notes"
    pages: Any = 10
    price: Any = 2.5
    lent: Any = False
    genre: Any = Genre.ESSAY
    genres: Any = (Genre.ESSAY, Genre.POETRY)
    printed: Any = dt.datetime(2025, 1, 10, 8, tzinfo=dt.UTC)
    link: Any = "https://example.org/"
    tags: Any = ("old", "red")
    grid: Any = ((1, 2), (3,))
    name: Any = "a book"
    author_id: int | None = 1
    author_ids: tuple[int, ...] = (1, 2)
    related: Any = ()

    @property
    def summary(self) -> str:
        """Computed at each look."""
        return f"{self.id} pages of paper"

    @property
    def borrower(self) -> Awaitable[str]:
        """Takes a moment."""
        return answer(f"reader {self.id}")

    @property
    def chapters(self) -> Iterator[str]:
        """Can be read once."""
        return (f"chapter {number}" for number in range(self.id % 3))


@dataclasses.dataclass
class Magazine:
    """A record of another type."""

    id: int
    name: Any = "a magazine"
    issue: Any = 3
    pages: Any = 30


async def answer(value: Any) -> Any:
    """The value, a little later; an exception is raised."""
    await asyncio.sleep(0)
    if isinstance(value, Exception):
        raise value
    return value


class Shelf:
    """The context of an execution: records, and loaders over them."""

    def __init__(self, books: Sequence[Book], authors: Sequence[Author]) -> None:
        self.books = list(books)
        self.by_id = {book.id: book for book in books}
        self.people = {author.id: author for author in authors}
        self.batches: list[tuple[str, list[int]]] = []
        self.authors: Loader[int, Any] = Loader(self._fetch_authors)
        self.volumes: Loader[int, Any] = Loader(self._fetch_books)
        self.ratings: Loader[int, Any] = Loader(self._fetch_ratings)
        self.lost: Loader[int, Any] = Loader(self._fetch_nothing)

    async def _fetch_authors(self, keys: list[int]) -> list[Any]:
        self.batches.append(("authors", sorted(keys)))
        return [
            ValueError(f"author {key} is poisoned") if key == POISONED else self.people.get(key)
            for key in keys
        ]

    async def _fetch_books(self, keys: list[int]) -> list[Any]:
        self.batches.append(("books", sorted(keys)))
        await asyncio.sleep(0)
        return [self.by_id.get(key) for key in keys]

    async def _fetch_ratings(self, keys: list[int]) -> list[int | None]:
        self.batches.append(("ratings", sorted(keys)))
        return [None if key % 5 == 4 else key * 10 for key in keys]

    async def _fetch_nothing(self, keys: list[int]) -> list[Any]:
        self.batches.append(("lost", sorted(keys)))
        raise ValueError("the archive is lost")


AUTHORS = [
    Author(1, rival_id=2, mentor_id=1, book_ids=(1, 2, 3)),
    Author(2, name=None, born=None, rival_id=1, mentor_id=1),
    Author(3, name="", rival_id=UNKNOWN, mentor_id=2, book_ids=(UNKNOWN, 4)),
]

LONG_AGO = dt.datetime(1, 1, 1, tzinfo=dt.UTC)


def good() -> Shelf:
    """Nothing is amiss."""
    return Shelf(
        [
            Book(1, related=(Magazine(1), Book(8), None)),
            Book(2, title="", pages=0, price=None, genre=Genre.NOVEL, genres=None, printed=None),
            Book(5, lent=True, link=None, tags=[], grid=(None, (None, 0)), author_id=2),
            Book(6, genres=(None,), printed=LONG_AGO, author_id=None, author_ids=()),
            Book(8, pages=-(2**31), name=None, author_id=UNKNOWN, author_ids=(UNKNOWN, 3)),
            Book(10, printed=dt.datetime(2025, 1, 1, 2, 3, 4, 120, dt.UTC), author_id=3),
        ],
        AUTHORS,
    )


def odd() -> Shelf:
    """Values that graphql-core converts, or takes in another way than by columns."""
    east = dt.timezone(dt.timedelta(hours=2))
    return Shelf(
        [
            Book(1, title=12, pages="7", price=3, printed=LONG_AGO.replace(year=2020, tzinfo=east)),
            Book(
                2,
                pages=True,
                price="0.5",
                tags={"only": 1}.keys(),
                related={7: Magazine(7)}.values(),
            ),
            Book(5, title=2.5, lent=1, genres={Genre.NOVEL: 1}.keys(), grid=[[1.0, "2"]]),
            Book(6, pages=3.0, link=LONG_AGO, name=4, author_id=POISONED),
            Book(10, printed=dt.datetime(2025, 1, 1), author_ids=(1, 1, 2)),  # noqa: DTZ001
        ],
        [*AUTHORS, Author(4, name=True, born="1")],
    )


def bad() -> Shelf:
    """Values that are errors, each in a record of its own."""
    return Shelf(
        [
            Book(1, title=None, genre="novel", author_id=3),
            Book(2, pages=2**31, price=float("nan"), author_ids=(POISONED, 1)),
            Book(
                3, pages=None, genres=("essay", None), related=(Magazine(3, issue="x"), Author(9))
            ),
            Book(4, tags=("a", None), printed="today", link=ValueError("no link")),
            Book(5, tags=7, grid=((1, 2.5), None, 3), author_id=POISONED),
            Book(6, name=ValueError("no name"), lent="yes", price="dear", related=("nothing",)),
            Book(7, title=ValueError("no title"), author_id=[], author_ids=None),  # type: ignore[arg-type]
        ],
        [*AUTHORS[:2], Author(3, mentor_id=None, born=2**40, rival_id=POISONED)],
    )


SHELVES = (good, odd, bad)
