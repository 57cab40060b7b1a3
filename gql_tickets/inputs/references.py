"""References: the ways in which a caller can name a ticket, a user or a repository.

A node id of another kind or another tenant becomes a reference that matches nothing: a foreign
object answers as one that does not exist.
"""

from __future__ import annotations

import strawberry
from strawberry import ID

from gql_tickets.domain import directory, tickets
from gql_tickets.domain.ids import Kind, local_number
from gql_tickets.inputs.fields import given, optional

_NOTHING = 0
"""An id that no object has."""


@strawberry.input(description="Exactly one way to name a ticket.", one_of=True)
class TicketRef:
    """A ticket by node id or slug."""

    id: ID | None = optional("Its `id`.")
    slug: str | None = optional("Its slug, e.g. `AM-42`, without regard to case.")

    def to_domain(self, org: int) -> tickets.TicketRef:
        """The reference, within the organization."""
        node, slug = given(self.id), given(self.slug)
        if node is not None:
            return tickets.TicketRef(id=local_number(node, Kind.TICKET, org) or _NOTHING)
        return tickets.TicketRef(slug=slug)


@strawberry.input(description="Exactly one way to name a user.", one_of=True)
class UserRef:
    """A user by node id, by number, by username, or the caller."""

    id: ID | None = optional("Their `id`.")
    database_id: int | None = optional("The integer that REST calls `assignee_id`.")
    username: str | None = optional("Their username.")
    me: bool | None = optional("The caller; `false` names nobody.")

    def to_domain(self, org: int) -> directory.UserRef:
        """The reference, within the organization."""
        node, number = given(self.id), given(self.database_id)
        if node is not None:
            return directory.UserRef(id=local_number(node, Kind.USER, org) or _NOTHING)
        if number is not None:
            return directory.UserRef(id=number)
        return directory.UserRef(username=given(self.username), me=bool(given(self.me)))


@strawberry.input(description="Exactly one way to name a repository.", one_of=True)
class RepositoryRef:
    """A repository by node id or by number."""

    id: ID | None = optional("Its `id`.")
    database_id: int | None = optional("The integer that REST calls `repository_id`.")

    def to_domain(self, org: int) -> directory.RepositoryRef:
        """The reference, within the organization."""
        node = given(self.id)
        if node is not None:
            return directory.RepositoryRef(local_number(node, Kind.REPOSITORY, org) or _NOTHING)
        return directory.RepositoryRef(given(self.database_id) or _NOTHING)
