"""Whom and what tickets of a file refer to: users and repositories, found or made."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Generic, TypeVar

from msgspec import UNSET, structs

from gql_tickets.domain.directory import Repository, User
from gql_tickets.domain.ids import INT32_MAX
from gql_tickets.domain.transfer import Person, Project, RepositoryRow, TicketRow, UserRow
from gql_tickets.errors import TicketsError, ValidationFailed
from gql_tickets.service import directory
from gql_tickets.service.importing.rows import Refusals

Fields = Mapping[str, str | None]
T = TypeVar("T", User, Repository)


class Register(Generic[T]):
    """Users, or repositories, by id and by what else is theirs alone, as they will be.

    `unique` is what no two of them have alike. Two of one id are the same if they agree in the first
    of the `fields` that both have.
    """

    def __init__(self, noun: str, found: Iterable[T], fields: Sequence[str], unique: str) -> None:
        self._noun = noun
        self._unique = unique
        self._rows: dict[int, Fields] = {
            each.id: {name: getattr(each, name) for name in fields} for each in found
        }
        self._by: dict[str, dict[str, list[int]]] = {name: {} for name in fields}
        for id, row in self._rows.items():
            self._index(id, row)
        self._refused: set[int] = set()
        self._next = max(self._rows, default=0) + 1
        self.changed: dict[int, Fields] = {}
        """What is to be written, by id."""

    def take(self, id: int, row: Fields) -> None:
        """A row of the file. Raises ValidationFailed when the id, or the name, is another's."""
        before = self._rows.get(id, row)
        compared = next((name for name in row if None not in (before[name], row[name])), None)
        if compared is not None and before[compared] != row[compared]:
            self._refused.add(id)
            message = f"The id {id} is that of another {self._noun}, {before[compared]!r}."
            raise ValidationFailed.of("id", message)
        name, called = self._unique, row[self._unique]
        holder = None if called is None else self._id_by(name, called)
        if holder not in (None, id):
            self._refused.add(id)
            message = f"The {name} {called!r} is taken by the {self._noun} {holder}."
            raise ValidationFailed.of(name, message)
        if self._rows.get(id) != row:
            self._put(id, row)

    def known(self, id: int) -> int:
        """The id, of one that there will be. Raises ValidationFailed."""
        if id not in self._rows or id in self._refused:
            raise ValidationFailed.of("id", f"There is no such {self._noun}.")
        return id

    def named(self, fields: Fields) -> int:
        """The id of the one that has the first name that is given; made if there is none such."""
        row = _fields(directory.checked_row(self._next, fields))
        name = next(name for name in row if row[name] is not None)
        id = self._id_by(name, row[name])
        if id is None:
            id = self._next
            self._put(id, row)
        return id

    def _id_by(self, name: str, called: str | None) -> int | None:
        found = self._by[name].get(called or "", [])
        if len(found) > 1:
            message = f"There are several {self._noun}s whose {name} is {called!r}."
            raise ValidationFailed.of(name, message)
        return found[0] if found else None

    def _put(self, id: int, row: Fields) -> None:
        if id > INT32_MAX:
            raise ValidationFailed.of("id", f"There is no id left for another {self._noun}.")
        for name, value in self._rows.get(id, {}).items():
            if value is not None:
                self._by[name][value].remove(id)
        self._rows[id] = self.changed[id] = row
        self._next = max(self._next, id + 1)
        self._index(id, row)

    def _index(self, id: int, row: Fields) -> None:
        for name, value in row.items():
            if value is not None:
                self._by[name].setdefault(value, []).append(id)


class People:
    """The directory and the repositories of an organization, as they will be after the import."""

    def __init__(self, users: Iterable[User], repositories: Iterable[Repository]) -> None:
        self.users = Register("user", users, ("username", "name", "avatar_url"), "username")
        self.repositories = Register("repository", repositories, ("name", "url"), "name")

    def take(
        self, users: Iterable[UserRow], repositories: Iterable[RepositoryRow], refusals: Refusals
    ) -> None:
        """The users and repositories of the file."""
        for user in users:
            try:
                self.users.take(user.id, _fields(structs.asdict(user)))
            except TicketsError as error:
                refusals.add(user, error)
        for repository in repositories:
            try:
                self.repositories.take(repository.id, _fields(structs.asdict(repository)))
            except TicketsError as error:
                refusals.add(repository, error)

    def values_of(self, row: TicketRow) -> dict[str, Any]:
        """The ids of what a ticket refers to, where its row says so. Raises ValidationFailed."""
        values: dict[str, Any] = {"creator_id": self._user(row.creator)}
        if row.assignee is not UNSET:
            values["assignee_id"] = self._user(row.assignee)
        if row.repository is not UNSET:
            values["repository_id"] = self._repository(row.repository)
        return values

    def _user(self, who: int | Person | None) -> int | None:
        if isinstance(who, Person):
            return self.users.named(structs.asdict(who))
        return None if who is None else self.users.known(who)

    def _repository(self, which: int | Project | None) -> int | None:
        if isinstance(which, Project):
            return self.repositories.named(structs.asdict(which))
        return None if which is None else self.repositories.known(which)


def _fields(row: Mapping[str, Any]) -> Fields:
    return {name: value for name, value in row.items() if name not in {"id", "line"}}
