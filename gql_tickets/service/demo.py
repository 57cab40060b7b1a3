"""The demo organization: the documented examples, and enough around them to look at.

The document's two tickets are the newest, so that a list begins with them and the board's columns
do too. Everything else is worked out from a ticket's number: each demo holds the same.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from gql_tickets.auth import DEMO_KEY, Scope, key_hash
from gql_tickets.domain import positions
from gql_tickets.domain.directory import ApiKey
from gql_tickets.domain.tickets import (
    ChangeKind,
    FieldChange,
    TicketField,
    TicketPriority,
    TicketStatus,
    TicketType,
)
from gql_tickets.errors import Conflict, ErrorCode
from gql_tickets.service.keys import PREFIX_LENGTH
from gql_tickets.store import counters, directory, installation, keys, labels, named, search
from gql_tickets.store.engine import Connection, Store
from gql_tickets.store.events import written

Row = dict[str, Any]

SLUG = "my-org"
PREFIX = "AM"
TICKETS = 156

_FOUNDED = dt.datetime(2024, 8, 30, 9, 0, tzinfo=dt.UTC)
_FIRST = dt.datetime(2024, 9, 2, 8, 30, tzinfo=dt.UTC)
_KEY_ID = "0000000000000001"
_ACTOR_NAME = "Demo data"

_USERS = (
    ("amara", "Amara Okafor"),
    ("lukas", "Lukas Weber"),
    ("mei", "Mei Tanaka"),
    ("sofia", "Sofia Rossi"),
    ("daniel", "Daniel Kim"),
    ("priya", "Priya Nair"),
    ("jonas", "Jonas Lindqvist"),
    ("elena", "Elena Petrova"),
    ("tomas", "Tomás Herrera"),
    ("hannah", "Hannah Schmidt"),
    ("omar", "Omar Haddad"),
    ("claire", "Claire Dubois"),
)
_REPOSITORIES = ("backend", "frontend", "infrastructure")
_COLORS = {
    "accessibility": "#0E8A16",
    "api": "#1D76DB",
    "auth": "#5319E7",
    "backend": "#0052CC",
    "css": "#C5DEF5",
    "customer": "#FBCA04",
    "database": "#006B75",
    "docs": "#0075CA",
    "frontend": "#BFD4F2",
    "good first issue": "#7057FF",
    "ops": "#E99695",
    "performance": "#D93F0B",
    "security": "#B60205",
    "tests": "#C2E0C6",
}

# Area, repository, labels.
_AREAS = (
    ("sign-in", 1, ("backend", "auth")),
    ("ticket board", 2, ("frontend",)),
    ("search", 1, ("backend", "performance")),
    ("notifications", 1, ("backend", "customer")),
    ("settings page", 2, ("frontend", "accessibility")),
    ("nightly backup", 3, ("ops", "database")),
    ("CSV export", 1, ("api", "customer")),
    ("mobile layout", 2, ("frontend", "css")),
    ("webhooks", 1, ("api",)),
    ("audit log", 1, ("backend", "security")),
    ("deployment", 3, ("ops",)),
    ("onboarding guide", None, ("docs", "good first issue")),
    ("user profile", 2, ("frontend",)),
)
_TITLES: dict[TicketType, tuple[str, ...]] = {
    TicketType.TASK: (
        "Write down how the {} works",
        "Upgrade the libraries behind the {}",
        "Add tests for the {}",
        "Remove dead code from the {}",
    ),
    TicketType.BUG: (
        "The {} shows an error after a time-out",
        "The {} mixes up time zones",
        "The {} forgets its state on reload",
        "Umlauts are garbled in the {}",
    ),
    TicketType.FEATURE: (
        "Keyboard shortcuts for the {}",
        "Let administrators switch off the {}",
        "A preview for the {}",
    ),
    TicketType.IMPROVEMENT: (
        "Make the {} faster on large organizations",
        "Clearer error messages in the {}",
        "Fewer clicks in the {}",
    ),
    TicketType.EPIC: ("The next generation of the {}", "One design for the {}"),
    TicketType.STORY: (
        "As a new member I find my way around the {}",
        "As a team lead I see who uses the {}",
    ),
    TicketType.SUBTASK: (
        "Agree on the scope: {}",
        "Sketch the screens: {}",
        "Roll out to ten customers: {}",
    ),
}
_TYPES = (
    TicketType.EPIC,
    TicketType.SUBTASK,
    TicketType.BUG,
    TicketType.TASK,
    TicketType.FEATURE,
    TicketType.BUG,
    TicketType.STORY,
    TicketType.TASK,
    TicketType.IMPROVEMENT,
    TicketType.BUG,
    TicketType.SUBTASK,
    TicketType.TASK,
)
_PRIORITIES = (
    TicketPriority.MEDIUM,
    TicketPriority.LOW,
    TicketPriority.HIGH,
    TicketPriority.MEDIUM,
    TicketPriority.NONE,
    TicketPriority.MEDIUM,
    TicketPriority.URGENT,
)
# What is old is mostly done, what is new mostly waits.
_STATUSES = (
    (TicketStatus.DONE,),
    (TicketStatus.DONE, TicketStatus.DONE, TicketStatus.IN_REVIEW, TicketStatus.TODO),
    (TicketStatus.IN_PROGRESS, TicketStatus.BACKLOG, TicketStatus.DONE, TicketStatus.TODO),
    (TicketStatus.BACKLOG, TicketStatus.TODO, TicketStatus.IN_PROGRESS, TicketStatus.BACKLOG),
)


async def fill(store: Store) -> bool:
    """Fill an empty database; False when it is a demo already, whatever became of it.

    Raises Conflict when it holds anything else. Two processes can call it at once.
    """

    async def work(db: Connection) -> bool:
        if not await installation.add_installation(db, is_demo=True):
            if await installation.find_is_demo(db):
                return False
            raise _occupied()
        if await installation.find_any_organization(db):
            raise _occupied()
        await _fill(db)
        return True

    return await store.write(work, retry=True)


async def is_demo(store: Store) -> bool:
    """Whether the database is a demo's: then the key of the documentation is accepted."""
    return bool(await store.read(installation.find_is_demo))


async def _fill(db: Connection) -> None:
    organization = await directory.add_organization(
        db, slug=SLUG, name="My Organization", ticket_prefix=PREFIX, at=_FOUNDED
    )
    org = organization.id
    tickets = demo_tickets()
    await directory.add_users(db, org, _users())
    await directory.add_repositories(db, org, _repositories())
    await keys.add_key(db, org, _key(org), key_hash(DEMO_KEY))
    await named.add_missing(db, org, _COLORS)
    await labels.change_colors(db, org, _COLORS)
    await installation.add_rows(db, org, "tickets", tickets)
    await counters.change_to_actual(db, org)
    await search.change_documents(db, org, [ticket["id"] for ticket in tickets])
    await installation.add_rows(db, org, "ticket_labels", _carried(tickets))
    await installation.add_rows(db, org, "ticket_events", _events(tickets))
    await installation.change_counters(db, org, id=TICKETS, number=TICKETS)


def demo_tickets() -> list[Row]:
    """The rows of the 156 tickets; a parent comes before its children."""
    documented = [_authentication(), _layout()]
    numbers = [number for number in range(1, TICKETS + 1) if number not in {42, 43}]
    others = [_made_up(id, number) for id, number in enumerate(numbers, start=3)]
    return _positioned([*documented, *others])


def _positioned(tickets: list[Row]) -> list[Row]:
    """Newest first on the board, by the times that the tickets say."""
    by_age = sorted(tickets, key=lambda ticket: (ticket["created_at"], ticket["id"]))
    ranks = {ticket["id"]: rank for rank, ticket in enumerate(by_age, start=1)}
    return [{**ticket, "position": positions.of_new(ranks[ticket["id"]])} for ticket in tickets]


def _authentication() -> Row:
    """AM-42, to the letter."""
    started = dt.datetime(2025, 1, 13, 9, 5, tzinfo=dt.UTC)
    return {
        **_row(1, 42),
        "title": "Implement user authentication",
        "type": TicketType.FEATURE,
        "status": TicketStatus.IN_PROGRESS,
        "priority": TicketPriority.HIGH,
        "assignee_id": 10,
        "creator_id": 1,
        "repository_id": 1,
        "labels": ("backend", "auth"),
        "created_at": dt.datetime(2025, 1, 10, 8, 0, tzinfo=dt.UTC),
        "updated_at": dt.datetime(2025, 1, 15, 14, 20, tzinfo=dt.UTC),
        "started_at": started,
        "version": 2,
    }


def _layout() -> Row:
    """AM-43, the card of the document's board."""
    at = dt.datetime(2025, 1, 10, 7, 45, tzinfo=dt.UTC)
    return {
        **_row(2, 43),
        "title": "Fix CSS layout issue",
        "type": TicketType.BUG,
        "status": TicketStatus.TODO,
        "priority": TicketPriority.MEDIUM,
        "assignee_id": 5,
        "creator_id": 3,
        "repository_id": 2,
        "labels": ("frontend", "css"),
        "created_at": at,
        "updated_at": at + dt.timedelta(hours=2),
        "version": 2,
    }


def _made_up(id: int, number: int) -> Row:
    area, repository, names = _AREAS[number % len(_AREAS)]
    slot = number % len(_TYPES)
    type = _TYPES[slot]
    choices = _STATUSES[(number - 1) * len(_STATUSES) // TICKETS]
    status = choices[number % len(choices)]
    titles = _TITLES[type]
    # Areas and types meet once in 156 numbers; slots of one type take turns, so no title repeats.
    turn = _TYPES[:slot].count(type) + number % len(_AREAS)
    title = titles[turn % len(titles)].format(area)
    created = _FIRST + dt.timedelta(hours=19 * number, minutes=number * 7 % 60)
    touched = status is not TicketStatus.BACKLOG
    updated = created + dt.timedelta(hours=2 + number * 13 % 90, minutes=number * 11 % 60)
    return {
        **_row(id, number),
        "title": title,
        "description": _description(area) if number % 3 == 0 else None,
        "type": type,
        "status": status,
        "priority": _PRIORITIES[number % len(_PRIORITIES)],
        "assignee_id": number * 5 % 12 + 1 if touched or number % 2 else None,
        "creator_id": number * 7 % 12 + 1,
        "repository_id": repository,
        "parent_id": _parent(number),
        "labels": names[: 1 + number % 2] if number % 5 else (),
        "created_at": created,
        "updated_at": updated if touched else created,
        "started_at": updated if status is TicketStatus.IN_PROGRESS else None,
        "completed_at": updated if status is TicketStatus.DONE else None,
        "version": 2 if touched else 1,
    }


def _row(id: int, number: int) -> Row:
    """The columns of a ticket, with those that most tickets have alike."""
    return {
        "id": id,
        "number": number,
        "slug": f"{PREFIX}-{number}",
        "description": None,
        "parent_id": None,
        "started_at": None,
        "completed_at": None,
    }


def _parent(number: int) -> int | None:
    """Subtasks and stories hang from the epic before them, the first ones of all from none."""
    if _TYPES[number % len(_TYPES)] not in {TicketType.SUBTASK, TicketType.STORY}:
        return None
    epic = number - number % len(_TYPES)
    return _id_of(epic) if epic > 0 else None


def _id_of(number: int) -> int:
    """Ids go by number, but that the document's two come first."""
    return {42: 1, 43: 2}.get(number, number + 2 if number < 42 else number)


def _description(area: str) -> str:
    return f"Came up in the weekly meeting.\n\n- What is wrong with the {area}\n- What we would rather have\n"


def _users() -> list[Row]:
    return [
        {"id": id, "username": username, "name": name, "avatar_url": None}
        for id, (username, name) in enumerate(_USERS, start=1)
    ]


def _repositories() -> list[Row]:
    return [
        {"id": id, "name": f"{SLUG}/{name}", "url": f"https://git.example.com/{SLUG}/{name}"}
        for id, name in enumerate(_REPOSITORIES, start=1)
    ]


def _key(org: int) -> ApiKey:
    return ApiKey(
        org_id=org,
        id=_KEY_ID,
        name="Demo key",
        prefix=DEMO_KEY[:PREFIX_LENGTH],
        scopes=tuple(scope.value for scope in Scope),
        user_id=None,
        created_at=_FOUNDED,
        expires_at=None,
        revoked_at=None,
        last_used_at=None,
    )


def _carried(tickets: list[Row]) -> list[Row]:
    return [
        {"name": name, "ticket_id": ticket["id"]} for ticket in tickets for name in ticket["labels"]
    ]


def _events(tickets: list[Row]) -> list[Row]:
    """Each ticket was created, and those at version 2 were given their status later."""
    events = []
    for ticket in tickets:
        said = {
            "ticket_id": ticket["id"],
            "slug": ticket["slug"],
            "actor_key_id": None,
            "actor_name": _ACTOR_NAME,
            "actor_user_id": ticket["creator_id"],
        }
        created = {"version": 1, "kind": ChangeKind.CREATED, "occurred_at": ticket["created_at"]}
        events.append({**said, **created, "changes": written(())})
        if ticket["version"] > 1:
            before, after = TicketStatus.BACKLOG.value, ticket["status"].value
            moved = (FieldChange(TicketField.STATUS, before, after),)
            updated = {
                "version": 2,
                "kind": ChangeKind.UPDATED,
                "occurred_at": ticket["updated_at"],
            }
            events.append({**said, **updated, "changes": written(moved)})
    events.sort(key=lambda event: event["occurred_at"])
    return [{**event, "log_epoch": 0, "log_sequence": at} for at, event in enumerate(events, 1)]


def _occupied() -> Conflict:
    return Conflict(
        "This database holds something else: a demo fills an empty one only.",
        code=ErrorCode.ALREADY_EXISTS,
    )
