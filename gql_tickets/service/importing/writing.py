"""The writes of an import, in batches of statements: directory, labels, new tickets, changed ones."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from msgspec import UNSET

from gql_tickets.auth import Actor
from gql_tickets.domain.directory import Label
from gql_tickets.domain.ids import Kind
from gql_tickets.domain.tickets import Ticket, TicketStatus
from gql_tickets.domain.transfer import Counters, ImportReport, LabelRow, TicketRow
from gql_tickets.service import writing
from gql_tickets.service.importing import comments
from gql_tickets.service.importing.people import Fields
from gql_tickets.service.importing.plan import Plan, batches, key_of
from gql_tickets.service.importing.rows import number_of
from gql_tickets.service.importing.trees import depths_of
from gql_tickets.service.importing.values import Parent, Values, differences, values_of_new
from gql_tickets.store import counters, directory, imported, many, named, trees
from gql_tickets.store.engine import Connection
from gql_tickets.store.entries import find_entries

_WRITTEN = (
    "title",
    "description",
    "type",
    "status",
    "priority",
    "assignee_id",
    "repository_id",
    "parent_id",
    "labels",
    "position",
    "started_at",
    "completed_at",
)
"""The columns of a ticket that an import changes: all of them at once, in one statement."""


class Writing:
    """The writes of one import."""

    def __init__(
        self, db: Connection, actor: Actor, plan: Plan, progress: Callable[[int], object]
    ) -> None:
        self._db = db
        self._actor = actor
        self._org = actor.org_id
        self._plan = plan
        self._progress = progress
        self._now = dt.datetime.now(dt.UTC)
        self._counts: Counter[TicketStatus] = Counter()
        self._tickets: dict[int, Parent] = {
            known.id: Parent(known.id, known.slug) for known in plan.known.values()
        }
        """The tickets by their nodes."""

    async def write(self) -> ImportReport:
        """All of it; the counters of tickets, for which others wait, at the end."""
        db, org, plan = self._db, self._org, self._plan
        new, present = plan.new(), plan.present()
        locked = {known.id for _, known in present} | comments.said(plan).keys()
        for batch in batches(sorted(locked)):
            await trees.find_versions(db, org, batch)  # which locks them, in this order
        changed_labels = await self._label()
        users, repositories = plan.people.users.changed, plan.people.repositories.changed
        await directory.add_users(db, org, _rows(users))
        await directory.add_repositories(db, org, _rows(repositories))
        await self._create(new)
        updated = await self._update(present)
        ids = {ticket.slug: ticket.id for ticket in self._tickets.values()}
        changed_comments = await comments.write(db, org, self._now, plan, ids)
        await self._name()
        await counters.change_counts(db, org, self._counts)
        return ImportReport(
            created=len(new),
            updated=updated,
            unchanged=len(present) - updated,
            users=len(users),
            repositories=len(repositories),
            labels=changed_labels,
            comments=changed_comments,
        )

    async def _label(self) -> int:
        """Add the labels that are missing, and give those of the file their colors."""
        rows = {row.name: _label(row) for row in self._plan.rows.labels}
        carried = (row.labels for row in self._plan.tickets.values() if row.labels is not UNSET)
        names = rows.keys() | {name for each in carried for name in each}
        there = await find_entries(self._db, self._org, {Kind.LABEL: names})
        found = {each.name: each for each in there[Kind.LABEL].values() if isinstance(each, Label)}
        changed = [
            row
            for name, row in sorted(rows.items())
            if name not in found
            or (found[name].color, found[name].description) != (row["color"], row["description"])
        ]
        missing = names - found.keys() - rows.keys()
        await imported.put_labels(self._db, self._org, changed)
        await named.add_missing(self._db, self._org, missing)
        return len(changed) + len(missing)

    async def _create(self, rows: list[TicketRow]) -> None:
        """Store the new tickets, parents first, and of those the oldest first."""
        rows = sorted(rows, key=lambda row: row.created_at or self._now)
        await self._number(rows)
        depths = depths_of(self._plan.parents, [self._node(row) for row in rows])
        for batch in batches(sorted(rows, key=lambda row: depths[self._node(row)])):
            made = [self._values(row) for row in batch]
            # What is made again after it was deleted goes on with its history.
            ids = [values["id"] for values in made]
            last = await imported.find_last_versions(self._db, self._org, ids)
            for values in made:
                values["version"] = max(values["version"], last.get(values["id"], 0) + 1)
            await many.add_numbered(self._db, self._org, self._actor, self._now, made)
            self._counts.update(values["status"] for values in made)
            self._progress(len(batch))

    async def _number(self, rows: list[TicketRow]) -> None:
        """Give the new tickets the ids and slugs that they do not bring, after all that there were."""
        counted, plan = self._plan.rows.counters, self._plan
        unnamed = [key_of(row) for row in rows if row.id is None]
        unnumbered = [key_of(row) for row in rows if row.source is not None]
        floor = Counters(
            max([counted.ticket_id, *(row.id or 0 for row in rows)]),
            max([counted.number, *(number_of(row) or 0 for row in rows)]),
            max([counted.comment_id, *(row.id for row in plan.comments)]),
        )
        more = Counters(len(unnamed), len(unnumbered))
        last, prefix = await imported.raise_counters(self._db, self._org, floor, more)
        ids = dict(zip(unnamed, _up_to(last.ticket_id, len(unnamed)), strict=True))
        numbers = dict(zip(unnumbered, _up_to(last.number, len(unnumbered)), strict=True))
        for row in rows:
            key = key_of(row)
            slug = row.key if row.source is None else f"{prefix}-{numbers[key]}"
            self._tickets[self._node(row)] = Parent(row.id or ids[key], slug)

    def _values(self, row: TicketRow) -> Values:
        ticket = self._tickets[self._node(row)]
        number = int(ticket.slug.rpartition("-")[2])
        referred = self._plan.referred[key_of(row)]
        values = values_of_new(row, referred, self._parent(row), number, self._now)
        return {**values, "id": ticket.id, "slug": ticket.slug}

    async def _update(self, present: list[tuple[TicketRow, imported.Known]]) -> int:
        """Change the tickets that are not as the file has them; gives how many of its rows did so."""
        rows = {known.id: row for row, known in present}
        said = comments.said(self._plan)
        updated = 0
        for batch in batches(sorted(rows.keys() | said.keys())):
            changes = []
            for before in await many.find_referred(self._db, self._org, ids=batch):
                row = rows.get(before.id)
                given = {} if row is None else self._differences(before, row)
                if given or before.id in said:
                    after = writing.rewritten(before, given, self._now)
                    event = writing.event(before, after, *said.get(before.id, ()))
                    changes.append(({name: getattr(after, name) for name in _WRITTEN}, event))
                    updated += row is not None
            if changes:
                await many.rewrite_tickets(self._db, self._org, self._actor, self._now, changes)
                self._counts.update(counters.difference(event for _, event in changes))
            self._progress(len(batch))
        return updated

    def _differences(self, before: Ticket, row: TicketRow) -> Values:
        referred = self._plan.referred[key_of(row)]
        return differences(before, row, referred, self._parent(row), self._now)

    async def _name(self) -> None:
        """Remember what the tickets are called elsewhere."""
        rows = [
            {"source": source, "external_id": name, "ticket_id": self._tickets[self._node(row)].id}
            for row in self._plan.tickets.values()
            for source, name in dict.fromkeys((key_of(row), *row.external_ids))
            if source is not None and (source, name) not in self._plan.known
        ]
        for batch in batches(rows):
            await imported.add_external_ids(self._db, self._org, batch)

    def _node(self, row: TicketRow) -> int:
        return self._plan.node(key_of(row)) or 0

    def _parent(self, row: TicketRow) -> Parent | None:
        node = self._plan.parent(row)
        return None if node is None else self._tickets[node]


def _up_to(last: int, count: int) -> range:
    """So many numbers, of which the last is this."""
    return range(last - count + 1, last + 1)


def _rows(changed: Mapping[int, Fields]) -> list[dict[str, Any]]:
    return [{"id": id, **fields} for id, fields in changed.items()]


def _label(row: LabelRow) -> dict[str, str | None]:
    return {"name": row.name, "color": row.color, "description": row.description}
