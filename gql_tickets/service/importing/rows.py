"""Rows of a file by themselves: whether each can be stored, before the database is asked."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import TypeVar

from msgspec import UNSET
from msgspec.structs import replace

from gql_tickets.auth import Actor
from gql_tickets.domain import positions
from gql_tickets.domain.directory import NAME_LENGTH_MAX
from gql_tickets.domain.ids import read_slug
from gql_tickets.domain.tickets import TicketDraft, TicketStatus
from gql_tickets.domain.transfer import (
    CommentRow,
    Incoming,
    LabelRow,
    Refusal,
    RepositoryRow,
    TicketRow,
    UserRow,
)
from gql_tickets.errors import TicketsError, ValidationFailed
from gql_tickets.service import comments, directory, drafts, labels
from gql_tickets.service.text import Problems

NUMBER_MAX = 2_000_000_000
"""Ids and numbers go on from the highest that was imported: this leaves room behind it."""

Row = UserRow | RepositoryRow | LabelRow | TicketRow | CommentRow
R = TypeVar("R", UserRow, RepositoryRow, LabelRow, TicketRow, CommentRow)

_POSITION = re.compile(rf"[0-9A-Za-z]{{1,{positions.LENGTH_MAX}}}")


class Refusals:
    """The rows that are refused, and why."""

    def __init__(self, found: Iterable[Refusal] = ()) -> None:
        self._found = list(found)

    def add(self, row: Row, reason: TicketsError | str) -> None:
        """Refuse a row."""
        message = reason if isinstance(reason, str) else reason.message
        self._found.append(Refusal(row.line, called(row), message))

    def all(self) -> tuple[Refusal, ...]:
        """All of them, by line."""
        return tuple(sorted(self._found, key=lambda each: each.line))


def called(row: Row) -> str:
    """What a row is called in a report."""
    match row:
        case UserRow():
            return f"user {row.id}"
        case RepositoryRow():
            return f"repository {row.id}"
        case LabelRow():
            return f"label {row.name}"
        case TicketRow():
            return row.key
        case CommentRow():
            return f"comment {row.id}"


def checked(actor: Actor, incoming: Incoming, refusals: Refusals) -> Incoming:
    """The rows as they are to be stored, without those that are refused."""
    return replace(
        incoming,
        users=_kept(incoming.users, _user, refusals, lambda row: [row.id]),
        repositories=_kept(incoming.repositories, _repository, refusals, lambda row: [row.id]),
        labels=_kept(incoming.labels, _label, refusals, lambda row: [row.name]),
        tickets=_kept(
            incoming.tickets, lambda row: _ticket(actor, row), refusals, _identities_of_ticket
        ),
        comments=_kept(incoming.comments, _comment, refusals, lambda row: [row.id]),
    )


def number_of(row: TicketRow) -> int | None:
    """The number that the slug of a row of our own ends with."""
    return None if row.source is not None else int(row.key.rpartition("-")[2])


def _kept(
    rows: Sequence[R],
    check: Callable[[R], R],
    refusals: Refusals,
    identities: Callable[[R], list[Hashable]],
) -> list[R]:
    """Those that pass; and of those that are the same thing, the first."""
    kept: list[R] = []
    lines: dict[Hashable, int] = {}
    for row in rows:
        try:
            ready = check(row)
        except TicketsError as error:
            refusals.add(row, error)
            continue
        same = [lines[each] for each in identities(ready) if each in lines]
        if same:
            refusals.add(row, f"This is on line {same[0]} already.")
            continue
        lines.update(dict.fromkeys(identities(ready), row.line))
        kept.append(ready)
    return kept


def _identities_of_ticket(row: TicketRow) -> list[Hashable]:
    found: list[Hashable] = [(row.source, row.key), *row.external_ids]
    return found + [
        (kind, value)
        for kind, value in (("id", row.id), ("number", number_of(row)))
        if value is not None
    ]


def _user(row: UserRow) -> UserRow:
    fields = {"username": row.username, "name": row.name, "avatar_url": row.avatar_url}
    return replace(row, **directory.checked_row(row.id, fields))


def _repository(row: RepositoryRow) -> RepositoryRow:
    return replace(row, **directory.checked_row(row.id, {"name": row.name, "url": row.url}))


def _label(row: LabelRow) -> LabelRow:
    return replace(row, **labels.checked_label(row.name, row.color, row.description))


def _ticket(actor: Actor, row: TicketRow) -> TicketRow:
    draft = TicketDraft(
        title=row.title,
        description=None if row.description is UNSET else row.description,
        labels=() if row.labels is UNSET else row.labels,
    )
    ready = drafts.checked_draft(actor, draft)
    if row.source is None:
        row = replace(row, key=_slug(row.key))
        if isinstance(row.parent, str):
            row = replace(row, parent=read_slug(row.parent) or row.parent)
    _check_numbers(row.id, row.version)
    _check_names(row)
    if row.position is not UNSET and not _POSITION.fullmatch(row.position):
        message = f"A position has 1 to {positions.LENGTH_MAX} letters and digits."
        raise ValidationFailed.of("position", message)
    is_done = row.status is TicketStatus.DONE
    return replace(
        row,
        title=ready.title,
        description=row.description if row.description is UNSET else ready.description,
        labels=row.labels if row.labels is UNSET else ready.labels,
        # A ticket is complete for just as long as it is done.
        completed_at=row.completed_at if is_done and row.completed_at is not None else UNSET,
    )


def _slug(text: str) -> str:
    slug = read_slug(text)
    if slug is None or int(slug.rpartition("-")[2]) > NUMBER_MAX:
        message = f"A slug is such as AM-42, its number at most {NUMBER_MAX}."
        raise ValidationFailed.of("slug", message)
    return slug


def _check_names(row: TicketRow) -> None:
    problems = Problems()
    for source, name in ((row.source or "", row.key), *row.external_ids):
        for path, text in (("source", source), ("external_id", name)):
            problems.text(path, text, length_max=NAME_LENGTH_MAX)
    if isinstance(row.parent, str):
        problems.storable("parent", row.parent)
    problems.raise_if_any()


def _comment(row: CommentRow) -> CommentRow:
    _check_numbers(row.id, row.version, row.reply_to)
    problems = Problems()
    if row.author_name is not None:
        problems.text("author_name", row.author_name, length_max=NAME_LENGTH_MAX)
    problems.text("ticket", row.ticket, length_max=NAME_LENGTH_MAX)
    problems.raise_if_any()
    return replace(row, body=comments.checked_body(row.body))


def _check_numbers(*numbers: int | None) -> None:
    for number in numbers:
        if number is not None and not 0 < number <= NUMBER_MAX:
            message = f"Ids and versions are whole numbers from 1 to {NUMBER_MAX}."
            raise ValidationFailed.of("id", message)
