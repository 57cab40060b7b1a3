"""How lists are cut into pages, by the same rules everywhere, and the connections that come of it."""

from __future__ import annotations

import dataclasses
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from gql_tickets.context import Limits
from gql_tickets.domain.paging import Page, PageRequest
from gql_tickets.errors import Problem, ValidationFailed
from gql_tickets.inputs import given

T = TypeVar("T")


class Default(int):
    """A page size that nobody asked for: `last` may take its place."""


@dataclasses.dataclass(frozen=True, slots=True)
class Edge(Generic[T]):
    """An item and the place where it lies."""

    cursor: str
    node: T


@dataclasses.dataclass(frozen=True, slots=True)
class PageInfo:
    """Where a page lies in its list."""

    has_next_page: bool
    has_previous_page: bool
    start_cursor: str | None
    end_cursor: str | None


@dataclasses.dataclass(frozen=True)
class Connection(Generic[T]):
    """A page of a list, which is counted only when somebody asks."""

    page: Page[T]
    counter: Callable[[], Awaitable[int]]

    @property
    def nodes(self) -> list[T]:
        """The items."""
        return self.page.items

    @property
    def edges(self) -> Sequence[Edge[T]]:
        """The items with their cursors."""
        return list(map(Edge, self.page.cursors, self.page.items))

    @property
    def page_info(self) -> PageInfo:
        """Where the page lies."""
        cursors = self.page.cursors
        return PageInfo(
            self.page.has_next,
            self.page.has_previous,
            cursors[0] if cursors else None,
            cursors[-1] if cursors else None,
        )

    def total_count(self) -> Awaitable[int]:
        """How many items there are on all pages."""
        return self.counter()


def page_request(
    limits: Limits,
    *,
    first: int | None,
    after: str | None = None,
    last: int | None = None,
    before: str | None = None,
    offset: int | None = None,
    default: int = 20,
) -> PageRequest:
    """The page that the arguments ask for. Raises ValidationFailed for those that cannot be had."""
    first, last, offset = given(first), given(last), given(offset)
    after, before = given(after), given(before)
    problems = [
        *_size_problems("first", first, limits.page_max),
        *_size_problems("last", last, limits.page_max),
        *_offset_problems(offset, limits.offset_max, by_cursor=bool(after or before)),
    ]
    asked = first is not None and not isinstance(first, Default)
    if asked and last is not None:
        problems.append(Problem(("last",), "`first` and `last` cannot be combined."))
    if offset and last is not None:
        problems.append(Problem(("offset",), "`offset` counts from the start, not with `last`."))
    if problems:
        raise ValidationFailed(problems)
    size = last if last is not None else default if first is None else int(first)
    return PageRequest(size, after, before, offset or 0, backward=last is not None)


def _size_problems(name: str, size: int | None, size_max: int) -> list[Problem]:
    if size is None or 1 <= size <= size_max:
        return []
    return [Problem((name,), f"`{name}` must be 1 to {size_max}.")]


def _offset_problems(offset: int | None, offset_max: int, *, by_cursor: bool) -> list[Problem]:
    if offset is None:
        return []
    if not 0 <= offset <= offset_max:
        return [Problem(("offset",), f"`offset` must be 0 to {offset_max}.")]
    if offset and by_cursor:
        return [Problem(("offset",), "`offset` and a cursor cannot be combined.")]
    return []
