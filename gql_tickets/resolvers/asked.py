"""What a caller asks of tickets: the attributes that its fields read, and whether a list is counted.

A document is looked ahead in, which costs a look-up once it is known. Callers that have none say
it beforehand.
"""

from __future__ import annotations

from functools import lru_cache

from strawberry.utils.str_converters import to_snake_case

from gql_tickets.context import Call, Info
from gql_tickets.domain.tickets import Ticket
from gql_tickets.execution import selected

_READS = {
    "databaseId": "id",
    "assignee": "assignee_id",
    "creator": "creator_id",
    "repository": "repository_id",
    "parent": "parent_id",
}
"""The attribute that a field reads, where it has another name. What is left reads the id, or none."""
_ATTRIBUTES = frozenset(Ticket.__struct_fields__)
_HIGHLIGHTED = frozenset({"title", "description"})


def columns(info: Info) -> frozenset[str]:
    """The attributes of the tickets of a connection that somebody asks for."""
    if isinstance(info, Call):
        return _known(info)
    found = _read(selected(info, "nodes", "edges.node"))
    return found | _HIGHLIGHTED if "highlights" in selected(info, "edges") else found


def columns_of_one(info: Info, *field: str) -> frozenset[str]:
    """The attributes that somebody asks for of a ticket, or of the one in a field of a payload."""
    return _known(info) if isinstance(info, Call) else _read(selected(info, *field))


def is_counted(info: Info) -> bool:
    """Whether somebody asks for the total of a connection."""
    return True if isinstance(info, Call) else "totalCount" in selected(info)


def _known(call: Call) -> frozenset[str]:
    return _ATTRIBUTES if call.columns is None else call.columns


@lru_cache(maxsize=1_024)
def _read(fields: frozenset[str]) -> frozenset[str]:
    return frozenset(_READS.get(field, to_snake_case(field)) for field in fields) & _ATTRIBUTES
