"""SQLAlchemy's asynchronous ORM over the peers' schema, as its documentation teaches it."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Sequence

from sqlalchemy import ARRAY, DateTime, ForeignKey, Select, Text, func, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

STATUSES = ("backlog", "todo", "in_progress", "in_review", "done")

engine = create_async_engine(
    os.environ["DSN"].replace("postgresql:", "postgresql+asyncpg:"), pool_size=10, max_overflow=0
)
Session = async_sessionmaker(engine, expire_on_commit=False)


class Base(DeclarativeBase):
    """What the tables have in common."""

    id: Mapped[int] = mapped_column(primary_key=True)


class Organization(Base):
    """An organization, and the number of its last ticket."""

    __tablename__ = "organizations"
    slug: Mapped[str]
    name: Mapped[str]
    next_number: Mapped[int]


class User(Base):
    """Who works on tickets."""

    __tablename__ = "users"
    org_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    name: Mapped[str]


class Repository(Base):
    """What tickets are about."""

    __tablename__ = "repositories"
    org_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    name: Mapped[str]


def now() -> dt.datetime:
    """This second."""
    return dt.datetime.now(dt.UTC).replace(microsecond=0)


class Ticket(Base):
    """A ticket."""

    __tablename__ = "tickets"
    org_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    slug: Mapped[str]
    type: Mapped[str]
    title: Mapped[str]
    status: Mapped[str] = mapped_column(default="backlog")
    priority: Mapped[str] = mapped_column(default="medium")
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    repository_id: Mapped[int | None] = mapped_column(ForeignKey("repositories.id"))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("tickets.id"))
    labels: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    created_at: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True), default=now)
    updated_at: Mapped[dt.datetime] = mapped_column(
        DateTime(timezone=True), default=now, onupdate=now
    )
    parent: Mapped[Ticket | None] = relationship(remote_side="Ticket.id")


async def find_organization(session: AsyncSession, slug: str) -> Organization:
    """The organization. Raises NoResultFound."""
    return (await session.scalars(select(Organization).where(Organization.slug == slug))).one()


def of(org_id: int, status: str | None) -> Select[Ticket]:
    """An organization's tickets, all or those of a status."""
    found = select(Ticket).where(Ticket.org_id == org_id)
    return found.where(Ticket.status == status) if status else found


async def page(
    session: AsyncSession, org_id: int, status: str | None, limit: int, offset: int
) -> Sequence[Ticket]:
    """Tickets, newest first."""
    newest = of(org_id, status).order_by(Ticket.created_at.desc(), Ticket.id.desc())
    return (await session.scalars(newest.limit(limit).offset(offset))).all()


async def count(session: AsyncSession, org_id: int, status: str | None) -> int:
    """How many there are."""
    counted = select(func.count()).select_from(of(org_id, status).subquery())
    return (await session.scalar(counted)) or 0


async def create(session: AsyncSession, org_slug: str, **values: object) -> Ticket:
    """A new ticket, with the next number."""
    locked = select(Organization).where(Organization.slug == org_slug).with_for_update()
    organization = (await session.scalars(locked)).one()
    organization.next_number += 1
    slug = f"AM-{organization.next_number}"
    ticket = Ticket(org_id=organization.id, slug=slug, **values)
    session.add(ticket)
    await session.commit()
    return ticket


async def set_status(session: AsyncSession, org_slug: str, slug: str, status: str) -> Ticket | None:
    """Another status."""
    organization = await find_organization(session, org_slug)
    found = select(Ticket).where(Ticket.org_id == organization.id, Ticket.slug == slug)
    ticket = await session.scalar(found)
    if ticket is not None:
        ticket.status = status
        ticket.updated_at = now()
        await session.commit()
    return ticket
