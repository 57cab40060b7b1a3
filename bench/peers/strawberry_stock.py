"""Strawberry as its documentation teaches it: types, dataloaders, sessions, and no tuning.

Annotations are evaluated here: Strawberry reads them.
"""

import datetime as dt
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import strawberry
from sqlalchemy import select
from starlette.applications import Starlette
from starlette.routing import Mount
from strawberry.asgi import GraphQL
from strawberry.dataloader import DataLoader

from bench.peers import orm

Batch = Callable[[list[int]], Awaitable[Sequence[Any]]]


def by_id(model: type[orm.User] | type[orm.Repository]) -> Batch:
    """A loader's batch: the rows with these ids, in their order."""

    async def load(ids: list[int]) -> Sequence[Any]:
        async with orm.Session() as session:
            found = {
                row.id: row for row in await session.scalars(select(model).where(model.id.in_(ids)))
            }
        return [found.get(id) for id in ids]

    return load


@strawberry.type
class User:
    """Who works on tickets."""

    id: int
    name: str


@strawberry.type
class Repository:
    """What tickets are about."""

    id: int
    name: str


@strawberry.type
class Ticket:
    """A ticket."""

    id: int
    slug: str
    type: str
    title: str
    status: str
    priority: str
    labels: list[str]
    created_at: dt.datetime
    updated_at: dt.datetime
    assignee_id: strawberry.Private[int | None]
    repository_id: strawberry.Private[int | None]

    @strawberry.field
    async def assignee(self, info: strawberry.Info) -> User | None:
        """Who works on it."""
        users: DataLoader[int, User | None] = info.context["users"]
        return await users.load(self.assignee_id) if self.assignee_id else None

    @strawberry.field
    async def repository(self, info: strawberry.Info) -> Repository | None:
        """What it is about."""
        repositories: DataLoader[int, Repository | None] = info.context["repositories"]
        return await repositories.load(self.repository_id) if self.repository_id else None


def shown(row: orm.Ticket) -> Ticket:
    """A row as its type."""
    return Ticket(
        id=row.id,
        slug=row.slug,
        type=row.type,
        title=row.title,
        status=row.status,
        priority=row.priority,
        labels=row.labels,
        created_at=row.created_at,
        updated_at=row.updated_at,
        assignee_id=row.assignee_id,
        repository_id=row.repository_id,
    )


@strawberry.type
class Page:
    """Some tickets, and how many there are."""

    total_count: int
    nodes: list[Ticket]


@strawberry.type
class Column:
    """A status of the board."""

    status: str
    org_id: strawberry.Private[int]
    limit: strawberry.Private[int]

    @strawberry.field
    async def total_count(self) -> int:
        """Tickets of the status."""
        async with orm.Session() as session:
            return await orm.count(session, self.org_id, self.status)

    @strawberry.field
    async def nodes(self) -> list[Ticket]:
        """The newest of them."""
        async with orm.Session() as session:
            found = await orm.page(session, self.org_id, self.status, self.limit, 0)
        return [shown(row) for row in found]


@strawberry.type
class Query:
    """What can be read."""

    @strawberry.field
    async def tickets(
        self, org: str, status: str | None = None, limit: int = 20, offset: int = 0
    ) -> Page:
        """Tickets, newest first."""
        async with orm.Session() as session:
            organization = await orm.find_organization(session, org)
            found = await orm.page(session, organization.id, status, limit, offset)
            total = await orm.count(session, organization.id, status)
        return Page(total_count=total, nodes=[shown(row) for row in found])

    @strawberry.field
    async def board(self, org: str, limit: int = 20) -> list[Column]:
        """The columns."""
        async with orm.Session() as session:
            organization = await orm.find_organization(session, org)
        return [
            Column(status=status, org_id=organization.id, limit=limit) for status in orm.STATUSES
        ]


@strawberry.type
class Mutation:
    """What can be written."""

    @strawberry.mutation
    async def create_ticket(
        self, org: str, type: str, title: str, priority: str, labels: list[str]
    ) -> Ticket:
        """A new ticket."""
        async with orm.Session() as session:
            row = await orm.create(
                session, org, type=type, title=title, priority=priority, labels=labels
            )
        return shown(row)

    @strawberry.mutation
    async def set_status(self, org: str, slug: str, status: str) -> Ticket | None:
        """Another status."""
        async with orm.Session() as session:
            row = await orm.set_status(session, org, slug, status)
        return None if row is None else shown(row)


class Door(GraphQL[dict[str, Any], None]):
    """Each request has loaders of its own."""

    async def get_context(self, request: Any, response: Any) -> dict[str, Any]:  # noqa: ARG002
        """The loaders."""
        return {
            "users": DataLoader(by_id(orm.User)),
            "repositories": DataLoader(by_id(orm.Repository)),
        }


app = Starlette(routes=[Mount("/graphql", Door(strawberry.Schema(Query, Mutation)))])
