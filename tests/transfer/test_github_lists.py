"""The lists in which GitHub's issues come: pages, lines, pull requests among them, and broken ones."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gql_tickets.errors import ValidationFailed
from gql_tickets.transfer import github


def issue(number: int, **given: Any) -> dict[str, Any]:
    """An issue of that number."""
    return {
        "html_url": f"https://github.com/o/r/issues/{number}",
        "number": number,
        "title": "It fails",
        "state": "open",
        "created_at": "2024-03-02T10:15:00Z",
        "updated_at": "2024-03-05T11:00:00Z",
        **given,
    }


def whole(number: int, **given: Any) -> str:
    """An issue as JSON."""
    return json.dumps(issue(number, **given))


def found(text: str) -> list[tuple[int, str]]:
    """The line and the key of each issue, where none is refused."""
    read = github.read(text)
    assert read.refused == []
    return [(each.line, each.key) for each in read.tickets]


ONE, TWO = "o/r#1", "o/r#2"


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("[]", []),
        ("[[], []]", []),
        ("[][]\n", []),
        (f"[{whole(1)}]", [(1, ONE)]),
        (f"[{whole(1)},{whole(2)}]", [(1, ONE), (1, TWO)]),
        (f"[\n{whole(1)},\n\n{whole(2)}\n]", [(2, ONE), (4, TWO)]),
        (f"\n\n[{whole(1)}]", [(3, ONE)]),
        # `gh api --paginate` writes one list after the other, with --slurp a list of lists.
        (f"[{whole(1)}][{whole(2)}]", [(1, ONE), (1, TWO)]),
        (f"[{whole(1)}]\n[{whole(2)}]\n", [(1, ONE), (2, TWO)]),
        (f"[[{whole(1)}],\r\n[{whole(2)}]]", [(1, ONE), (2, TWO)]),
    ],
)
def test_issues_come_in_one_list_or_in_many(text: str, keys: list[tuple[int, str]]) -> None:
    assert found(text) == keys


def test_an_issue_is_on_the_line_that_it_begins_on() -> None:
    text = json.dumps([issue(1), issue(2)], indent=1)
    assert found(text) == [(2, ONE), (10, TWO)]


@pytest.mark.parametrize(
    ("mark", "keys"),
    [
        ({"url": "https://api.github.com/repos/o/r/pulls/1"}, [TWO]),
        (None, [ONE, TWO]),
        ({}, [ONE, TWO]),
    ],
)
def test_pull_requests_are_left_out_without_a_word(
    mark: dict[str, str] | None, keys: list[str]
) -> None:
    text = json.dumps([issue(1, pull_request=mark), issue(2)])
    assert [key for _, key in found(text)] == keys


def test_a_pull_request_may_be_one_that_no_issue_could_be() -> None:
    assert found('[{"pull_request": {"url": "x"}, "title": null}]') == []


def test_what_is_no_issue_is_refused_by_its_line_and_the_others_are_read() -> None:
    text = f'[\n1,\n"x",\nnull,\n{whole(1)},\n{{"number": 5}},\n{{"number": "6"}}]'
    read = github.read(text)
    assert [(each.line, each.key) for each in read.tickets] == [(5, ONE)]
    assert [(each.line, each.name, each.message) for each in read.refused] == [
        (2, "", "Expected `object`, got `int`."),
        (3, "", "Expected `object`, got `str`."),
        (4, "", "Expected `object`, got `null`."),
        (6, "5", "Object missing required field `html_url`."),
        (7, "6", "Expected `int`, got `str` - at `$.number`."),
    ]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{}", "Line 1: this is not a list of issues."),
        ("1", "Line 1: this is not a list of issues."),
        (f"\n{whole(1)}\n{whole(2)}", "Line 2: this is not a list of issues."),
        (f"[{whole(1)}]\n{whole(2)}", "Line 2: this is not a list of issues."),
        ("]", "Line 1: this is not JSON."),
        (f"[\n]\n]\n{whole(1)}\n[", "Line 3: this is not JSON."),
        ("issues", "Line 1: this is not JSON."),
        (f"[\n{whole(1)[:-1]}", "Line 2: this is not JSON."),
        (f"[\n{whole(1)},\n{whole(2)[:40]}\n]", "Line 3: this is not JSON."),
        ("[{'a': 1}]", "Line 1: this is not JSON."),
        ('["a\nb"]', "Line 1: this is not JSON."),
        pytest.param("[\n" + "1" * 5_000 + "]", "Line 2: this is not JSON.", id="a long number"),
        pytest.param('[{"a":' + "[" * 100_000, "Line 1: this is not JSON.", id="a deep issue"),
        ("[", "The list of issues has no end."),
        (f"[{whole(1)}", "The list of issues has no end."),
        (f"[[{whole(1)}]", "The list of issues has no end."),
        pytest.param("[" * 100_000, "The list of issues has no end.", id="deep lists"),
    ],
)
def test_what_is_no_list_of_issues_says_why(text: str, says: str) -> None:
    with pytest.raises(ValidationFailed) as refused:
        github.read(text)
    assert refused.value.message == says
