"""Cursors of lists: read again where they come from, refused in one sentence anywhere else."""

from __future__ import annotations

import base64
import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gql_tickets.domain.ids import INT64_MAX
from gql_tickets.domain.paging import (
    BOARD_ORDER,
    NEWEST_FIRST,
    CursorKey,
    Order,
    OrderField,
    read_cursor,
    write_cursor,
)
from gql_tickets.errors import Problem, ValidationFailed

NOT_OURS = "This cursor is not one of ours."
ANOTHER_ORDER = "This cursor belongs to a list in another order."


def encoded(plain: str | bytes) -> str:
    """Text as cursors are written, whatever it says."""
    raw = plain.encode() if isinstance(plain, str) else plain
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def refused(cursor: str, *kinds: type) -> str:
    """What is said of a cursor that a list `o` of such keys did not hand out."""
    with pytest.raises(ValidationFailed) as caught:
        read_cursor(cursor, "o", kinds, "after")
    (problem,) = caught.value.problems
    assert problem == Problem(("after",), caught.value.message)
    return problem.message


@pytest.mark.parametrize(
    ("order", "key", "cursor"),
    [
        ("o", (1,), "WyJvIiwxXQ"),
        ("-created_at", (1700000000000000, 7), "WyItY3JlYXRlZF9hdCIsMTcwMDAwMDAwMDAwMDAwMCw3XQ"),
        ("title", ("Ärger", 7), "WyJ0aXRsZSIsIsOEcmdlciIsN10"),
        ("o", (), "WyJvIl0"),
    ],
)
def test_the_cursors_that_clients_have_kept_stay_as_they_are(
    order: str, key: CursorKey, cursor: str
) -> None:
    assert write_cursor(order, key) == cursor
    assert read_cursor(cursor, order, tuple(map(type, key)), "after") == key


NUMBERS = st.integers(-INT64_MAX - 1, INT64_MAX)
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20)


@given(TEXTS, st.lists(NUMBERS | TEXTS, max_size=4))
@settings(max_examples=80)
def test_every_key_is_read_again(order: str, values: list[int | str]) -> None:
    key = tuple(values)
    cursor = write_cursor(order, key)
    assert read_cursor(cursor, order, tuple(map(type, key)), "before") == key
    assert cursor.isascii()
    assert not set("+/=") & set(cursor)


@pytest.mark.parametrize("edge", [0, -1, INT64_MAX, -INT64_MAX - 1])
def test_numbers_may_have_64_bits(edge: int) -> None:
    assert read_cursor(write_cursor("o", (edge,)), "o", (int,), "after") == (edge,)


@pytest.mark.parametrize(
    "plain",
    [
        f'["o",{INT64_MAX + 1}]',
        f'["o",{-INT64_MAX - 2}]',
        '["o",' + "9" * 30 + "]",
        '["o",' + "9" * 5_000 + "]",
        '["o",1e3]',
        '["o",1.0]',
        '["o",1.5]',
        '["o",NaN]',
        '["o",true]',
        '["o",null]',
        '["o",[1]]',
        '["o",{"a":1}]',
        '["o","1"]',
        '["o"]',
        '["o",1,1]',
    ],
)
def test_a_key_that_is_no_such_number_is_refused(plain: str) -> None:
    assert refused(encoded(plain), int) == NOT_OURS


@pytest.mark.parametrize(
    "plain",
    ['["o",1]', '["o","\\u0000"]', '["o","a\\u0000"]', '["o","\\ud800"]', b'["o","\xff"]', '["o","'],
)  # fmt: skip
def test_a_key_that_is_no_text_for_a_database_is_refused(plain: str | bytes) -> None:
    assert refused(encoded(plain), str) == NOT_OURS


@pytest.mark.parametrize(
    ("key", "kinds"),
    [((1,), (str,)), (("a",), (int,)), ((1, "a"), (str, int)), ((1,), ()), ((1,), (int, int))],
)
def test_a_key_of_other_kinds_is_refused(key: CursorKey, kinds: tuple[type, ...]) -> None:
    assert refused(write_cursor("o", key), *kinds) == NOT_OURS


@pytest.mark.parametrize(
    "plain",
    ['["x",1]', '["O",1]', '["o ",1]', '["",1]', "[1]", "[1,1]", "[]", '["x"]'],
)
def test_a_cursor_of_another_order_is_told_so(plain: str) -> None:
    assert refused(encoded(plain), int) == ANOTHER_ORDER


@pytest.mark.parametrize(
    "plain",
    ["", "o", "1", "null", "{}", '"o"', '["o",1', '["o",1]]', '["o",1],', "[" * 100_000, b"\xff"],
    ids=range(11),
)
def test_what_is_no_list_is_refused(plain: str | bytes) -> None:
    assert refused(encoded(plain), int) == NOT_OURS


@pytest.mark.parametrize(
    "text",
    ["", "a", "=", "====", " ", "\0", "é", "\ud800", "cursor", "WyJvIiwxXQ===", "WyJvIiwxX Q", "Wy+/"],
    ids=ascii,
)  # fmt: skip
def test_what_is_no_base64url_is_refused(text: str) -> None:
    assert refused(text, int) == NOT_OURS


@given(st.integers(0, 9), st.sampled_from("AZaz09-_=+/ é\n"))
@settings(max_examples=80)
def test_a_cursor_that_was_changed_is_refused_or_is_another(place: int, letter: str) -> None:
    cursor = write_cursor("o", (1,))
    changed = cursor[:place] + letter + cursor[place + 1 :]
    with contextlib.suppress(ValidationFailed):
        (key,) = read_cursor(changed, "o", (int,), "after")
        assert isinstance(key, int)


@pytest.mark.parametrize("path", ["after", "before", "tickets"])
def test_a_refusal_names_the_argument(path: str) -> None:
    with pytest.raises(ValidationFailed) as caught:
        read_cursor("nonsense", "o", (int,), path)
    assert caught.value.path == (path,)


@pytest.mark.parametrize(
    ("order", "field", "descending"),
    [
        (NEWEST_FIRST, OrderField.CREATED_AT, True),
        (BOARD_ORDER, OrderField.POSITION, False),
        ((Order(OrderField.TITLE),), OrderField.TITLE, True),
    ],
)
def test_orders_begin_with_the_highest_unless_they_say_so(
    order: tuple[Order, ...], field: OrderField, descending: bool
) -> None:
    assert [(key.field, key.descending) for key in order] == [(field, descending)]
