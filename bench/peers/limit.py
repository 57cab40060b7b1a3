"""The limit of the platform: bare Starlette, asyncpg and orjson, one statement of SQL by hand a request.

Nothing is checked, nobody is asked for a key, and no history is kept: what a service adds to this
is the price of being one. The pool's reset batch is left out, which would be a round trip more.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

STATUSES = ("backlog", "todo", "in_progress", "in_review", "done")
BASE = "/api/v1/ext/orgs/{org}/tickets"

_TIMES = orjson.OPT_UTC_Z | orjson.OPT_OMIT_MICROSECONDS
_ORG = "(SELECT id FROM organizations WHERE slug = $1)"
_COLUMNS = """id, slug, type, title, status, priority, assignee_id, repository_id, labels, created_at,
    updated_at"""
_ITEM = _COLUMNS.replace("labels,", "labels, parent_slug,")

# S608: every part of these statements stands in this file.
PAGE = f"""
    SELECT {_COLUMNS},
           (SELECT count(*) FROM tickets WHERE org_id = {_ORG} AND status = $2) AS total
    FROM tickets WHERE org_id = {_ORG} AND status = $2
    ORDER BY created_at DESC, id DESC LIMIT $3 OFFSET $4"""  # noqa: S608
ONE = f"""
    SELECT t.id, t.slug, t.type, t.title, t.status, t.priority, t.assignee_id, t.repository_id, t.labels,
           p.slug AS parent_slug, t.created_at, t.updated_at
    FROM tickets t LEFT JOIN tickets p ON p.id = t.parent_id
    WHERE t.org_id = {_ORG} AND t.slug = $2"""  # noqa: S608
CREATE = f"""
    WITH o AS (UPDATE organizations SET next_number = next_number + 1 WHERE slug = $1
               RETURNING id, next_number)
    INSERT INTO tickets (org_id, slug, type, title, priority, labels)
    SELECT o.id, 'AM-' || o.next_number, $2, $3, $4, $5 FROM o
    RETURNING {_ITEM.replace("parent_slug", "NULL::text AS parent_slug")}"""  # noqa: S608
SET_STATUS = f"""
    UPDATE tickets SET status = $3, updated_at = date_trunc('second', now())
    WHERE org_id = {_ORG} AND slug = $2 RETURNING id"""  # noqa: S608
TICKETS = f"""
    SELECT t.id, t.slug, t.type, t.title, t.status, t.priority, t.created_at, t.updated_at, t.labels,
           t.assignee_id, u.name, t.repository_id, r.name,
           (SELECT count(*) FROM tickets WHERE org_id = {_ORG})
    FROM tickets t LEFT JOIN users u ON u.id = t.assignee_id
    LEFT JOIN repositories r ON r.id = t.repository_id
    WHERE t.org_id = {_ORG} ORDER BY t.created_at DESC, t.id DESC LIMIT $2"""  # noqa: S608
CARDS = f"""
    SELECT s.status, t.id, t.slug, t.title, t.type, t.priority, t.assignee_id, u.name
    FROM unnest($2::text[]) WITH ORDINALITY s (status, n)
    CROSS JOIN LATERAL (
        SELECT * FROM tickets WHERE org_id = {_ORG} AND status = s.status
        ORDER BY created_at DESC, id DESC LIMIT $3) t
    LEFT JOIN users u ON u.id = t.assignee_id
    ORDER BY s.n, t.created_at DESC, t.id DESC"""  # noqa: S608
TOTALS = f"""
    SELECT status, count(*) FROM tickets WHERE org_id = {_ORG} GROUP BY status"""  # noqa: S608


class Connection(asyncpg.Connection):  # type: ignore[misc]
    """Given back to its pool as it is."""

    def get_reset_query(self) -> str:
        """Nothing."""
        return ""


def answer(body: object, status: int = 200) -> Response:
    """JSON, with times as the documented API has them."""
    return Response(orjson.dumps(body, option=_TIMES), status, media_type="application/json")


def named(id: int | None, name: str | None) -> dict[str, Any] | None:
    """A user or a repository of a joined row."""
    return None if id is None else {"id": id, "name": name}


async def page(request: Request) -> Response:
    """Tickets of a status, with their total."""
    asked = request.query_params
    limit, offset = int(asked.get("limit", 20)), int(asked.get("offset", 0))
    rows = [
        dict(row)
        for row in await request.app.state.pool.fetch(
            PAGE, request.path_params["org"], asked["status"], limit, offset
        )
    ]
    total = rows[0]["total"] if rows else 0
    for row in rows:
        del row["total"]
    return answer({"tickets": rows, "total": total, "limit": limit, "offset": offset})


async def one(request: Request) -> Response:
    """A ticket by its slug."""
    asked = request.path_params
    row = await request.app.state.pool.fetchrow(ONE, asked["org"], asked["slug"])
    return answer({"ticket": dict(row)}) if row else answer({"error": "not found"}, 404)


async def create(request: Request) -> Response:
    """A new ticket."""
    body = orjson.loads(await request.body())
    row = await request.app.state.pool.fetchrow(
        CREATE,
        request.path_params["org"],
        body["type"],
        body["title"],
        body["priority"],
        body["labels"],
    )
    return answer({"ticket": dict(row)}, 201)


async def set_status(request: Request) -> Response:
    """Another status."""
    asked = request.path_params
    status = orjson.loads(await request.body())["status"]
    if status not in STATUSES:
        return answer({"error": "no such status"}, 400)
    found = await request.app.state.pool.fetchval(SET_STATUS, asked["org"], asked["slug"], status)
    return answer({"message": "Status updated"}) if found else answer({"error": "not found"}, 404)


async def smallest(_request: Request) -> Response:
    """The smallest answer of a GraphQL server."""
    return answer({"data": {"__typename": "Query"}})


async def tickets(request: Request) -> Response:
    """What a GraphQL server answers to the list, without GraphQL."""
    nodes, total = [], 0
    for row in await request.app.state.pool.fetch(TICKETS, request.path_params["org"], 50):
        id, slug, type, title, status, priority, created, updated, labels, *joined, total = row
        nodes.append(
            {
                "id": id,
                "slug": slug,
                "type": type,
                "title": title,
                "status": status,
                "priority": priority,
                "createdAt": created,
                "updatedAt": updated,
                "assignee": named(*joined[:2]),
                "repository": named(*joined[2:]),
                "labels": labels,
            }
        )
    return answer({"data": {"tickets": {"totalCount": total, "nodes": nodes}}})


async def board(request: Request) -> Response:
    """What a GraphQL server answers to the board, without GraphQL."""
    org = request.path_params["org"]
    async with request.app.state.pool.acquire() as connection:
        rows = await connection.fetch(CARDS, org, STATUSES, 20)
        totals = dict(await connection.fetch(TOTALS, org))
    columns: dict[str, list[dict[str, Any]]] = {status: [] for status in STATUSES}
    for status, id, slug, title, type, priority, assignee_id, assignee in rows:
        columns[status].append(
            {
                "id": id,
                "slug": slug,
                "title": title,
                "type": type,
                "priority": priority,
                "assignee": named(assignee_id, assignee),
            }
        )
    shown = [
        {"status": status, "totalCount": totals.get(status, 0), "nodes": nodes}
        for status, nodes in columns.items()
    ]
    return answer({"data": {"board": shown}})


@asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[None]:
    """The pool."""
    async with asyncpg.create_pool(
        os.environ["DSN"], min_size=10, max_size=10, connection_class=Connection
    ) as app.state.pool:
        yield


app = Starlette(
    lifespan=lifespan,
    routes=[
        Route(BASE, page),
        Route(BASE, create, methods=["POST"]),
        Route(BASE + "/{slug}", one),
        Route(BASE + "/{slug}/status", set_status, methods=["PATCH"]),
        Route("/smallest", smallest),
        Route("/tickets/{org}", tickets),
        Route("/board/{org}", board),
    ],
)
