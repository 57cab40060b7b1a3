"""Loaders: made anew for each request, so that an edge of a whole list costs one statement.

Keys are those of the caller's organization: a loader cannot reach beyond its actor's. What a batch
function returns runs beside its keys.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from functools import cached_property, partial
from typing import Any, TypeVar

from gql_tickets.auth import Actor
from gql_tickets.domain.directory import ApiKey, Label, Organization, Repository, User
from gql_tickets.domain.filters import TicketFilter
from gql_tickets.domain.history import Comment, TicketEvent
from gql_tickets.domain.ids import Kind
from gql_tickets.domain.paging import Order, Page, PageRequest
from gql_tickets.domain.tickets import ChildProgress, Ticket
from gql_tickets.execution import Facet, Loader, Source
from gql_tickets.service import board, comments, directory, history, keys, labels, tickets
from gql_tickets.service.board import Group
from gql_tickets.store.engine import Store

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")
W = TypeVar("W")


class Loaders:
    """The edges of one request, each made when somebody first asks for it.

    `actor` is asked for when a batch is, and not before.
    """

    def __init__(self, store: Store, actor: Actor | None) -> None:
        self._store = store
        self._actor = actor
        self._groups: dict[Hashable, Source] = {}
        self._pages: dict[Hashable, Loader[Any, Page[Ticket]]] = {}
        self._counts: dict[Hashable, Loader[Any, int]] = {}
        self._told: dict[Hashable, Loader[int, Page[TicketEvent]]] = {}
        self._told_counts: dict[Hashable, Loader[int, int]] = {}
        self._said: dict[PageRequest, Loader[int, Page[Comment]]] = {}

    @cached_property
    def tickets(self) -> Loader[int, Ticket | None]:
        """Tickets by their ids."""
        return self._edge(tickets.by_ids)

    @cached_property
    def users(self) -> Loader[int, User | None]:
        """Users by their ids."""
        return Facet(self._entries, Kind.USER)

    @cached_property
    def repositories(self) -> Loader[int, Repository | None]:
        """Repositories by their ids."""
        return Facet(self._entries, Kind.REPOSITORY)

    @cached_property
    def labels(self) -> Loader[str, Label | None]:
        """Labels by their names."""
        return Facet(self._entries, Kind.LABEL)

    @cached_property
    def labels_by_id(self) -> Loader[str, Label | None]:
        """Labels by their ids."""
        return self._edge(_labels_by_id)

    @cached_property
    def label_counts(self) -> Loader[str, int]:
        """How many tickets have a label, by its name."""
        return self._edge(labels.ticket_counts)

    @cached_property
    def events(self) -> Loader[tuple[int, int], TicketEvent | None]:
        """Events by their ticket's id and its version."""
        return self._edge(history.by_keys)

    @cached_property
    def comments(self) -> Loader[int, Comment | None]:
        """Comments by their ids."""
        return self._edge(comments.by_ids)

    @cached_property
    def comment_counts(self) -> Loader[int, int]:
        """How many comments a ticket has, by its id."""
        return self._edge(comments.counts)

    @cached_property
    def progress(self) -> Loader[int, ChildProgress]:
        """What has become of a ticket's children, by its id."""
        return self._edge(tickets.progress_of)

    @cached_property
    def api_keys(self) -> Loader[str, ApiKey | None]:
        """API keys by their ids."""
        return self._edge(_api_keys)

    @cached_property
    def organizations(self) -> Loader[int, Organization | None]:
        """The caller's organization, by its id."""
        return self._edge(_organizations)

    @cached_property
    def _entries(self) -> Source:
        return Source(self._batch(directory.entries))

    def pages(
        self,
        group: Group,
        filter: TicketFilter,
        order: tuple[Order, ...],
        page: PageRequest,
        columns: frozenset[str],
    ) -> Loader[Any, Page[Ticket]]:
        """The loader of one page of each group: of all that ask with the same arguments."""
        arguments = (group, filter, order, page, columns)
        if arguments not in self._pages:
            wanted = board.GroupPage(order, page, columns)
            self._pages[arguments] = Facet(self._grouped(group, filter), wanted)
        return self._pages[arguments]

    def counts(self, group: Group, filter: TicketFilter) -> Loader[Any, int]:
        """The loader of the number of tickets in each group."""
        if (group, filter) not in self._counts:
            self._counts[group, filter] = Facet(self._grouped(group, filter), board.COUNT)
        return self._counts[group, filter]

    def _grouped(self, group: Group, filter: TicketFilter) -> Source:
        """Where both come from: what is asked in one turn can be read in one statement."""
        if (group, filter) not in self._groups:

            async def fetch(
                store: Store, actor: Actor, wanted: Mapping[board.Wanted, Sequence[Any]]
            ) -> Mapping[board.Wanted, board.Found]:
                return await board.find(store, actor, group, wanted, filter=filter)

            self._groups[group, filter] = Source(self._batch(fetch))
        return self._groups[group, filter]

    def event_pages(
        self, page: PageRequest, fields: history.Fields | None
    ) -> Loader[int, Page[TicketEvent]]:
        """The loader of one page of the history of each ticket."""
        if (page, fields) not in self._told:
            fetch = partial(history.pages, page=page, fields=fields)
            self._told[page, fields] = self._edge(fetch)
        return self._told[page, fields]

    def event_counts(self, fields: history.Fields | None) -> Loader[int, int]:
        """The loader of the number of events of each ticket."""
        if fields not in self._told_counts:
            self._told_counts[fields] = self._edge(partial(history.counts, fields=fields))
        return self._told_counts[fields]

    def comment_pages(self, page: PageRequest) -> Loader[int, Page[Comment]]:
        """The loader of one page of the comments of each ticket."""
        if page not in self._said:
            self._said[page] = self._edge(partial(comments.pages, page=page))
        return self._said[page]

    def _edge(
        self, fetch: Callable[[Store, Actor, Sequence[K]], Awaitable[Sequence[V]]]
    ) -> Loader[K, V]:
        return Loader(self._batch(fetch))

    def _batch(
        self, fetch: Callable[[Store, Actor, W], Awaitable[V]]
    ) -> Callable[[W], Awaitable[V]]:
        # Not `self`: a request that lies in a circle is not freed when it ends.
        store, actor = self._store, self._actor

        async def batch(wanted: W) -> V:
            # Loaders are reached through records, and records through Context.actor, which refuses.
            if actor is None:
                raise RuntimeError("A loader was asked without a caller.")
            return await fetch(store, actor, wanted)

        return batch


async def _labels_by_id(store: Store, actor: Actor, ids: Sequence[str]) -> Sequence[Label | None]:
    # Only `node` and `nodes` name labels by id: not worth a statement of its own.
    return [await labels.by_id(store, actor, wanted) for wanted in ids]


async def _api_keys(store: Store, actor: Actor, ids: Sequence[str]) -> Sequence[ApiKey | None]:
    found = {key.id: key for key in await keys.list_keys(store, actor)}
    return [found.get(wanted) for wanted in ids]


async def _organizations(
    store: Store, actor: Actor, ids: Sequence[int]
) -> Sequence[Organization | None]:
    own = await directory.organization_of(store, actor)
    return [own if wanted == own.id else None for wanted in ids]
