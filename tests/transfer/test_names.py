"""Names that can be stored nowhere: the row is refused in a sentence, and no database is asked for them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gql_tickets.auth import Actor
from gql_tickets.store.engine import Store
from tests.transfer.files import all_tickets, comment, lines, refused, taken, ticket

NUL = "must not contain the NUL character."
HALF = "must be valid Unicode, without lone surrogates."


def table(columns: str, *cells: str) -> bytes:
    """A table of one ticket."""
    return f"{columns}\n{','.join(cells)}\n".encode()


def issues(**given: Any) -> bytes:
    """A list of one of GitHub's issues; its JSON may have halves of pairs that UTF-8 has not."""
    whole = {
        "html_url": "https://github.com/o/r/issues/1",
        "number": 1,
        "title": "It fails",
        "state": "open",
        "created_at": "2024-03-02T10:15:00Z",
        "updated_at": "2024-03-05T11:00:00Z",
        **given,
    }
    return json.dumps([whole]).encode()


CASES = {
    "a parent elsewhere": (table("external_id,title,parent", "a", "x", "b\0"), 2, f"Parent {NUL}"),
    "a parent here": (table("slug,title,parent", "AM-1", "x", "AM-2\0"), 2, f"Parent {NUL}"),
    "a parent of a line": (lines(ticket(1, parent="AM-2\0")), 2, f"Parent {NUL}"),
    "a parent of an issue": (
        issues(parent_issue_url="https://github.com/o/r\0/issues/2"),
        1,
        f"Parent {NUL}",
    ),
    "half a parent": (
        issues(parent_issue_url="https://github.com/o/\ud800/issues/2"),
        1,
        f"Parent {HALF}",
    ),
    "half a repository": (
        issues(html_url="https://github.com/o/\ud800/issues/1"),
        1,
        f"External id {HALF}",
    ),
    "half a title": (issues(title="\ud800"), 1, f"Title {HALF}"),
    "half a body": (issues(body="a\udfff"), 1, f"Description {HALF}"),
    "half a label": (issues(labels=["\ud800"]), 1, f"A label {HALF}"),
    "half a user": (issues(user={"login": "\ud800"}), 1, f"Username {HALF}"),
    "an assignee": (table("external_id,title,assignee", "a", "x", "b\0"), 2, f"Username {NUL}"),
    "a creator": (table("external_id,title,creator", "a", "x", "b\0"), 2, f"Username {NUL}"),
    "labels": (table("external_id,title,labels", "a", "x", "b\0"), 2, f"A label {NUL}"),
    "a long assignee": (
        table("external_id,title,assignee", "a", "x", "b" * 256),
        2,
        "Username must be 1 to 255 characters long.",
    ),
    "a name elsewhere": (table("external_id,title", "a\0", "x"), 2, f"External id {NUL}"),
    "a long name elsewhere": (
        table("external_id,title", "a" * 256, "x"),
        2,
        "External id must be 0 to 255 characters long.",
    ),
    "another name": (lines(ticket(1, external_ids=[["jira", "\0"]])), 2, f"External id {NUL}"),
    "the source of another name": (
        lines(ticket(1, external_ids=[["\0", "x"]])),
        2,
        f"Source {NUL}",
    ),
    "the ticket of a comment": (lines(comment(1, ticket="AM-1\0")), 2, f"Ticket {NUL}"),
    "the author of a comment": (
        lines(ticket(1), comment(1, author_name="\0")),
        3,
        f"Author name {NUL}",
    ),
}


@pytest.mark.parametrize("name", CASES)
async def test_a_name_that_cannot_be_stored_refuses_its_row(
    store: Store, actor: Actor, name: str
) -> None:
    content, line, says = CASES[name]
    report = await taken(store, actor, content)
    assert refused(report) == [(line, says)]
    assert await all_tickets(store, actor) == {}


async def test_a_parent_of_any_length_is_looked_for_and_not_found(
    store: Store, actor: Actor
) -> None:
    content = table("external_id,title,parent", "a", "x", "b" * 10_000)
    assert refused(await taken(store, actor, content)) == [(2, "There is no such parent ticket.")]
