"""Comments on tickets. A write of one is a write to its ticket, which comes first and is locked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Any

import sqlalchemy as sa

from gql_tickets.auth import Actor
from gql_tickets.domain.history import Comment
from gql_tickets.domain.ids import INT32_MAX
from gql_tickets.store import search
from gql_tickets.store.criteria import among, org
from gql_tickets.store.engine import Connection
from gql_tickets.store.statements import Statement
from gql_tickets.store.strands import Strand
from gql_tickets.store.tables import comments, organizations

_COLUMNS = [comments.c[name] for name in Comment.__struct_fields__]
_ONE = sa.literal_column("1", sa.Integer)
_id = sa.bindparam("id", type_=sa.Integer)

COMMENTS = Strand(Comment, _COLUMNS, comments.c.id)


def _bound(*names: str) -> dict[str, sa.BindParameter[Any]]:
    return {name: sa.bindparam(f"new_{name}", type_=comments.c[name].type) for name in names}


_BY_IDS = Statement(
    lambda dialect: sa.select(*_COLUMNS).where(
        comments.c.org_id == org(), among(comments.c.id, "ids", sa.Integer(), dialect)
    )
)
_COUNT = Statement(
    sa.update(organizations)
    .where(organizations.c.id == org())
    .values(last_comment_id=organizations.c.last_comment_id + _ONE)
    .returning(organizations.c.last_comment_id)
)
_ADD = Statement(
    sa.insert(comments).values(
        org_id=org(), **_bound(*(name for name in Comment.__struct_fields__ if name != "org_id"))
    )
)
_CHANGE = Statement(
    sa.update(comments)
    .where(comments.c.org_id == org(), comments.c.id == _id)
    .values(_bound("body", "version", "updated_at"))
)
_RELEASE = Statement(
    sa.update(comments)
    .where(comments.c.org_id == org(), comments.c.reply_to_id == _id)
    .values(reply_to_id=sa.null())
)
_DROP = Statement(sa.delete(comments).where(comments.c.org_id == org(), comments.c.id == _id))


async def find_comments(db: Connection, org: int, ids: Collection[int]) -> list[Comment]:
    """Those of the comments that there are, in any order."""
    return await db.records(_BY_IDS, Comment, org=org, ids=tuple(ids))


async def find_comment(db: Connection, org: int, id: int) -> Comment | None:
    """The comment, or None."""
    found = await find_comments(db, org, (id,)) if 0 < id <= INT32_MAX else []
    return found[0] if found else None


async def add_comment(
    db: Connection,
    org: int,
    actor: Actor,
    at: dt.datetime,
    *,
    ticket_id: int,
    body: str,
    reply_to_id: int | None,
) -> Comment:
    """Number and store a comment. To be called last: the counter is locked until the end."""
    id = await db.value(_COUNT, org=org)
    if id is None:
        raise LookupError("the organization is gone")
    comment = Comment(
        org_id=org,
        id=id,
        ticket_id=ticket_id,
        author_user_id=actor.user_id,
        author_key_id=actor.key_id,
        author_name=actor.key_name,
        body=body,
        reply_to_id=reply_to_id,
        version=1,
        created_at=at,
        updated_at=at,
    )
    values = {
        f"new_{name}": getattr(comment, name)
        for name in Comment.__struct_fields__
        if name != "org_id"
    }
    await db.run(_ADD, org=org, **values)
    await search.change_documents(db, org, (ticket_id,))
    return comment


async def change_comment(db: Connection, org: int, comment: Comment) -> None:
    """Write body, version and updated_at."""
    await db.run(
        _CHANGE,
        org=org,
        id=comment.id,
        new_body=comment.body,
        new_version=comment.version,
        new_updated_at=comment.updated_at,
    )
    await search.change_documents(db, org, (comment.ticket_id,))


async def drop_comment(db: Connection, org: int, comment: Comment) -> None:
    """Remove a comment; the replies to it stay, as replies to nothing."""
    await db.run(_RELEASE, org=org, id=comment.id)
    await db.run(_DROP, org=org, id=comment.id)
    await search.change_documents(db, org, (comment.ticket_id,))
