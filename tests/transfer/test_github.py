"""GitHub's issues, one field at a time: what each becomes, and which issues are refused or left out."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
from msgspec import UNSET

from gql_tickets.domain.tickets import TicketPriority, TicketStatus, TicketType
from gql_tickets.domain.transfer import LabelRow, Person, Project, TicketRow
from gql_tickets.transfer import github

ADA = {"login": "ada", "id": 101, "avatar_url": "https://avatars.example/u/101?v=4"}
ISSUE: dict[str, Any] = {
    "html_url": "https://github.com/octo/app/issues/7",
    "number": 7,
    "title": "It fails",
    "state": "open",
    "created_at": "2024-03-02T10:15:00Z",
    "updated_at": "2024-03-05T11:00:00Z",
}
CREATED = dt.datetime(2024, 3, 2, 10, 15, tzinfo=dt.UTC)
UPDATED = dt.datetime(2024, 3, 5, 11, tzinfo=dt.UTC)
CLOSED = dt.datetime(2024, 3, 4, 9, tzinfo=dt.UTC)


def row(**given: Any) -> TicketRow:
    """The ticket of an issue with these fields."""
    read = github.read(json.dumps([{**ISSUE, **given}]))
    assert read.refused == []
    (found,) = read.tickets
    return found


def labels(*given: Any) -> list[LabelRow]:
    """The labels that are read of issues, each of which has one of these lists."""
    read = github.read(json.dumps([{**ISSUE, "labels": each} for each in given]))
    assert len(read.tickets) == len(given)
    return list(read.labels)


def refusals(text: str) -> list[tuple[int, str, str]]:
    """The refused issues of a list in which nothing else is."""
    read = github.read(text)
    assert read.tickets == []
    return [(each.line, each.name, each.message) for each in read.refused]


def test_an_issue_with_nothing_but_what_every_one_has() -> None:
    assert row() == TicketRow(
        line=1,
        source="github",
        key="octo/app#7",
        title="It fails",
        description=None,
        type=TicketType.TASK,
        status=TicketStatus.BACKLOG,
        priority=TicketPriority.NONE,
        assignee=None,
        creator=None,
        repository=Project("octo/app", "https://github.com/octo/app"),
        parent=None,
        labels=(),
        created_at=CREATED,
        updated_at=UPDATED,
        started_at=UNSET,
        completed_at=UNSET,
    )


def test_what_has_no_place_here_is_left_behind() -> None:
    more = {
        "id": 1,
        "node_id": "I_1",
        "milestone": {"title": "v1", "number": 1, "due_on": None},
        "comments": 3,
        "locked": True,
        "reactions": {"+1": 4},
        "sub_issues_summary": {"total": 2},
        "state_reason": "reopened",
    }
    assert row(**more) == row()


@pytest.mark.parametrize("body", [None, ""])
def test_an_empty_body_is_no_description(body: str | None) -> None:
    assert row(body=body).description is None


def test_a_body_is_the_description_as_it_is() -> None:
    assert row(body=" a\r\n\U0001f3ab ").description == " a\r\n\U0001f3ab "


@pytest.mark.parametrize(
    ("given", "status", "completed"),
    [
        ({"state": "open"}, "backlog", UNSET),
        ({"state": "open", "state_reason": "reopened"}, "backlog", UNSET),
        # Opened again: when it was closed once does not count.
        ({"state": "open", "closed_at": "2024-03-04T09:00:00Z"}, "backlog", UNSET),
        ({"state": "closed", "closed_at": "2024-03-04T09:00:00Z"}, "done", CLOSED),
        (
            {
                "state": "closed",
                "state_reason": "completed",
                "closed_at": "2024-03-04T10:00:00+01:00",
            },
            "done",
            CLOSED,
        ),
        (
            {"state": "closed", "state_reason": "not_planned", "closed_at": "2024-03-04T09:00:00Z"},
            "done",
            CLOSED,
        ),
        (
            {"state": "closed", "state_reason": "duplicate", "closed_at": "2024-03-04T09:00:00"},
            "done",
            CLOSED,
        ),
        ({"state": "closed", "closed_at": None}, "done", UNSET),
    ],
)
def test_a_closed_issue_is_done_whatever_the_reason(
    given: dict[str, Any], status: str, completed: object
) -> None:
    found = row(**given)
    assert (found.status, found.completed_at) == (TicketStatus(status), completed)
    assert found.started_at is UNSET


@pytest.mark.parametrize(
    ("type", "names", "expected"),
    [
        (None, [], "task"),
        (None, ["ui", "good first issue"], "task"),
        (None, ["ui", "bug"], "bug"),
        (None, ["BUG"], "bug"),
        (None, ["enhancement", "bug"], "feature"),
        (None, ["type: bug"], "task"),
        ({"id": 1, "name": "Bug"}, [], "bug"),
        ({"name": "Feature"}, ["bug"], "feature"),
        ({"name": "Task"}, ["bug"], "task"),
        # A type of an organization's own says nothing: the labels may.
        ({"name": "Spike"}, ["ui", "epic"], "epic"),
    ],
)
def test_a_type_is_that_of_the_issue_or_of_a_label(
    type: dict[str, Any] | None, names: list[str], expected: str
) -> None:
    assert row(type=type, labels=[{"name": each} for each in names]).type is TicketType(expected)


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ([], "none"),
        (["bug"], "none"),
        (["priority: high"], "high"),
        (["Priority: Critical"], "urgent"),
        (["priority:low"], "low"),
        (["priority/medium"], "medium"),
        (["priority - P1"], "high"),
        (["priority-urgent"], "urgent"),
        ([" P0 "], "urgent"),
        (["p1"], "high"),
        (["P2"], "medium"),
        (["p3"], "low"),
        (["P4"], "low"),
        (["P5"], "none"),
        (["high"], "none"),
        (["high priority"], "none"),
        (["priority: very high"], "none"),
        (["priority: none"], "none"),
        # The first that says one; what says none that is known is passed over.
        (["priority: odd", "p3", "p0"], "low"),
        (["priority: none", "p0"], "none"),
        (["p10"], "none"),
    ],
)
def test_a_priority_is_that_of_a_label(names: list[str], expected: str) -> None:
    assert row(labels=names).priority is TicketPriority(expected)


def test_labels_may_be_names_or_objects_and_keep_their_order() -> None:
    given = [{"name": "ui", "color": "00ff00"}, "docs", {"name": "a b"}]
    assert row(labels=given).labels == ("ui", "docs", "a b")


def test_a_label_has_the_color_and_the_text_of_where_it_was_first_seen() -> None:
    first = [
        {"name": "bug", "color": "d73a4a", "description": "Broken", "default": True},
        {"name": "plain", "color": None, "description": ""},
        "named",
    ]
    second = [{"name": " bug", "color": "000000"}, {"name": "later", "color": "ABCDEF"}]
    assert labels(first, second) == [
        LabelRow(1, "bug", "#d73a4a", "Broken"),
        LabelRow(1, "plain", "#8B949E", None),
        LabelRow(1, "later", "#ABCDEF", None),
    ]


def test_labels_of_a_refused_issue_are_not_read() -> None:
    bad = {**ISSUE, "title": None, "labels": [{"name": "bug"}]}
    read = github.read(json.dumps([bad]))
    assert (len(read.refused), read.labels) == (1, [])


@pytest.mark.parametrize(
    ("user", "person"),
    [
        (None, None),
        (ADA, Person(username="ada", avatar_url="https://avatars.example/u/101?v=4")),
        ({"login": "ghost", "avatar_url": ""}, Person(username="ghost")),
        ({"login": "dependabot[bot]", "avatar_url": None}, Person(username="dependabot[bot]")),
        ({"login": "bob"}, Person(username="bob")),
    ],
)
def test_people_are_known_by_their_login(
    user: dict[str, Any] | None, person: Person | None
) -> None:
    assert row(user=user).creator == person
    assert row(assignee=user).assignee == person


def test_of_several_assignees_it_is_the_one_that_github_calls_the_assignee() -> None:
    found = row(assignee=ADA, assignees=[ADA, {"login": "bob"}], user={"login": "mei"})
    assert isinstance(found.assignee, Person)
    assert (found.assignee.username, found.creator) == ("ada", Person(username="mei"))


@pytest.mark.parametrize(
    ("url", "key", "repository"),
    [
        ("https://github.com/o/r/issues/1", "o/r#1", "https://github.com/o/r"),
        ("https://git.acme.example/o/r/issues/12", "o/r#12", "https://git.acme.example/o/r"),
        ("http://localhost:8080/o/r.js/issues/3", "o/r.js#3", "http://localhost:8080/o/r.js"),
    ],
)
def test_an_issue_is_known_by_repository_and_number(url: str, key: str, repository: str) -> None:
    found = row(html_url=url)
    assert found.key == key
    assert found.repository == Project(key.partition("#")[0], repository)


@pytest.mark.parametrize(
    ("url", "parent"),
    [
        (None, None),
        ("", None),
        ("https://api.github.com/repos/octo/app/issues/3", "octo/app#3"),
        ("https://api.github.com/repos/octo/other/issues/4", "octo/other#4"),
        ("https://git.acme.example/api/v3/repos/octo/app/issues/3", "octo/app#3"),
        ("https://github.com/octo/app/issues/3", "octo/app#3"),
    ],
)
def test_a_parent_is_named_as_issues_are_known(url: str | None, parent: str | None) -> None:
    assert row(parent_issue_url=url).parent == parent


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"title": None}, "Expected `str`, got `null` - at `$.title`."),
        ({"title": 5}, "Expected `str`, got `int` - at `$.title`."),
        ({"labels": None}, "Expected `array`, got `null` - at `$.labels`."),
        ({"labels": [{"name": None}]}, "Expected `str`, got `null` - at `$.labels[0].name`."),
        ({"labels": ["a", {}]}, "Object missing required field `name` - at `$.labels[1]`."),
        ({"user": "ada"}, "Expected `object | null`, got `str` - at `$.user`."),
        ({"assignee": {}}, "Object missing required field `login` - at `$.assignee`."),
        ({"created_at": "yesterday"}, "Invalid RFC3339 encoded datetime - at `$.created_at`."),
        ({"created_at": "0001-01-01T00:00:00+01:00"}, "This moment is beyond the calendar."),
        (
            {"html_url": "https://github.com/octo/app/pull/7"},
            "'https://github.com/octo/app/pull/7' is not the address of an issue.",
        ),
        ({"html_url": "octo/app#7"}, "'octo/app#7' is not the address of an issue."),
        ({"parent_issue_url": "x"}, "'x' is not the address of an issue."),
    ],
)
def test_an_issue_that_is_none_is_refused_by_its_number(given: dict[str, Any], says: str) -> None:
    assert refusals(json.dumps([{**ISSUE, **given}])) == [(1, "7", says)]


@pytest.mark.parametrize("name", ISSUE)
def test_an_issue_that_lacks_what_every_one_has_is_refused(name: str) -> None:
    lacking = {each: value for each, value in ISSUE.items() if each != name}
    number = "" if name == "number" else "7"
    says = f"Object missing required field `{name}`."
    assert refusals(json.dumps([lacking])) == [(1, number, says)]
