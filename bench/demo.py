"""What the benchmark shows: records like those of the demo organization, and a schema over them."""

from __future__ import annotations

import datetime as dt
import enum
import random
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
import strawberry
from strawberry.schema.config import StrawberryConfig
from strawberry.types.scalar import ScalarDefinition
from strawberry.utils.str_converters import to_camel_case

from gql_tickets.domain.vocabulary import Vocabulary
from gql_tickets.execution import Loader, relation, rfc3339

TICKETS = 500
USERS = 30
REPOSITORIES = 10


@strawberry.enum
class Status(Vocabulary):
    """The columns of the board."""

    BACKLOG = "backlog"
    TODO = "todo"
    IN_PROGRESS = "in_progress"
    IN_REVIEW = "in_review"
    DONE = "done"


@strawberry.enum
class Kind(Vocabulary):
    """Of work."""

    TASK = "task"
    BUG = "bug"
    FEATURE = "feature"


@strawberry.enum
class Priority(Vocabulary):
    """Lowest first."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    URGENT = "urgent"


class UserRecord(msgspec.Struct, frozen=True):
    """A person."""

    id: int
    name: str


class RepositoryRecord(msgspec.Struct, frozen=True):
    """A place for code."""

    id: int
    name: str


class TicketRecord(msgspec.Struct, frozen=True):
    """A unit of work."""

    id: int
    slug: str
    title: str
    status: Status
    type: Kind
    priority: Priority
    created_at: dt.datetime
    updated_at: dt.datetime
    labels: tuple[str, ...]
    estimate: int | None
    assignee_id: int | None
    repository_id: int | None


_chance = random.Random(7)
_START = dt.datetime(2025, 1, 10, 8, tzinfo=dt.UTC)
_LABELS = ("backend", "auth", "ui", "performance", "docs")

users = {number: UserRecord(number, f"User {number}") for number in range(1, USERS + 1)}
repositories = {
    number: RepositoryRecord(number, f"org/repository-{number}")
    for number in range(1, REPOSITORIES + 1)
}
tickets = [
    TicketRecord(
        number,
        f"AM-{number}",
        f'Implement the "thing" of number {number} — properly',
        _chance.choice(list(Status)),
        _chance.choice(list(Kind)),
        _chance.choice(list(Priority)),
        _START + dt.timedelta(minutes=number),
        _START + dt.timedelta(days=5, minutes=number),
        tuple(_chance.sample(_LABELS, 2)),
        _chance.choice([None, 1, 2, 3]),
        _chance.randint(1, USERS),
        _chance.randint(1, REPOSITORIES),
    )
    for number in range(1, TICKETS + 1)
]


class Context:
    """Loaders, as for each request."""

    def __init__(self) -> None:
        self.users = Loader(_batch(users))
        self.repositories = Loader(_batch(repositories))


def _batch(records: dict[int, Any]) -> Callable[[list[int]], Any]:
    async def fetch(keys: list[int]) -> Sequence[Any]:
        return [records.get(key) for key in keys]

    return fetch


@strawberry.type
class User:
    """A window over UserRecord."""

    id: int
    name: str


@strawberry.type
class Repository:
    """A window over RepositoryRecord."""

    id: int
    name: str


@strawberry.type
class Ticket:
    """A window over TicketRecord."""

    id: int
    slug: str
    title: str
    status: Status
    type: Kind
    priority: Priority
    created_at: dt.datetime
    updated_at: dt.datetime
    labels: list[str]
    estimate: int | None
    assignee: User | None = relation(key="assignee_id", loader=lambda context: context.users)
    repository: Repository | None = relation(
        key="repository_id", loader=lambda context: context.repositories
    )


@strawberry.type
class Page:
    """Some of the tickets."""

    total: int
    nodes: list[Ticket]


@strawberry.type
class Column:
    """Those of one status."""

    status: Status
    tickets: list[Ticket]


@strawberry.type
class Query:
    """Roots."""

    @strawberry.field
    async def tickets(self, first: int = 20) -> Page:
        """A page."""
        nodes: list[Any] = tickets[:first]
        return Page(total=len(tickets), nodes=nodes)

    @strawberry.field
    async def board(self) -> list[Column]:
        """Five columns of twenty."""
        return [Column(status=status, tickets=found) for status, found in _board]


_board: list[tuple[Status, list[Any]]] = [
    (status, [ticket for ticket in tickets if ticket.status is status][:20]) for status in Status
]


@rfc3339
def _show(moment: dt.datetime) -> str:
    return moment.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")


SCALARS: dict[object, ScalarDefinition] = {
    dt.datetime: strawberry.scalar(
        name="DateTime", serialize=_show, parse_value=dt.datetime.fromisoformat
    )
}


def as_shown(value: Any) -> Any:
    """Rows, columns and what is in them as JSON, with the schema's names: for peers in JavaScript."""
    if isinstance(value, list | tuple):
        return list(map(as_shown, value))
    if isinstance(value, enum.Enum):
        return value.name
    if isinstance(value, dt.datetime):
        return _show(value)
    if isinstance(value, msgspec.Struct | Column):
        named = msgspec.structs.asdict(value) if isinstance(value, msgspec.Struct) else vars(value)
        return {to_camel_case(name): as_shown(held) for name, held in named.items()}
    return value


def rows() -> dict[str, Any]:
    """Everything that is shown, as JSON."""
    board = [Column(status=status, tickets=found) for status, found in _board]
    return {
        "tickets": as_shown(tickets),
        "board": as_shown(board),
        "users": as_shown(list(users.values())),
        "repositories": as_shown(list(repositories.values())),
    }


def build(kind: type[strawberry.Schema], **options: Any) -> strawberry.Schema:
    """The schema: Strawberry's own, or this service's."""
    return kind(Query, config=StrawberryConfig(scalar_map=SCALARS), **options)
