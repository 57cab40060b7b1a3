"""What tickets point at: users, repositories and labels, those of all kinds in one statement.

A page of tickets leads to all three. Going to the database costs more than what it does there.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from functools import lru_cache
from itertools import groupby, repeat
from operator import attrgetter, itemgetter
from typing import Any

import sqlalchemy as sa

from gql_tickets.domain.directory import Entry, Label, Repository, User
from gql_tickets.domain.ids import Kind
from gql_tickets.store.criteria import among, org
from gql_tickets.store.engine import Connection
from gql_tickets.store.statements import Statement
from gql_tickets.store.tables import labels, repositories, users

Key = int | str

_NUMBER_PLACE, _TEXTS_PLACE = 1, 2
"""Where those columns are in a row; the kind is first."""


class _Source:
    """Where entries of a kind are, and by which column they are asked for."""

    def __init__(self, record: type[Entry], key: sa.Column[Any]) -> None:
        columns = [key.table.c[name] for name in record.__struct_fields__[1:]]  # but for `org_id`
        self.record: Callable[..., Entry] = record
        self.key = key
        self.key_of: Callable[[Entry], Key] = attrgetter(key.name)
        self.number = key if key is columns[0] and isinstance(key.type, sa.Integer) else None
        self.texts = columns if self.number is None else columns[1:]
        first = _TEXTS_PLACE if self.number is None else _NUMBER_PLACE
        self.place = slice(first, first + len(columns))


_SOURCES = {
    Kind.USER: _Source(User, users.c.id),
    Kind.REPOSITORY: _Source(Repository, repositories.c.id),
    Kind.LABEL: _Source(Label, labels.c.name),
}
_KINDS = tuple(_SOURCES)
_TEXTS = max(len(source.texts) for source in _SOURCES.values())


async def find_entries(
    db: Connection, org: int, wanted: Mapping[Kind, Collection[Key]]
) -> dict[Kind, dict[Key, Entry]]:
    """Those that there are, by what they were asked for: users and repositories by id, labels by name."""
    found: dict[Kind, dict[Key, Entry]] = {kind: {} for kind in wanted}
    asked = tuple(kind for kind in _KINDS if wanted.get(kind))
    if not asked:
        return found
    rows = await db.rows(
        _finding(asked), org=org, **{kind.name: tuple(wanted[kind]) for kind in asked}
    )
    for at, of_kind in groupby(rows, itemgetter(0)):
        kind, source = _KINDS[at], _SOURCES[_KINDS[at]]
        columns = list(zip(*of_kind, strict=True))[source.place]
        entries = list(map(source.record, repeat(org), *columns))
        found[kind].update(zip(map(source.key_of, entries), entries, strict=True))
    return found


@lru_cache(maxsize=8)
def _finding(kinds: tuple[Kind, ...]) -> Statement:
    def build(dialect: str) -> sa.Select[Any] | sa.CompoundSelect[Any]:
        parts = [_of_kind(kind, dialect) for kind in kinds]
        return parts[0] if len(parts) == 1 else sa.union_all(*parts)

    return Statement(build)


def _of_kind(kind: Kind, dialect: str) -> sa.Select[Any]:
    """Rows of the kind's place, the id where that is a number, and the texts."""
    source = _SOURCES[kind]
    number = sa.cast(sa.null(), sa.Integer()) if source.number is None else source.number
    missing = [sa.cast(sa.null(), sa.Text())] * (_TEXTS - len(source.texts))
    return sa.select(
        sa.literal_column(str(_KINDS.index(kind)), sa.Integer()).label("kind"),
        number.label("number"),
        *(text.label(f"text{at}") for at, text in enumerate([*source.texts, *missing])),
    ).where(
        source.key.table.c.org_id == org(),
        among(source.key, kind.name, source.key.type, dialect),
    )
