"""The search: a document of words for each ticket, kept up in the transaction of each write.

On PostgreSQL a document is a row with two tsvectors, whose words begin with the organization's
number, so that no entry of the index serves two tenants. On SQLite it is a row of an FTS5 table,
whose rowid begins with the organization's number for the same reason. Neither database gets to cut
a text into words or to fold a letter: domain/words.py does, for documents and for queries.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine

from gql_tickets.domain.search import GAP, Document, Query, Term, document
from gql_tickets.store.engine import Connection
from gql_tickets.store.parameters import among, org
from gql_tickets.store.statements import Statement
from gql_tickets.store.tables import ticket_search, tickets

Clause = sa.ColumnElement[bool]
Values = dict[str, Any]

BATCH = 500
"""How many documents are made at a time."""
FTS5 = (
    "CREATE VIRTUAL TABLE ticket_search"
    " USING fts5(title, body, rest, tokenize = 'ascii', columnsize = 0)"
)
"""SQLite's table. Its tokenizer splits at the spaces that we put between words, and nowhere else."""
_ORG_SHIFT = 32
_NO_WORD = "\ue001"


class Sought(NamedTuple):
    """What to look for: all of `wanted` (or any), and none of `unwanted`."""

    org: int
    wanted: tuple[Term, ...]
    unwanted: tuple[Term, ...] = ()
    any: bool = False
    in_title: bool = False


class Expression(TypeDecorator[Sought]):
    """A Sought in the database's own language: a tsquery, or FTS5's text."""

    impl = sa.Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """tsquery where there is one."""
        return postgresql.TSQUERY() if dialect.name == "postgresql" else sa.Text()

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        """The query's text."""
        return _tsquery(value) if dialect.name == "postgresql" else _fts5(value)


def _tsquery(sought: Sought) -> str:
    def said(term: Term) -> str:
        *full, last = (f"'{_lexeme(sought.org, word)}'" for word in term.words)
        return f"({' <-> '.join([*full, last + (':*' if term.is_prefix else '')])})"

    if not sought.wanted:
        return f"'{_NO_WORD}'"
    wanted = (" | " if sought.any else " & ").join(map(said, sought.wanted))
    return " & ".join([f"({wanted})", *(f"!{said(term)}" for term in sought.unwanted)])


def _fts5(sought: Sought) -> str:
    def said(term: Term) -> str:
        quoted = f'"{" ".join(term.words)}"' + (" *" if term.is_prefix else "")
        # What is in `rest` stands in no order.
        return quoted if len(term.words) == 1 or sought.in_title else f"({{title body}} : {quoted})"

    if not sought.wanted:
        return f'"{_NO_WORD}"'
    wanted = (" OR " if sought.any else " AND ").join(map(said, sought.wanted))
    if sought.unwanted:
        return f"({wanted}) NOT ({' OR '.join(map(said, sought.unwanted))})"
    return f"title : ({wanted})" if sought.in_title else wanted


def _lexeme(org: int, word: str) -> str:
    return f"{org}.{word}"


_fts = sa.table(
    "ticket_search",
    sa.column("rowid", sa.BigInteger),
    sa.column("title", sa.Text),
    sa.column("body", sa.Text),
    sa.column("rest", sa.Text),
)
_SHIFT = sa.literal_column(str(_ORG_SHIFT), sa.BigInteger)
_FIRST = org().op("<<")(_SHIFT)
_LAST = _FIRST.op("|")(sa.literal_column(str(2**_ORG_SHIFT - 1), sa.BigInteger))
_fts_id = _fts.c.rowid.op("&")(sa.literal_column(str(2**_ORG_SHIFT - 1), sa.BigInteger))


def matches(_: sa.ColumnElement[Any], source: sa.FromClause, bind: str, dialect: str) -> Clause:
    """Whether the ticket's document fits the Sought that is bound."""
    return _found(source, bind, dialect, in_title=False)


def relevance(source: sa.FromClause, dialect: str) -> sa.ColumnElement[int]:
    """domain/search.py's rank(), given the values of ranking()."""
    some, every = (
        sa.cast(_found(source, bind, dialect, in_title=True), sa.Integer)
        for bind in ("title_some", "title_every")
    )
    return some + every


def ranking(org: int, query: Query) -> Values:
    """The values of relevance()."""
    return {
        "title_some": Sought(org, query.wanted, any=True, in_title=True),
        "title_every": Sought(org, query.wanted, in_title=True),
    }


def _found(source: sa.FromClause, bind: str, dialect: str, *, in_title: bool) -> Clause:
    expression = sa.bindparam(bind, type_=Expression())
    if dialect == "postgresql":
        column = ticket_search.c.title if in_title else ticket_search.c.document
        found = sa.select(ticket_search.c.ticket_id).where(
            ticket_search.c.org_id == org(), column.op("@@")(expression)
        )
    else:
        found = sa.select(_fts_id).where(
            sa.literal_column("ticket_search").op("MATCH")(expression),
            _fts.c.rowid.between(_FIRST, _LAST),
        )
    return sa.type_coerce(source.c.id.in_(found), sa.Boolean)


def _columns(dialect: str, org: int, id: int, made: Document) -> Values:
    """The values of a document's row."""
    if dialect == "postgresql":
        placed = [*made.title, GAP, *made.body]
        return {
            "title": _tsvector(org, made.title),
            "document": _tsvector(org, placed, made.rest),
        }
    return {
        "rowid": org << _ORG_SHIFT | id,
        **{name: " ".join(getattr(made, name)) for name in ("title", "body", "rest")},
    }


def _tsvector(org: int, stream: Sequence[str], rest: Iterable[str] = ()) -> str:
    places: dict[str, list[str]] = {}
    for place, word in enumerate(stream, start=1):
        if word != GAP:
            places.setdefault(word, []).append(str(place))
    found = [f"'{_lexeme(org, word)}':{','.join(at)}" for word, at in places.items()]
    return " ".join([*found, *(f"'{_lexeme(org, word)}'" for word in rest)])


def _add(dialect: str) -> sa.Insert:
    if dialect == "postgresql":
        return sa.insert(ticket_search).values(
            {c.name: sa.bindparam(f"search_{c.name}", type_=c.type) for c in ticket_search.c}
        )
    return sa.insert(_fts).values(
        {c.name: sa.bindparam(f"search_{c.name}", type_=c.type) for c in _fts.c}
    )


def _drop(dialect: str) -> sa.Delete:
    if dialect == "postgresql":
        return sa.delete(ticket_search).where(
            ticket_search.c.org_id == org(),
            among(ticket_search.c.ticket_id, "ids", sa.Integer(), dialect),
        )
    return sa.delete(_fts).where(among(_fts.c.rowid, "rowids", sa.BigInteger(), dialect))


_ADD = Statement(_add)
_DROP = Statement(_drop)
_TEXTS = Statement(
    lambda dialect: sa.select(tickets.c.id, tickets.c.title, tickets.c.description).where(
        tickets.c.org_id == org(), among(tickets.c.id, "ids", sa.Integer(), dialect)
    )
)


async def add_document(
    db: Connection, org: int, ticket_id: int, title: str, texts: Iterable[str]
) -> None:
    """Make a ticket's first document."""
    await db.run_many(_ADD, [row(db.dialect, org, ticket_id, title, texts)])


async def change_documents(db: Connection, org: int, ticket_ids: Collection[int]) -> None:
    """Make the documents of tickets anew, from their texts as they are now in this transaction."""
    ids = sorted(ticket_ids)
    for start in range(0, len(ids), BATCH):
        some = ids[start : start + BATCH]
        await drop_documents(db, org, some)
        found = await _texts(db, org, some)
        await db.run_many(
            _ADD, [row(db.dialect, org, id, title, texts) for id, title, texts in found]
        )


async def drop_documents(db: Connection, org: int, ticket_ids: Collection[int]) -> None:
    """Remove the documents of tickets that go."""
    rowids = [org << _ORG_SHIFT | id for id in ticket_ids]
    await db.run(_DROP, org=org, ids=tuple(ticket_ids), rowids=rowids)


async def _texts(
    db: Connection, org: int, ids: Collection[int]
) -> list[tuple[int, str, list[str]]]:
    """Id, title and other texts of tickets: all that is searched, in the order of phrases."""
    return [
        (id, title, texts_of(description))
        for id, title, description in await db.rows(_TEXTS, org=org, ids=tuple(ids))
    ]


def texts_of(description: str | None) -> list[str]:
    """What is searched beside the title."""
    return [description] if description else []


def row(dialect: str, org: int, ticket_id: int, title: str, texts: Iterable[str]) -> Values:
    """The parameters of the statement that adds a document."""
    made = _columns(dialect, org, ticket_id, document(title, texts))
    values = {"org_id": org, "ticket_id": ticket_id, **made}
    return {f"search_{name}": value for name, value in values.items()}
