"""The organization and what belongs to it beside tickets: users, repositories, labels, API keys."""

from __future__ import annotations

import datetime as dt
from typing import TypeAlias

from msgspec import Struct

from gql_tickets.domain.ids import Kind, node_id

NAME_LENGTH_MAX = 255
LABEL_COLOR_DEFAULT = "#8B949E"


class Organization(Struct, frozen=True, gc=False):
    """A tenant. Every other record belongs to exactly one."""

    id: int
    slug: str
    name: str
    ticket_prefix: str
    created_at: dt.datetime

    @property
    def node_id(self) -> str:
        """The id that is unique in the service."""
        return node_id(Kind.ORGANIZATION, self.id, self.id)


class User(Struct, frozen=True, gc=False):
    """A person that tickets can be assigned to; `id` is the integer of REST's `assignee_id`."""

    org_id: int
    id: int
    username: str | None
    name: str | None
    avatar_url: str | None

    @property
    def node_id(self) -> str:
        """The id that is unique in the service."""
        return node_id(Kind.USER, self.org_id, self.id)


class Repository(Struct, frozen=True, gc=False):
    """A code repository that tickets can belong to; `id` is the integer of REST's `repository_id`."""

    org_id: int
    id: int
    name: str | None
    url: str | None

    @property
    def node_id(self) -> str:
        """The id that is unique in the service."""
        return node_id(Kind.REPOSITORY, self.org_id, self.id)


class Label(Struct, frozen=True, gc=False):
    """A label; tickets carry its name. `id` is random text, so that a label can be renamed."""

    org_id: int
    id: str
    name: str
    color: str
    description: str | None

    @property
    def node_id(self) -> str:
        """The id that is unique in the service."""
        return node_id(Kind.LABEL, self.org_id, self.id)


Entry: TypeAlias = User | Repository | Label
"""What tickets point at."""


class ApiKey(Struct, frozen=True, gc=False):
    """An API key without its secret, of which only a hash is stored."""

    org_id: int
    id: str
    name: str
    prefix: str
    scopes: tuple[str, ...]
    user_id: int | None
    created_at: dt.datetime
    expires_at: dt.datetime | None
    revoked_at: dt.datetime | None
    last_used_at: dt.datetime | None

    @property
    def node_id(self) -> str:
        """The id that is unique in the service."""
        return node_id(Kind.API_KEY, self.org_id, self.id)


class UserRef(Struct, frozen=True):
    """A user by id or username, or the one behind the credential."""

    id: int | None = None
    username: str | None = None
    me: bool = False


class RepositoryRef(Struct, frozen=True):
    """A repository by id."""

    id: int
