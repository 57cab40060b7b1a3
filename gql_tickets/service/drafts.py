"""What callers write about a ticket, made ready: texts checked, references looked up."""

from __future__ import annotations

import datetime as dt
from typing import Any

from msgspec import UNSET
from msgspec.structs import replace

from gql_tickets.auth import Actor
from gql_tickets.domain.directory import RepositoryRef, UserRef
from gql_tickets.domain.ids import read_slug
from gql_tickets.domain.tickets import (
    DESCRIPTION_LENGTH_MAX,
    TITLE_LENGTH_MAX,
    LabelsPatch,
    TicketDraft,
    TicketPatch,
    TicketRef,
    TicketStatus,
)
from gql_tickets.errors import Path
from gql_tickets.service.filters import user_ref
from gql_tickets.service.text import Problems
from gql_tickets.store import directory
from gql_tickets.store.engine import Connection

Values = dict[str, Any]


def checked_draft(actor: Actor, draft: TicketDraft) -> TicketDraft:
    """The draft with its texts as they are to be stored. Raises ValidationFailed."""
    problems = Problems()
    ready = replace(
        draft,
        title=_title(("title",), draft.title, problems),
        description=_description(("description",), draft.description, problems),
        labels=problems.labels("labels", draft.labels),
        assignee=draft.assignee and user_ref(actor, draft.assignee, ("assignee",), problems),
        parent=draft.parent and spelled(draft.parent),
    )
    problems.raise_if_any()
    return ready


def checked_patch(actor: Actor, patch: TicketPatch) -> TicketPatch:
    """The patch with its texts as they are to be stored."""
    problems = Problems()
    ready: dict[str, Any] = {}
    if patch.title is not UNSET:
        ready["title"] = _title(("patch", "title"), patch.title, problems)
    if patch.description is not UNSET:
        path: Path = ("patch", "description")
        ready["description"] = _description(path, patch.description, problems)
    if patch.assignee is not UNSET and patch.assignee is not None:
        path = ("patch", "assignee")
        ready["assignee"] = user_ref(actor, patch.assignee, path, problems)
    if patch.labels is not UNSET:
        ready["labels"] = _labels(patch.labels, problems)
    if patch.parent is not UNSET and patch.parent is not None:
        ready["parent"] = spelled(patch.parent)
    problems.raise_if_any()
    return replace(patch, **ready)


def _labels(patch: LabelsPatch, problems: Problems) -> LabelsPatch:
    path = ("patch", "labels")
    return LabelsPatch(
        set=None if patch.set is None else problems.labels(path, patch.set),
        add=problems.labels(path, patch.add),
        remove=tuple(problems.storable(path, name).strip() for name in patch.remove),
    )


def _title(path: Path, title: str, problems: Problems) -> str:
    return problems.text(path, title, length_min=1, length_max=TITLE_LENGTH_MAX)


def _description(path: Path, text: str | None, problems: Problems) -> str | None:
    if text is None:
        return None
    return problems.text(path, text, length_max=DESCRIPTION_LENGTH_MAX, trim=False)


def spelled(ref: TicketRef) -> TicketRef:
    """The reference in its one spelling; a slug that is none becomes a reference to nothing."""
    return ref if ref.id is not None else TicketRef(slug=read_slug(ref.slug or ""))


def values_of_new(
    actor: Actor,
    draft: TicketDraft,
    now: dt.datetime,
    *,
    assignee_id: int | None,
    repository_id: int | None,
    parent_id: int | None,
) -> Values:
    """The columns of a ticket to be, but for those that are counted."""
    return {
        "title": draft.title,
        "description": draft.description,
        "type": draft.type,
        "status": draft.status,
        "priority": draft.priority,
        "assignee_id": assignee_id,
        "creator_id": actor.user_id,
        "repository_id": repository_id,
        "parent_id": parent_id,
        "labels": draft.labels,
        "created_at": now,
        "updated_at": now,
        "started_at": now if draft.status is TicketStatus.IN_PROGRESS else None,
        "completed_at": now if draft.status is TicketStatus.DONE else None,
    }


async def values_of_all(db: Connection, org: int, patch: TicketPatch, problems: Problems) -> Values:
    """What the patch sets to the same for every ticket; its references are looked up."""
    values: Values = {
        name: value
        for name in ("title", "description", "type", "priority")
        if (value := getattr(patch, name)) is not UNSET
    }
    if patch.assignee is not UNSET:
        path: Path = ("patch", "assignee")
        values["assignee_id"] = await user_id(db, org, patch.assignee, path, problems)
    if patch.repository is not UNSET:
        path = ("patch", "repository")
        values["repository_id"] = await repository_id(db, org, patch.repository, path, problems)
    return values


async def user_id(
    db: Connection, org: int, ref: UserRef | None, path: Path, problems: Problems
) -> int | None:
    """The id of a user that there is."""
    if ref is None:
        return None
    user = await directory.find_user(db, org, id=ref.id, username=ref.username)
    if user is None:
        problems.add(path, "There is no such user.")
        return None
    return user.id


async def repository_id(
    db: Connection, org: int, ref: RepositoryRef | None, path: Path, problems: Problems
) -> int | None:
    """The id of a repository that there is."""
    if ref is None:
        return None
    repository = await directory.find_repository(db, org, ref.id)
    if repository is None:
        problems.add(path, "There is no such repository.")
        return None
    return repository.id
