"""What an import will do: which rows are new, which are there already, and what cannot be done."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TypeVar

from msgspec import UNSET

from gql_tickets.domain.history import Comment
from gql_tickets.domain.transfer import CommentRow, Incoming, TicketRow
from gql_tickets.errors import TicketsError
from gql_tickets.service.importing.people import People
from gql_tickets.service.importing.rows import Refusals, number_of
from gql_tickets.service.importing.trees import Node, find_misplaced
from gql_tickets.store import comments, imported
from gql_tickets.store.engine import Connection
from gql_tickets.store.imported import Known

BATCH = 500

T = TypeVar("T")
Key = tuple[str | None, str]
"""The source of a row, None for one of ours, and what it is called there."""


class Plan:
    """The rows of a file that can be taken, and what the database holds of them."""

    def __init__(self, rows: Incoming, people: People, refusals: Refusals) -> None:
        self.rows = rows
        self.people = people
        self.refusals = refusals
        self.known: dict[Key, Known] = {}
        """The tickets that are there, of those that the file names."""
        self.tickets: dict[Key, TicketRow] = {key_of(row): row for row in rows.tickets}
        self.referred: dict[Key, dict[str, Any]] = {}
        """The columns of a ticket that are ids of users and repositories."""
        self._new: dict[Key, Node] = {}
        self.parents: dict[Node, Node] = {}
        """The parent of each ticket that has one, as it will be."""
        self.comments: list[CommentRow] = []
        self.said: dict[int, Comment] = {}
        """The comments that are there, of those that the file names."""

    def node(self, key: Key) -> Node | None:
        """The ticket of that name: its id, or its place among the new ones, below zero."""
        if key in self.known:
            return self.known[key].id
        return self._new.get(key) if key in self.tickets else None

    def parent(self, row: TicketRow) -> Node | None:
        """The parent that the row names."""
        return self.node((row.source, row.parent)) if isinstance(row.parent, str) else None

    async def look(self, db: Connection, org: int) -> None:
        """Find what there is, and refuse what does not go with it."""
        await self._identify(db, org)
        await self._refuse_taken(db, org)
        self._new = {key: -at for at, key in enumerate(self.tickets, start=1)}
        self.people.take(self.rows.users, self.rows.repositories, self.refusals)
        for key, row in list(self.tickets.items()):
            try:
                self.referred[key] = self.people.values_of(row)
            except TicketsError as error:
                self._refuse(key, error)
        self._plant(await imported.find_parents(db, org))
        await self._hear(db, org)

    def new(self) -> list[TicketRow]:
        """The rows of tickets to be made."""
        return [row for key, row in self.tickets.items() if key not in self.known]

    def present(self) -> list[tuple[TicketRow, Known]]:
        """The rows of tickets that are there."""
        return [(row, self.known[key]) for key, row in self.tickets.items() if key in self.known]

    def _refuse(self, key: Key, reason: TicketsError | str) -> None:
        self.refusals.add(self.tickets.pop(key), reason)

    async def _identify(self, db: Connection, org: int) -> None:
        """Find the tickets, by slug or by what their source calls them."""
        wanted = set(self.tickets) | {(None, row.ticket) for row in self.rows.comments}
        wanted |= {
            (row.source, row.parent) for row in self.rows.tickets if isinstance(row.parent, str)
        }
        for names in batches({name for source, name in wanted if source is None}):
            found = await imported.find_known_by_slugs(db, org, names)
            self.known |= {(None, ticket.slug): ticket for ticket in found}
        wanted |= {name for row in self.rows.tickets for name in row.external_ids}
        for source in {source for source, _ in wanted if source is not None}:
            for names in batches({name for its, name in wanted if its == source}):
                ids = await imported.find_external(db, org, source, names)
                by_id = {each.id: each for each in await imported.find_known(db, org, ids.values())}
                self.known |= {(source, name): by_id[id] for name, id in ids.items()}

    async def _refuse_taken(self, db: Connection, org: int) -> None:
        """Refuse what has the slug, the number, the id or the other name of another ticket."""
        for key, row in list(self.tickets.items()):
            known = self.known.get(key)
            reason = _other(row, known) if row.source is None and known is not None else None
            for name in row.external_ids:
                holder = self.known.get(name)
                if holder is not None and holder != known:
                    reason = f"{name[1]} of {name[0]} is {holder.slug} here already."
            if reason is not None:
                self._refuse(key, reason)
                self.known.pop(key, None)
        fresh = [row for row in self.new() if row.source is None]
        for batch in batches(fresh):
            numbers = await imported.find_numbered(db, org, [number_of(row) or 0 for row in batch])
            ids = await imported.find_known(db, org, [row.id for row in batch if row.id])
            slugs = {each.id: each.slug for each in ids}
            for row in batch:
                if (slug := numbers.get(number_of(row) or 0)) is not None:
                    self._refuse(key_of(row), f"The number of {row.key} is taken by {slug}.")
                elif (slug := slugs.get(row.id or 0)) is not None:
                    self._refuse(key_of(row), f"The id {row.id} is taken by {slug}.")

    def _plant(self, before: dict[Node, Node]) -> None:
        """Hang the tickets from their parents, and refuse those that cannot hang there."""
        while True:
            orphans = [
                (key, row)
                for key, row in self.tickets.items()
                if isinstance(row.parent, str) and self.parent(row) is None
            ]
            for key, _ in orphans:
                self._refuse(key, "There is no such parent ticket.")
            if orphans:
                continue
            keys = {self.node(key): key for key, row in self.tickets.items()}
            moved = {
                node: self.parent(self.tickets[key])
                for node, key in keys.items()
                if node is not None and self.tickets[key].parent is not UNSET
            }
            self.parents = {node: up for node, up in before.items() if node not in moved}
            self.parents |= {node: up for node, up in moved.items() if up is not None}
            misplaced = find_misplaced(self.parents, moved)
            for node, reason in misplaced.items():
                self._refuse(keys[node], reason)
            if not misplaced:
                return

    async def _hear(self, db: Connection, org: int) -> None:
        """Find the comments that are there, and refuse those that do not go with them."""
        for batch in batches(self.rows.comments):
            ids = {row.id for row in batch} | {row.reply_to for row in batch if row.reply_to}
            self.said |= {each.id: each for each in await comments.find_comments(db, org, ids)}
        taken: dict[int, CommentRow] = {}
        for row in sorted(self.rows.comments, key=lambda row: row.id):
            reason = self._against(row, taken)
            if reason is None:
                taken[row.id] = row
            else:
                self.refusals.add(row, reason)
        self.comments = list(taken.values())

    def _against(self, row: CommentRow, taken: dict[int, CommentRow]) -> TicketsError | str | None:
        """Why a comment cannot be taken."""
        ticket = self.node((None, row.ticket))
        if ticket is None:
            return f"There is no ticket {row.ticket}."
        before = self.said.get(row.id)
        if before is not None and (before.ticket_id, before.created_at) != (ticket, row.created_at):
            return f"The id {row.id} is taken by another comment."
        if before is None and row.reply_to is not None:
            answered = taken.get(row.reply_to)
            there = self.said.get(row.reply_to)
            about = self.node((None, answered.ticket)) if answered else there and there.ticket_id
            if about != ticket:
                return "There is no such comment on this ticket."
        try:
            if row.author is not None:
                self.people.users.known(row.author)
        except TicketsError as error:
            return error
        return None


def key_of(row: TicketRow) -> Key:
    """What a row is known by."""
    return row.source, row.key


def _other(row: TicketRow, known: Known) -> str | None:
    """Why the ticket that has the row's slug is not the one that the row means."""
    if row.id not in (None, known.id):
        return f"The slug {row.key} is taken by another ticket, whose id is {known.id}."
    if row.created_at not in (None, known.created_at):
        made = known.created_at.isoformat()
        return f"The slug {row.key} is taken by another ticket, which was created at {made}."
    return None


def batches(items: Iterable[T]) -> Iterator[Sequence[T]]:
    """Some at a time: as many as one statement is given."""
    whole = list(items)
    return (whole[start : start + BATCH] for start in range(0, len(whole), BATCH))
