"""GitHub's issues, as its REST API lists them: JSON, in one list or, page by page, in several."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec import UNSET, Struct

from gql_tickets.domain.directory import LABEL_COLOR_DEFAULT
from gql_tickets.domain.tickets import TicketPriority, TicketStatus
from gql_tickets.domain.transfer import (
    Incoming,
    LabelRow,
    Person,
    Project,
    Refusal,
    TicketRow,
)
from gql_tickets.errors import ValidationFailed
from gql_tickets.transfer.instants import utc
from gql_tickets.transfer.vocabulary import priority_of, type_of

SOURCE = "github"

_REPOSITORY = re.compile(r"(https?://[^/]+/)(?:(?:api/v3/)?repos/)?([^/]+/[^/]+)/issues/(\d+)")
_PRIORITY = re.compile(r"(?:priority\s*[:/-]\s*)(\w+)|(p[0-4])", re.IGNORECASE)
_NEXT = re.compile(r"[^\s,]")


class _User(Struct, frozen=True):
    login: str
    avatar_url: str | None = None


class _Label(Struct, frozen=True):
    name: str
    color: str | None = None
    description: str | None = None


class _Type(Struct, frozen=True):
    name: str


class _Issue(Struct, frozen=True):
    """What is read of an issue."""

    html_url: str
    number: int
    title: str
    state: str
    created_at: dt.datetime
    updated_at: dt.datetime
    body: str | None = None
    user: _User | None = None
    assignee: _User | None = None
    labels: list[_Label | str] = []
    closed_at: dt.datetime | None = None
    type: _Type | None = None
    parent_issue_url: str | None = None


def read(text: str) -> Incoming:
    """The issues; pull requests, which are listed among them, are left out.

    Raises ValidationFailed for what is not such a list.
    """
    tickets: list[TicketRow] = []
    refused: list[Refusal] = []
    labels: dict[str, LabelRow] = {}
    for line, value in _values(text):
        if isinstance(value, dict) and value.get("pull_request"):
            continue
        try:
            issue = msgspec.convert(value, _Issue)
            tickets.append(_row(line, issue))
        except ValueError as error:
            number = value.get("number", "") if isinstance(value, dict) else ""
            refused.append(Refusal(line, str(number), f"{str(error).rstrip('.')}."))
            continue
        for label in issue.labels:
            if isinstance(label, _Label):
                labels.setdefault(label.name.strip(), _label(line, label))
    return Incoming(tickets=tickets, labels=list(labels.values()), refused=refused)


def _values(text: str) -> Iterator[tuple[int, Any]]:
    """The elements of all lists of the text, which may lie in another, each with its line."""
    decoder = json.JSONDecoder()
    at, line, depth = 0, 1, 0
    while True:
        found = _NEXT.search(text, at)
        if found is None:
            break
        line += text.count("\n", at, found.start())
        at = found.start()
        if text[at] == "[" or (depth and text[at] == "]"):
            depth += 1 if text[at] == "[" else -1
            at += 1
            continue
        try:
            value, end = decoder.raw_decode(text, at)
        except (ValueError, RecursionError) as error:
            raise ValidationFailed.of("file", f"Line {line}: this is not JSON.") from error
        if not depth:
            raise ValidationFailed.of("file", f"Line {line}: this is not a list of issues.")
        yield line, value
        line += text.count("\n", at, end)
        at = end
    if depth:
        raise ValidationFailed.of("file", "The list of issues has no end.")


def _row(line: int, issue: _Issue) -> TicketRow:
    host, name, number = _place(issue.html_url)
    is_closed = issue.state == "closed"
    names = [each if isinstance(each, str) else each.name for each in issue.labels]
    return TicketRow(
        line=line,
        source=SOURCE,
        key=f"{name}#{number}",
        title=issue.title,
        description=issue.body or None,
        type=type_of(*([issue.type.name] if issue.type else []), *names),
        status=TicketStatus.DONE if is_closed else TicketStatus.BACKLOG,
        priority=_priority(names),
        assignee=_person(issue.assignee),
        creator=_person(issue.user),
        repository=Project(name, host + name),
        parent=_parent(issue.parent_issue_url),
        labels=tuple(names),
        created_at=utc(issue.created_at),
        updated_at=utc(issue.updated_at),
        completed_at=utc(issue.closed_at) if is_closed and issue.closed_at else UNSET,
    )


def _place(url: str) -> tuple[str, str, str]:
    """Host, repository and number of an issue."""
    found = _REPOSITORY.fullmatch(url)
    if found is None:
        raise ValueError(f"{url!r} is not the address of an issue.")
    return found[1], found[2], found[3]


def _parent(url: str | None) -> str | None:
    if not url:
        return None
    _, name, number = _place(url)
    return f"{name}#{number}"


def _priority(names: list[str]) -> TicketPriority:
    """What a label such as `priority: high` or `P1` says."""
    for name in names:
        found = _PRIORITY.fullmatch(name.strip())
        priority = priority_of(found[1] or found[2]) if found else None
        if priority is not None:
            return priority
    return TicketPriority.NONE


def _person(user: _User | None) -> Person | None:
    return None if user is None else Person(username=user.login, avatar_url=user.avatar_url or None)


def _label(line: int, label: _Label) -> LabelRow:
    color = f"#{label.color}" if label.color else LABEL_COLOR_DEFAULT
    return LabelRow(line, label.name, color, label.description or None)
