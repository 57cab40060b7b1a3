"""The search: a document of words for each ticket, kept up in the transaction of each write.

On PostgreSQL a document is a row with a tsvector, whose words begin with the organization's number,
so that no entry of the index serves two tenants. On SQLite it is a row of an FTS5 table, whose rowid
begins with the organization's number for the same reason. Neither database gets to cut a text into
words or to fold a letter: domain/words.py does, for documents and for queries.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine import Dialect
from sqlalchemy.sql.elements import UnaryExpression
from sqlalchemy.types import TypeDecorator, TypeEngine

from gql_tickets.domain.search import GAP, Document, Query, Term, document
from gql_tickets.store.engine import Connection
from gql_tickets.store.parameters import PLUS, among, org
from gql_tickets.store.rows import given_rows
from gql_tickets.store.statements import Statement
from gql_tickets.store.tables import comments, ticket_search, tickets

Clause = sa.ColumnElement[bool]
Values = dict[str, Any]
Texts = tuple[int, str, list[str]]
"""The id of a ticket, its title, and its other texts."""

BATCH = 500
"""How many documents are made at a time."""
FTS5 = (
    "CREATE VIRTUAL TABLE ticket_search"
    " USING fts5(title, body, rest, tokenize = 'ascii', prefix = '2 3', columnsize = 0)"
)
"""SQLite's table. Its tokenizer splits at the spaces that we put between words, and nowhere else."""
RARE_MAX = 2_000
"""What fewer tickets match is found first and sorted then."""
_ORG_SHIFT = 32
_NO_WORD = "\ue001"
_ANYWHERE, _TITLE = ".", "/"
"""What stands between the organization and a word of PostgreSQL's documents."""


class Sought(NamedTuple):
    """What to look for: all of `wanted` (or any), and none of `unwanted`.

    With a `rank`, only what fits as well as that, by the measure of domain/search.py.
    """

    org: int
    wanted: tuple[Term, ...]
    unwanted: tuple[Term, ...] = ()
    any: bool = False
    in_title: bool = False
    rank: int | None = None


class Expression(TypeDecorator[Sought]):
    """A Sought in the database's own language: a tsquery, or FTS5's text."""

    impl = sa.Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """tsquery where there is one."""
        return postgresql.TSQUERY() if dialect.name == "postgresql" else sa.Text()

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        """The query's text."""
        return _said(value, _Tsquery(value.org) if dialect.name == "postgresql" else _Fts5())


class _Tsquery:
    """PostgreSQL's language. Words of titles are there twice, once with another mark."""

    nothing = f"'{_NO_WORD}'"
    both, either, without = " & ", " | ", " & !"

    def __init__(self, org: int) -> None:
        self._org = org

    def term(self, term: Term, *, in_title: bool) -> str:
        """Words that follow one another."""
        mark = _TITLE if in_title else _ANYWHERE
        *full, last = (f"'{self._org}{mark}{word}'" for word in term.words)
        return f"({' <-> '.join([*full, last + (':*' if term.is_prefix else '')])})"


class _Fts5:
    """SQLite's language."""

    nothing = f'"{_NO_WORD}"'
    both, either, without = " AND ", " OR ", " NOT "

    def term(self, term: Term, *, in_title: bool) -> str:
        """Words that follow one another. What is in `rest` stands in no order."""
        quoted = f'"{" ".join(term.words)}"' + (" *" if term.is_prefix else "")
        columns = "title : " if in_title else "{title body} : " if len(term.words) > 1 else ""
        return f"({columns}{quoted})"


def _said(sought: Sought, language: _Tsquery | _Fts5) -> str:
    def joined(by: str, *, in_title: bool) -> str:
        terms = (language.term(term, in_title=in_title) for term in sought.wanted)
        return f"({by.join(terms)})"

    if not sought.wanted:
        return language.nothing
    found = joined(language.either if sought.any else language.both, in_title=sought.in_title)
    if sought.rank is not None:
        some, every = (joined(by, in_title=True) for by in (language.either, language.both))
        ranked = {
            2: every,
            1: f"({found}{language.both}{some}){language.without}{every}",
            0: f"{found}{language.without}{some}",
        }
        found = f"({ranked[sought.rank]})"
    unwanted = [language.term(term, in_title=False) for term in sought.unwanted]
    return f"{found}{language.without}({language.either.join(unwanted)})" if unwanted else found


_fts = sa.table(
    "ticket_search",
    sa.column("rowid", sa.BigInteger),
    sa.column("title", sa.Text),
    sa.column("body", sa.Text),
    sa.column("rest", sa.Text),
)
_OF_POSTGRESQL = {name: ticket_search.c[name].type for name in ("ticket_id", "document")}
_OF_SQLITE = {column.name: column.type for column in _fts.c}
_SHIFT = sa.literal_column(str(_ORG_SHIFT), sa.BigInteger)
_FIRST = org().op("<<")(_SHIFT)
_MASK = sa.literal_column(str(2**_ORG_SHIFT - 1), sa.BigInteger)


class Searched(NamedTuple):
    """The documents of the organization `:org`, as statements of one database see them."""

    table: sa.FromClause
    id: sa.ColumnElement[int]
    order: sa.ColumnElement[int]

    def fits(self, bind: str) -> Clause:
        """Whether a document fits the Sought that is bound."""
        expression = sa.bindparam(bind, type_=Expression())
        if self.table is ticket_search:
            document = ticket_search.c.document.op("@@")(expression)
            return sa.and_(ticket_search.c.org_id == org(), document)
        document = sa.literal_column("ticket_search").op("MATCH")(expression)
        return sa.and_(document, _fts.c.rowid.between(_FIRST, _FIRST.op("|")(_MASK)))

    def between(self, low: sa.ColumnElement[int], high: sa.ColumnElement[int]) -> Clause:
        """Whether the ticket's id is one of these."""
        if self.table is ticket_search:
            return self.id.between(low, high)
        return self.order.between(_FIRST.op("|")(low), _FIRST.op("|")(high))


def searched_by(dialect: str) -> Searched:
    """The documents; `order` is what sorts as `id` does, by an index."""
    if dialect == "postgresql":
        return Searched(ticket_search, ticket_search.c.ticket_id, ticket_search.c.ticket_id)
    return Searched(_fts, _fts.c.rowid.op("&")(_MASK), _fts.c.rowid)


def matches(_: sa.ColumnElement[Any], source: sa.FromClause, bind: str, dialect: str) -> Clause:
    """Whether the ticket's document fits the Sought that is bound."""
    searched = searched_by(dialect)
    if dialect == "postgresql":
        # Not IN: beneath a NOT or an OR that is looked up in a list, or, once the list is longer than
        # memory allows, in all of it again for each ticket.
        its = sa.select(sa.literal_column("1", sa.Integer)).where(
            searched.fits(bind), searched.id == source.c.id
        )
        return its.correlate(source).exists()
    found = sa.select(searched.id).where(searched.fits(bind))
    return sa.type_coerce(source.c.id.in_(found), sa.Boolean)


def matches_rare(
    _: sa.ColumnElement[Any], source: sa.FromClause, bind: str, dialect: str
) -> Clause:
    """As matches(), on PostgreSQL, where so few documents fit that they are all looked up first."""
    searched = searched_by(dialect)
    found = sa.select(searched.id).where(searched.fits(bind)).scalar_subquery()
    return source.c.id == sa.any_(sa.func.array(found, type_=sa.ARRAY(sa.Integer)))


def matches_common(
    _: sa.ColumnElement[Any], source: sa.FromClause, bind: str, dialect: str
) -> Clause:
    """As matches(), on SQLite, where so many documents fit that no ticket is found by that."""
    searched = searched_by(dialect)
    found = sa.select(searched.id).where(searched.fits(bind))
    return sa.type_coerce(UnaryExpression(source.c.id, operator=PLUS).in_(found), sa.Boolean)


def relevance(source: sa.FromClause, dialect: str) -> sa.ColumnElement[int]:
    """domain/search.py's rank(), given the values of ranking()."""
    some, every = (
        sa.cast(matches(source.c.id, source, bind, dialect), sa.Integer)
        for bind in ("title_some", "title_every")
    )
    return some + every


def ranking(org: int, query: Query) -> Values:
    """The values of relevance()."""
    return {
        "title_some": Sought(org, query.wanted, any=True, in_title=True),
        "title_every": Sought(org, query.wanted, in_title=True),
    }


def _columns(dialect: str, org: int, id: int, made: Document) -> Values:
    """The values of a document's row."""
    if dialect == "postgresql":
        return {"document": _tsvector(org, made)}
    return {
        "rowid": org << _ORG_SHIFT | id,
        **{name: " ".join(getattr(made, name)) for name in ("title", "body", "rest")},
    }


def _tsvector(org: int, made: Document) -> str:
    places: dict[str, list[str]] = {}
    for mark, stream in ((_TITLE, made.title), (_ANYWHERE, (*made.title, GAP, *made.body))):
        for place, word in enumerate(stream, start=1):
            if word != GAP:
                places.setdefault(f"'{org}{mark}{word}'", []).append(str(place))
    rest = (f"'{org}{_ANYWHERE}{word}'" for word in made.rest)
    return " ".join([*(f"{word}:{','.join(at)}" for word, at in places.items()), *rest])


def _put(dialect: str) -> sa.Executable:
    """Add documents, or write over those that are there."""
    if dialect == "postgresql":
        rows = given_rows(_OF_POSTGRESQL, dialect)
        select = sa.select(org(), *(rows.c[name] for name in _OF_POSTGRESQL)).select_from(rows)
        insert = postgresql.insert(ticket_search).from_select(["org_id", *_OF_POSTGRESQL], select)
        return insert.on_conflict_do_update(
            index_elements=[ticket_search.c.org_id, ticket_search.c.ticket_id],
            set_={"document": insert.excluded.document},
        )
    rows = given_rows(_OF_SQLITE, dialect)
    select = sa.select(*(rows.c[name] for name in _OF_SQLITE)).select_from(rows)
    return sa.insert(_fts).prefix_with("OR REPLACE").from_select(list(_OF_SQLITE), select)


def _drop(dialect: str) -> sa.Delete:
    if dialect == "postgresql":
        return sa.delete(ticket_search).where(
            ticket_search.c.org_id == org(),
            among(ticket_search.c.ticket_id, "ids", sa.Integer(), dialect),
        )
    return sa.delete(_fts).where(among(_fts.c.rowid, "rowids", sa.BigInteger(), dialect))


def _some(dialect: str) -> sa.Select[Any]:
    searched = searched_by(dialect)
    limit = sa.bindparam("limit", type_=sa.Integer)
    some = sa.select(searched.order).where(searched.fits("sought")).limit(limit).subquery()
    return sa.select(sa.func.count()).select_from(some)


_SOME = Statement(_some, by_value=True)
_PUT = Statement(_put)
_DROP = Statement(_drop)
_TEXTS = Statement(
    lambda dialect: sa.select(tickets.c.id, tickets.c.title, tickets.c.description).where(
        tickets.c.org_id == org(), among(tickets.c.id, "ids", sa.Integer(), dialect)
    )
)


_SAID = Statement(
    lambda dialect: (
        sa.select(comments.c.ticket_id, comments.c.body)
        .where(
            comments.c.org_id == org(), among(comments.c.ticket_id, "ids", sa.Integer(), dialect)
        )
        .order_by(comments.c.ticket_id, comments.c.id)
    )
)


async def find_is_rare(db: Connection, org: int, sought: Sought) -> bool:
    """Whether only a few documents fit."""
    return int(await db.value(_SOME, org=org, sought=sought, limit=RARE_MAX)) < RARE_MAX


async def add_documents(db: Connection, org: int, documents: Iterable[Texts]) -> None:
    """Make the documents of tickets, out of their texts, in one statement."""
    rows = [
        {"ticket_id": id, **_columns(db.dialect, org, id, document(title, texts))}
        for id, title, texts in documents
    ]
    if rows:
        await db.run(_PUT, org=org, rows=rows)


async def change_documents(db: Connection, org: int, ticket_ids: Collection[int]) -> None:
    """Make the documents of tickets anew, from their texts as they are now in this transaction."""
    ids = sorted(ticket_ids)
    for start in range(0, len(ids), BATCH):
        await add_documents(db, org, await _texts(db, org, ids[start : start + BATCH]))


async def drop_documents(db: Connection, org: int, ticket_ids: Collection[int]) -> None:
    """Remove the documents of tickets that go."""
    rowids = [org << _ORG_SHIFT | id for id in ticket_ids]
    await db.run(_DROP, org=org, ids=tuple(ticket_ids), rowids=rowids)


async def _texts(db: Connection, org: int, ids: Collection[int]) -> list[Texts]:
    """The texts of tickets: all that is searched, in the order of phrases."""
    said: dict[int, list[str]] = {}
    for id, body in await db.rows(_SAID, org=org, ids=tuple(ids)):
        said.setdefault(id, []).append(body)
    return [
        (id, title, [*texts_of(description), *said.get(id, ())])
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
