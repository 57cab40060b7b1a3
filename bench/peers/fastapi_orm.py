"""FastAPI with SQLAlchemy's ORM, as most services of this kind are written.

Annotations are evaluated here: FastAPI and pydantic read them.
"""

import datetime as dt
from collections.abc import AsyncIterator
from typing import Annotated, Any, Literal

from fastapi import Depends, FastAPI, HTTPException
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select
from sqlalchemy.exc import NoResultFound
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from bench.peers import orm

BASE = "/api/v1/ext/orgs/{org}/tickets"
Status = Literal["backlog", "todo", "in_progress", "in_review", "done"]


class Item(BaseModel):
    """A ticket in a list."""

    model_config = ConfigDict(from_attributes=True)
    id: int
    slug: str
    type: str
    title: str
    status: str
    priority: str
    assignee_id: int | None
    repository_id: int | None
    labels: list[str]
    created_at: dt.datetime
    updated_at: dt.datetime


class Detail(Item):
    """A ticket by itself."""

    parent_slug: str | None = None


class Page(BaseModel):
    """The list."""

    tickets: list[Item]
    total: int
    limit: int
    offset: int


class One(BaseModel):
    """The body of one ticket."""

    ticket: Detail


class Draft(BaseModel):
    """A ticket to be."""

    type: str
    title: str = Field(min_length=1, max_length=500)
    priority: str = "medium"
    status: Status = "backlog"
    labels: list[str] = []


class StatusBody(BaseModel):
    """A status to set."""

    status: Status


class Message(BaseModel):
    """The body where there is nothing to show."""

    message: str


async def session() -> AsyncIterator[AsyncSession]:
    """A session for the request."""
    async with orm.Session() as opened:
        yield opened


Session = Annotated[AsyncSession, Depends(session)]


async def organization(org: str, session: Session) -> orm.Organization:
    """The organization that the path names."""
    try:
        return await orm.find_organization(session, org)
    except NoResultFound as error:
        raise HTTPException(404) from error


Organization = Annotated[orm.Organization, Depends(organization)]

app = FastAPI()


def detail(row: orm.Ticket, parent_slug: str | None = None) -> dict[str, Any]:
    """A row as the body of one ticket."""
    return {"ticket": Detail.model_validate(row).model_copy(update={"parent_slug": parent_slug})}


@app.get(BASE, response_model=Page)
async def page(
    org: Organization,
    session: Session,
    status: Status | None = None,
    limit: int = 20,
    offset: int = 0,
) -> Any:
    """Tickets, newest first."""
    found = await orm.page(session, org.id, status, limit, offset)
    total = await orm.count(session, org.id, status)
    return {"tickets": found, "total": total, "limit": limit, "offset": offset}


@app.get(BASE + "/{slug}", response_model=One)
async def one(org: Organization, slug: str, session: Session) -> Any:
    """A ticket by its slug."""
    found = (
        select(orm.Ticket)
        .where(orm.Ticket.org_id == org.id, orm.Ticket.slug == slug)
        .options(joinedload(orm.Ticket.parent))
    )
    row = await session.scalar(found)
    if row is None:
        raise HTTPException(404)
    return detail(row, row.parent.slug if row.parent else None)


@app.post(BASE, response_model=One, status_code=201)
async def create(org: str, body: Draft, session: Session) -> Any:
    """A new ticket."""
    return detail(await orm.create(session, org, **body.model_dump()))


@app.patch(BASE + "/{slug}/status", response_model=Message)
async def set_status(org: str, slug: str, body: StatusBody, session: Session) -> Any:
    """Another status."""
    if not await orm.set_status(session, org, slug, body.status):
        raise HTTPException(404)
    return {"message": "Status updated"}
