"""The product as a plain dictionary: what every sequence of operations must leave behind."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from tests.parity.operations import (
    REPOSITORIES,
    STATUSES,
    USERS,
    Create,
    Delete,
    Expect,
    Move,
    Operation,
    Question,
    SetStatus,
    Update,
)

INVALID = "VALIDATION_FAILED"
MISSING = "RESOURCE_NOT_FOUND"
DEPTH_MAX = 10


@dataclass(frozen=True)
class Modelled:
    """A ticket as the model knows it."""

    slug: str
    title: str
    description: str | None = None
    type: str = "task"
    status: str = "backlog"
    priority: str = "medium"
    assignee_id: int | None = None
    repository_id: int | None = None
    labels: tuple[str, ...] = ()
    parent: str | None = None
    position: str = ""
    version: int = 1
    started: bool = False
    completed: bool = False

    def with_status(self, status: str) -> Modelled:
        """Started once, completed for as long as it is done."""
        return replace(
            self,
            status=status,
            started=self.started or status == "in_progress",
            completed=status == "done",
        )


@dataclass
class Model:
    """An organization. An operation gives the codes that may refuse it; none: it is done."""

    prefix: str
    tickets: dict[str, Modelled] = field(default_factory=dict)
    number: int = 0

    def slug_at(self, target: int) -> str:
        """The ticket that a target means; one that never was while there is none."""
        slugs = list(self.tickets)
        return slugs[target % len(slugs)] if slugs else f"{self.prefix}-{10**6}"

    def version_known(self, slug: str, expect: Expect) -> int | None:
        """The version that a caller sends along."""
        if expect is Expect.ANY:
            return None
        current = self.tickets[slug].version if slug in self.tickets else 1
        return current if expect is Expect.CURRENT else current + 7

    def refusals(self, operation: Operation) -> set[str]:
        """Every code that may refuse it; which of several comes first is not the model's business."""
        if isinstance(operation, Create):
            return {*_flaws(operation.fields), *self._parent_flaws(None, operation.fields)}
        assert isinstance(operation, Update | SetStatus | Move | Delete)
        slug = self.slug_at(operation.target)
        fields = operation.fields if isinstance(operation, Update) else {}
        codes = set(_flaws(fields))
        if slug not in self.tickets:
            return codes | {MISSING}
        codes.update(self._parent_flaws(slug, fields))
        if operation.expect is Expect.STALE:
            codes.add("VERSION_CONFLICT")
        if isinstance(operation, Delete) and operation.policy == "refuse" and self.children(slug):
            codes.add("HAS_CHILDREN")
        if isinstance(operation, Move) and operation.place in {"before", "after"}:
            beside = self.slug_at(operation.beside)
            column = operation.status or self.tickets[slug].status
            if beside == slug or self.tickets[beside].status != column:
                codes.add(INVALID)
        return codes

    def run(self, operation: Operation) -> tuple[Modelled, int]:
        """Do what refusals() found nothing against. Gives the ticket, and how many went with it."""
        if isinstance(operation, Create):
            return self._create(operation.fields), 0
        assert isinstance(operation, Update | SetStatus | Move | Delete)
        ticket = self.tickets[self.slug_at(operation.target)]
        if isinstance(operation, Delete):
            return ticket, self._delete(ticket, operation.policy)
        if isinstance(operation, Update):
            fields = operation.fields
        else:
            fields = {"status": operation.status or ticket.status}
        if fields:
            changed = self._changed(ticket, fields)
            self.tickets[ticket.slug] = replace(changed, version=ticket.version + 1)
        return self.tickets[ticket.slug], 0

    def stand(self, operation: Move, position: str) -> None:
        """Take note of the key that a move gave, which must be the one of its place."""
        moved = self.slug_at(operation.target)
        column = self.columns()[self.tickets[moved].status]
        rest = [slug for slug in column if slug != moved]
        self.tickets[moved] = replace(self.tickets[moved], position=position)
        at = {"first": 0, "last": len(rest)}.get(operation.place)
        if at is None:
            at = rest.index(self.slug_at(operation.beside)) + (operation.place == "after")
        rest.insert(at, moved)
        assert self.columns()[self.tickets[moved].status] == rest

    def children(self, slug: str) -> list[str]:
        """The direct children, oldest first."""
        return [ticket.slug for ticket in self.tickets.values() if ticket.parent == slug]

    def matching(self, question: Question) -> list[str]:
        """The slugs that match, newest first (R7)."""
        return [
            ticket.slug
            for ticket in reversed(self.tickets.values())
            if set(question.labels) <= set(ticket.labels)
            and all(
                wanted in {None, getattr(ticket, name)}
                for name in ("status", "type", "assignee_id", "repository_id")
                for wanted in [getattr(question, name)]
            )
        ]

    def columns(self) -> dict[str, list[str]]:
        """The board: slugs by status, newest first until they are moved (R9)."""
        standing = sorted(self.tickets.values(), key=lambda ticket: ticket.position)
        return {status: [t.slug for t in standing if t.status == status] for status in STATUSES}

    def label_counts(self) -> dict[str, int]:
        """How many tickets carry each label that some ticket carries."""
        names = [name for ticket in self.tickets.values() for name in ticket.labels]
        return {name: names.count(name) for name in names}

    def _create(self, fields: dict[str, Any]) -> Modelled:
        # The parent is looked up before the new ticket joins the targets.
        parent = self._parent(fields)
        self.number += 1
        slug = f"{self.prefix}-{self.number}"
        blank = Modelled(slug, title="", position=f"{2**31 - 1 - self.number:08x}")
        plain = {name: value for name, value in fields.items() if name != "parent"}
        self.tickets[blank.slug] = replace(self._changed(blank, plain), parent=parent)
        return self.tickets[blank.slug]

    def _changed(self, ticket: Modelled, fields: dict[str, Any]) -> Modelled:
        for name, value in fields.items():
            if name == "status":
                ticket = ticket.with_status(value)
            elif name == "title":
                ticket = replace(ticket, title=value.strip())
            elif name == "labels":
                ticket = replace(ticket, labels=_label_names(value))
            elif name == "parent":
                ticket = replace(ticket, parent=self._parent(fields))
            elif name not in {"add", "remove"}:
                ticket = replace(ticket, **{name: value})
        if "add" in fields or "remove" in fields:
            kept = [name for name in ticket.labels if name not in fields.get("remove", ())]
            ticket = replace(ticket, labels=_label_names([*kept, *fields.get("add", ())]))
        return ticket

    def _delete(self, ticket: Modelled, policy: str) -> int:
        if policy == "cascade":
            gone = list(self._beneath(ticket.slug))
        else:
            gone = []
            above = ticket.parent if policy == "reparent" else None
            for slug in self.children(ticket.slug):
                child = self.tickets[slug]
                self.tickets[slug] = replace(child, parent=above, version=child.version + 1)
        for slug in (ticket.slug, *gone):
            del self.tickets[slug]
        return len(gone)

    def _parent(self, fields: dict[str, Any]) -> str | None:
        target = fields.get("parent")
        return None if target is None else self.slug_at(target)

    def _parent_flaws(self, child: str | None, fields: dict[str, Any]) -> Iterator[str]:
        parent = self._parent(fields)
        if parent is None:
            return
        if parent not in self.tickets:
            yield INVALID
            return
        height = 1 if child is None else self._height(child)
        if child in self._lineage(parent) or len(self._lineage(parent)) + height > DEPTH_MAX:
            yield "INVALID_PARENT"

    def _lineage(self, slug: str) -> list[str]:
        above = self.tickets[slug].parent
        return [slug] if above is None else [slug, *self._lineage(above)]

    def _height(self, slug: str) -> int:
        return 1 + max(map(self._height, self.children(slug)), default=0)

    def _beneath(self, slug: str) -> Iterator[str]:
        for child in self.children(slug):
            yield child
            yield from self._beneath(child)


def _label_names(names: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name.strip() for name in names))


def _flaws(fields: dict[str, Any]) -> Iterator[str]:
    """What is wrong with the values, whatever the tickets (R19, R20, R21)."""
    if "title" in fields and not 1 <= len(fields["title"].strip()) <= 500:
        yield INVALID
    if fields.get("assignee_id") not in {None, *USERS}:
        yield INVALID
    if fields.get("repository_id") not in {None, *REPOSITORIES}:
        yield INVALID
    if any(
        "," in name or not name.strip() for key in ("labels", "add") for name in fields.get(key, ())
    ):
        yield INVALID
