"""Our own format, line by line: what is read of it, what is refused, and what is written."""

from __future__ import annotations

import datetime as dt
import io
import json
from typing import Any

import pytest

from gql_tickets.domain.directory import Label, Repository, User
from gql_tickets.domain.history import Comment
from gql_tickets.domain.tickets import Ticket, TicketPriority, TicketStatus, TicketType
from gql_tickets.domain.transfer import (
    CommentRow,
    Counters,
    Exported,
    ExportedComment,
    ExportedTicket,
    Incoming,
    LabelRow,
    RepositoryRow,
    TicketRow,
    UserRow,
)
from gql_tickets.errors import ValidationFailed
from gql_tickets.transfer import ndjson
from tests.transfer.files import HEADER, TICKET, comment, lines, ticket

CREATED = dt.datetime(2025, 1, 10, 8, tzinfo=dt.UTC)
UPDATED = dt.datetime(2025, 1, 11, 8, tzinfo=dt.UTC)
USER = {"kind": "user", "id": 5, "username": "ada", "name": None, "avatar_url": None}
REPOSITORY = {"kind": "repository", "id": 6, "name": "acme/app", "url": None}
LABEL = {"kind": "label", "name": "ui", "color": "#00FF00", "description": None}


def read(*objects: dict[str, Any], **header: int) -> Incoming:
    """The file of a header and these objects, read."""
    return ndjson.read(lines(*objects, **header).splitlines())


def refusals(*given: bytes) -> list[tuple[int, str, str]]:
    """The refused lines after a header and a ticket."""
    found = ndjson.read([*lines(ticket(1)).splitlines(), *given])
    assert [each.line for each in found.tickets] == [2]
    return [(each.line, each.name, each.message) for each in found.refused]


def test_each_kind_of_line_is_a_row_with_its_line() -> None:
    found = read(USER, REPOSITORY, LABEL, ticket(1, labels=["ui"], parent="AM-2"), comment(3))
    assert found == Incoming(
        users=[UserRow(2, 5, "ada", None, None)],
        repositories=[RepositoryRow(3, 6, "acme/app", None)],
        labels=[LabelRow(4, "ui", "#00FF00", None)],
        tickets=[
            TicketRow(
                line=5,
                source=None,
                key="AM-1",
                title="A ticket",
                description=None,
                type=TicketType.TASK,
                status=TicketStatus.TODO,
                priority=TicketPriority.MEDIUM,
                assignee=None,
                creator=None,
                repository=None,
                parent="AM-2",
                labels=("ui",),
                created_at=CREATED,
                updated_at=UPDATED,
                started_at=None,
                completed_at=None,
                id=1,
                position="7ffffffe",
                version=1,
                external_ids=(),
            )
        ],
        comments=[CommentRow(6, 3, "AM-1", None, "ci", "Said.", None, 1, CREATED, CREATED)],
        counters=Counters(),
        refused=[],
    )


def test_the_order_of_lines_is_free_but_for_the_first() -> None:
    found = read(comment(3), ticket(2, parent="AM-1", assignee=5), LABEL, ticket(1), USER)
    assert found.refused == []
    assert [(each.line, each.key) for each in found.tickets] == [(3, "AM-2"), (5, "AM-1")]
    assert [each.line for each in found.comments] == [2]
    assert [each.line for each in found.labels] == [4]
    assert [each.line for each in found.users] == [6]


def test_the_header_says_how_far_was_counted() -> None:
    found = read(last_ticket_id=7, last_ticket_number=8, last_comment_id=2_000_000_000)
    assert found.counters == Counters(7, 8, 2_000_000_000)


def test_empty_lines_are_nothing_but_are_counted() -> None:
    header, first, second = lines(ticket(1), ticket(2)).splitlines()
    found = ndjson.read([b"", b" \t", header, b"", first, b"\r\n", second, b""])
    assert [(each.line, each.key) for each in found.tickets] == [(5, "AM-1"), (7, "AM-2")]
    assert found.refused == []


@pytest.mark.parametrize(
    "header",
    [
        b"",
        b" ",
        b"null",
        b"[]",
        b"header",
        b"\xff",
        b"[" * 100,
        json.dumps(TICKET).encode(),
        json.dumps(USER).encode(),
        json.dumps(HEADER).encode()[:-1],
        json.dumps({**HEADER, "version": 2}).encode(),
        json.dumps({**HEADER, "version": "1"}).encode(),
        json.dumps({**HEADER, "format": "other"}).encode(),
        json.dumps({**HEADER, "more": 1}).encode(),
        json.dumps({**HEADER, "last_ticket_id": -1}).encode(),
        json.dumps({**HEADER, "last_ticket_number": 2_000_000_001}).encode(),
        json.dumps({**HEADER, "last_comment_id": None}).encode(),
        *(
            json.dumps({name: value for name, value in HEADER.items() if name != lacking}).encode()
            for lacking in HEADER
        ),
    ],
)
def test_a_file_whose_first_line_is_not_our_header_is_none(header: bytes) -> None:
    with pytest.raises(ValidationFailed) as refused:
        ndjson.read([header, *lines(ticket(1)).splitlines()[1:]])
    assert refused.value.message == "Line 1 is not that of an export of this version."


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (b"{", "Input data was truncated."),
        (json.dumps(ticket(2)).encode()[:-1], "Input data was truncated."),
        (b"null", "Expected `object`, got `null`."),
        (b"[]", "Expected `object`, got `array`."),
        (b'"x"', "Expected `object`, got `str`."),
        (b"{}", "Object missing required field `kind`."),
        (b'{"kind": 1}', "Expected `str` - at `$.kind`."),
        (b'{"kind": "epic"}', "Invalid value 'epic' - at `$.kind`."),
        (b'{"kind": "Ticket"}', "Invalid value 'Ticket' - at `$.kind`."),
        (b"\xff", "JSON is malformed: invalid character (byte 0)."),
        (json.dumps(ticket(2)).encode().replace(b"A ticket", b"\xff"), "This is not UTF-8."),
        (json.dumps(HEADER).encode(), "The header is not the first line."),
    ],
)
def test_a_line_that_is_none_is_refused_by_its_number(line: bytes, says: str) -> None:
    assert refusals(line) == [(3, "", says)]
    assert refusals(b"", line, line) == [(4, "", says), (5, "", says)]


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"title": 5}, "Expected `str`, got `int` - at `$.title`."),
        ({"title": None}, "Expected `str`, got `null` - at `$.title`."),
        ({"id": "2"}, "Expected `int`, got `str` - at `$.id`."),
        ({"id": 1.5}, "Expected `int`, got `float` - at `$.id`."),
        ({"id": True}, "Expected `int`, got `bool` - at `$.id`."),
        ({"status": "Todo"}, "Invalid enum value 'Todo' - at `$.status`."),
        ({"type": "chore"}, "Invalid enum value 'chore' - at `$.type`."),
        ({"priority": None}, "Expected `str`, got `null` - at `$.priority`."),
        ({"assignee": "ada"}, "Expected `int | null`, got `str` - at `$.assignee`."),
        ({"labels": "ui"}, "Expected `array`, got `str` - at `$.labels`."),
        ({"labels": ["ui", 1]}, "Expected `str`, got `int` - at `$.labels[1]`."),
        ({"external_ids": [["a"]]}, "Expected `array` of length 2 - at `$.external_ids[0]`."),
        ({"created_at": "now"}, "Invalid RFC3339 encoded datetime - at `$.created_at`."),
        ({"created_at": None}, "Expected `datetime`, got `null` - at `$.created_at`."),
        ({"completed_at": "0001-01-01T00:00:00+01:00"}, "This moment is beyond the calendar."),
        ({"milestone": "v1"}, "Object contains unknown field `milestone`."),
    ],
)
def test_a_field_that_is_not_as_ours_are_refuses_its_line(given: dict[str, Any], says: str) -> None:
    assert refusals(json.dumps(ticket(2, **given)).encode()) == [(3, "", says)]


@pytest.mark.parametrize("whole", [USER, REPOSITORY, LABEL, TICKET, comment(1)])
def test_no_field_of_a_line_may_be_left_out(whole: dict[str, Any]) -> None:
    for name in whole.keys() - {"kind"}:
        line = {each: value for each, value in whole.items() if each != name}
        says = f"Object missing required field `{name}`."
        assert refusals(json.dumps(line).encode()) == [(3, "", says)]


def test_half_of_a_surrogate_pair_is_refused_where_it_stands() -> None:
    ((line, _, message),) = refusals(json.dumps(ticket(2, title="\ud83c")).encode())
    assert line == 3
    assert message.startswith("JSON is malformed: unexpected end of")


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2025-01-10T08:00:00Z", CREATED),
        ("2025-01-10T08:00:00", CREATED),
        ("2025-01-10T10:00:00+02:00", CREATED),
        ("2025-01-10T08:00:00.000001Z", CREATED.replace(microsecond=1)),
    ],
)
def test_a_moment_is_in_utc_however_it_is_written(text: str, moment: dt.datetime) -> None:
    (found,) = read(ticket(1, created_at=text, started_at=text)).tickets
    assert (found.created_at, found.started_at) == (moment, moment)
    assert found.created_at is not None
    assert found.created_at.tzinfo is dt.UTC


def written(*records: Exported) -> list[dict[str, Any]]:
    """The lines that are written of records."""
    file = io.BytesIO()
    ndjson.writer(file)(records)
    return [json.loads(line) for line in file.getvalue().splitlines()]


STORED = Ticket(
    org_id=1,
    id=4,
    number=9,
    slug="AM-9",
    title="Ünï\u2028\n",
    description="",
    type=TicketType.SUBTASK,
    status=TicketStatus.IN_REVIEW,
    priority=TicketPriority.NONE,
    assignee_id=5,
    creator_id=None,
    repository_id=6,
    parent_id=1,
    parent_slug="AM-1",
    labels=("b", "a"),
    position="7ffffff6",
    version=3,
    created_at=CREATED,
    updated_at=UPDATED.replace(microsecond=120),
    started_at=CREATED,
    completed_at=None,
)


def test_records_are_written_as_lines_with_all_that_is_not_the_databases_own() -> None:
    said = Comment(1, 3, 4, 5, "key_1", "ci", "Said.", 2, 1, CREATED, UPDATED)
    records = (
        Counters(7, 9, 3),
        User(1, 5, "ada", None, None),
        Repository(1, 6, "acme/app", None),
        Label(1, "label_1", "ui", "#00FF00", None),
        ExportedTicket(STORED, (("jira", "OPS-1"),)),
        ExportedComment(said, "AM-9"),
    )
    assert written(*records) == [
        {**HEADER, "last_ticket_id": 7, "last_ticket_number": 9, "last_comment_id": 3},
        USER,
        REPOSITORY,
        LABEL,
        ticket(
            4,
            slug="AM-9",
            title="Ünï\u2028\n",
            description="",
            type="subtask",
            status="in_review",
            priority="none",
            assignee=5,
            repository=6,
            parent="AM-1",
            labels=["b", "a"],
            position="7ffffff6",
            version=3,
            updated_at="2025-01-11T08:00:00.000120Z",
            started_at="2025-01-10T08:00:00Z",
            external_ids=[["jira", "OPS-1"]],
        ),
        comment(3, ticket="AM-9", author=5, reply_to=2, updated_at="2025-01-11T08:00:00Z"),
    ]


def test_a_record_is_one_line_whatever_is_in_it() -> None:
    file = io.BytesIO()
    ndjson.writer(file)([Counters(), ExportedTicket(STORED, ())])
    assert file.getvalue().count(b"\n") == 2
    (found,) = ndjson.read(file.getvalue().splitlines()).tickets
    assert (found.title, found.description, found.labels) == ("Ünï\u2028\n", "", ("b", "a"))
