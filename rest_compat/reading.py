"""Documented query, body and headers → the resolvers' arguments. One reader a row of routes.py.

Reading is generous where the meaning is clear (R5, R15) and strict where silence would lose data
(R4, R8, R18). A reader finds everything wrong with a request before it refuses it; texts and
references are the floor's to check, which answers alike at both doors.
"""

from __future__ import annotations

from typing import Any, TypeVar, cast

from gql_tickets import inputs
from gql_tickets.domain.ids import INT64_MAX
from gql_tickets.domain.tickets import TicketPriority, TicketStatus, TicketType
from gql_tickets.inputs import Some
from rest_compat.asked import Asked
from rest_compat.values import Body, Query, expected_version, idempotency_key

LIMIT_DEFAULT = 20
LIMIT_MAX = 1000
COLUMN_LIMIT_DEFAULT = 200

STATUSES = tuple(TicketStatus)
TYPES = tuple(TicketType)
PRIORITIES = tuple(word for word in TicketPriority if word is not TicketPriority.NONE)

T = TypeVar("T")

Arguments = dict[str, Any]


def page(asked: Asked) -> Arguments:
    """GET /tickets (C5)."""
    query = Query(asked.query)
    limit, offset = _window(query)
    filter = inputs.TicketFilter()
    if (status := query.word("status", STATUSES)) is not None:
        filter.status = inputs.TicketStatusFilter(in_=[status])
    if (type := query.word("type", TYPES)) is not None:
        filter.type = inputs.TicketTypeFilter(in_=[type])
    if (assignee := query.integer("assignee_id")) is not None:
        filter.assignee = inputs.UserFilter(in_=[inputs.UserRef(database_id=assignee)])
    if (repository := query.integer("repository_id")) is not None:
        filter.repository = _repositories(repository)
    if labels := query.names("labels"):
        filter.labels = inputs.LabelFilter(all_of=labels)
    query.checked()
    return {"filter": filter, "first": limit, "offset": offset}


def board(asked: Asked) -> Arguments:
    """GET /tickets/board (C10)."""
    query = Query(asked.query)
    _column_limit(query)
    filter = inputs.TicketFilter()
    if (repository := query.integer("repository_id")) is not None:
        filter.repository = _repositories(repository)
    query.checked()
    return {"filter": filter}


def slug(asked: Asked) -> Arguments:
    """GET /tickets/{slug}: the path says it all."""
    return {"ref": _ticket(asked)}


def draft(asked: Asked) -> Arguments:
    """POST /tickets (C13); what is absent or null takes its default (R1, R22)."""
    body = Body(asked.body)
    body.require("title")
    input = inputs.TicketCreateInput(
        title=body.text("title") or "",
        type=body.word("type", TYPES) or TicketType.TASK,
        status=body.word("status", STATUSES) or TicketStatus.BACKLOG,
        priority=body.word("priority", PRIORITIES) or TicketPriority.MEDIUM,
        assignee=_user(body),
        repository=_repository(body),
        labels=body.names("labels"),
        parent=_parent(body),
        idempotency_key=idempotency_key(asked.headers),
    )
    body.checked()
    return {"input": input}


def patch(asked: Asked) -> Arguments:
    """PUT /tickets/{slug}: what is given changes; null clears a reference, else it is absent (R16)."""
    body = Body(asked.body)
    labels = body.names("labels")
    patch = inputs.TicketPatch(
        title=_some(body.text("title")),
        type=_some(body.word("type", TYPES)),
        status=_some(body.word("status", STATUSES)),
        priority=_some(body.word("priority", PRIORITIES)),
        labels=None if labels is None else Some(inputs.LabelsPatch(set=labels)),
        assignee=Some(_user(body)) if body.gives("assignee_id") else None,
        repository=Some(_repository(body)) if body.gives("repository_id") else None,
        parent=Some(_parent(body)) if body.gives("parent_slug") else None,
    )
    body.checked()
    input = inputs.TicketUpdateInput(ticket=_ticket(asked), patch=patch, **_conditions(asked))
    return {"input": input}


def status(asked: Asked) -> Arguments:
    """PATCH /tickets/{slug}/status (C15)."""
    body = Body(asked.body)
    body.require("status")
    word = body.word("status", STATUSES)
    body.checked()
    # A missing or wrong word was refused just now.
    status = cast("TicketStatus", word)
    input = inputs.TicketSetStatusInput(ticket=_ticket(asked), status=status, **_conditions(asked))
    return {"input": input}


def deletion(asked: Asked) -> Arguments:
    """DELETE /tickets/{slug}; its children stay, as top-level tickets (R24)."""
    return {"input": inputs.TicketDeleteInput(ticket=_ticket(asked), **_conditions(asked))}


def window(asked: Asked) -> tuple[int, int]:
    """`limit` and `offset` of a list that was read already."""
    return _window(Query(asked.query))


def column_limit(asked: Asked) -> int:
    """How many cards a column of the board shows, of a request that was read already (R9)."""
    return _column_limit(Query(asked.query))


def _window(query: Query) -> tuple[int, int]:
    limit = query.integer("limit", low=1, high=LIMIT_MAX)
    offset = query.integer("offset", low=0, high=INT64_MAX)
    return LIMIT_DEFAULT if limit is None else limit, offset or 0


def _column_limit(query: Query) -> int:
    limit = query.integer("limit", low=1, high=LIMIT_MAX)
    return COLUMN_LIMIT_DEFAULT if limit is None else limit


def _conditions(asked: Asked) -> Arguments:
    """What the headers of a write ask beside its body (R29)."""
    return {
        "expected_version": expected_version(asked.headers),
        "idempotency_key": idempotency_key(asked.headers),
    }


def _some(value: T | None) -> Some[T] | None:
    """A field of a patch that has no null: null is as good as absent (R16)."""
    return None if value is None else Some(value)


def _repositories(number: int) -> inputs.RepositoryFilter:
    return inputs.RepositoryFilter(in_=[inputs.RepositoryRef(database_id=number)])


def _ticket(asked: Asked) -> inputs.TicketRef:
    return inputs.TicketRef(slug=asked.slug)


def _user(body: Body) -> inputs.UserRef | None:
    number = body.integer("assignee_id")
    return None if number is None else inputs.UserRef(database_id=number)


def _repository(body: Body) -> inputs.RepositoryRef | None:
    number = body.integer("repository_id")
    return None if number is None else inputs.RepositoryRef(database_id=number)


def _parent(body: Body) -> inputs.TicketRef | None:
    slug = body.text("parent_slug")
    return None if slug is None else inputs.TicketRef(slug=slug)
