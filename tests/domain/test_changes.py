"""Cursors of the change log: each is of one organization, and they sort as the log does."""

from __future__ import annotations

import base64
import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gql_tickets.domain.changes import (
    START,
    Change,
    ChangeFeed,
    Position,
    read_position,
    write_position,
)
from gql_tickets.domain.ids import INT32_MAX, INT64_MAX, Kind, read_node_id
from gql_tickets.domain.tickets import ChangeKind, TicketField


def encoded(plain: str) -> str:
    """Text as cursors are written, whatever it says."""
    return base64.urlsafe_b64encode(plain.encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    ("org_id", "position", "cursor"),
    [
        (1, START, "YzEuMC4w"),
        (1, Position(0, 1), "YzEuMC4x"),
        (12, Position(3, 456), "YzEyLjMuNDU2"),
        (
            INT32_MAX,
            Position(INT64_MAX, INT64_MAX),
            "YzIxNDc0ODM2NDcuOTIyMzM3MjAzNjg1NDc3NTgwNy45MjIzMzcyMDM2ODU0Nzc1ODA3",
        ),
    ],
)
def test_the_cursors_that_clients_have_kept_stay_as_they_are(
    org_id: int, position: Position, cursor: str
) -> None:
    assert write_position(org_id, position) == cursor
    assert read_position(cursor, org_id) == position


PLACES = st.builds(Position, st.integers(0, INT64_MAX), st.integers(0, INT64_MAX))


@given(st.integers(1, INT32_MAX), PLACES)
@settings(max_examples=60)
def test_every_place_is_read_again_by_its_own_organization(org_id: int, place: Position) -> None:
    cursor = write_position(org_id, place)
    assert read_position(cursor, org_id) == place
    assert read_position(cursor, org_id + 1) is None
    assert not set("+/=") & set(cursor)


@pytest.mark.parametrize(
    "plain",
    [
        "",
        "c",
        "1.0.0",
        "c1",
        "c1.0",
        "c1.0.0.0",
        "c1..0",
        "c1.0.",
        "C1.0.0",
        "d1.0.0",
        "c0.0.0",
        "c01.0.0",
        "c2.0.0",
        "c11.0.0",
        "c-1.0.0",
        "c1.-1.0",
        "c1.0.-1",
        "c1.0.1e3",
        "c1.0.0x1",
        "c1.0. 1",
        "c1.0.1\n",
        " c1.0.0",
        "c1,0,0",
        f"c1.0.{INT64_MAX + 1}",
        f"c1.{INT64_MAX + 1}.0",
        "c1.0." + "9" * 20,
        "c1.0." + "9" * 5_000,
        "c1.0.\u0663",
        "c\u0661.0.0",
    ],
)
def test_what_is_written_like_a_cursor_and_is_none_is_refused(plain: str) -> None:
    assert read_position(encoded(plain), 1) is None


@pytest.mark.parametrize(
    "text",
    ["", "=", "a", "c1.0.0", "YzEuMC4w!", " YzEuMC4w", "YzEuMC4w\n", "YzEuMC4", "é", "\ud800", "////"],
    ids=ascii,
)  # fmt: skip
def test_what_is_no_base64url_of_one_is_refused(text: str) -> None:
    assert read_position("YzEuMC4w", 1) == START
    assert read_position(text, 1) is None


@given(st.text("c10..", max_size=8))
@settings(max_examples=60)
def test_whatever_is_read_is_a_place_that_can_be_written(plain: str) -> None:
    assert read_position(plain, 1) is None
    found = read_position(encoded(plain), 1)
    assert found is None or read_position(write_position(1, found), 1) == found


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        (START, Position(0, 1)),
        (Position(0, 9), Position(0, 10)),
        (Position(0, INT64_MAX), Position(1, 0)),
        (Position(9, 5), Position(10, 4)),
    ],
)
def test_the_epoch_comes_before_the_sequence(earlier: Position, later: Position) -> None:
    assert earlier < later


def change(**values: object) -> Change:
    """An entry of organization 3."""
    given: dict[str, object] = {
        "org_id": 3,
        "position": Position(2, 7),
        "ticket_id": 42,
        "version": 5,
        "slug": "AM-42",
        "kind": ChangeKind.UPDATED,
        "fields": (TicketField.TITLE,),
        "occurred_at": dt.datetime(2025, 1, 2, tzinfo=dt.UTC),
    }
    return Change(**{**given, **values})  # type: ignore[arg-type]


def test_an_entry_tells_where_to_go_on_and_which_ticket_it_was() -> None:
    entry = change(kind=ChangeKind.DELETED)
    assert entry.ticket is None
    assert read_position(entry.cursor, 3) == Position(2, 7)
    assert read_node_id(entry.ticket_node_id) == (Kind.TICKET, 3, "42")


def test_a_stretch_goes_on_past_everything_that_was_looked_at() -> None:
    feed = ChangeFeed(3, [change()], Position(2, 90), has_more=False)
    assert read_position(feed.cursor, 3) == Position(2, 90)
    assert read_position(feed.cursor, 4) is None
    assert feed.cursor != feed.changes[-1].cursor
