"""Users, repositories and labels as tests look them up: of one kind, typed as what they are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from gql_tickets.auth import Actor
from gql_tickets.domain.directory import Label, Repository, User
from gql_tickets.domain.ids import Kind
from gql_tickets.service import directory
from gql_tickets.store.engine import Store


async def users_with(store: Store, actor: Actor, ids: Sequence[int]) -> list[User | None]:
    """The users with these ids."""
    found = await directory.entries(store, actor, {Kind.USER: ids})
    return cast("list[User | None]", found[Kind.USER])


async def repositories_with(
    store: Store, actor: Actor, ids: Sequence[int]
) -> list[Repository | None]:
    """The repositories with these ids."""
    found = await directory.entries(store, actor, {Kind.REPOSITORY: ids})
    return cast("list[Repository | None]", found[Kind.REPOSITORY])


async def labels_named(store: Store, actor: Actor, names: Sequence[str]) -> list[Label | None]:
    """The labels with these names."""
    found = await directory.entries(store, actor, {Kind.LABEL: names})
    return cast("list[Label | None]", found[Kind.LABEL])
