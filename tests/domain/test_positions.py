"""Positions: there is always a key between two others, and it stays short."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gql_tickets.domain import positions
from gql_tickets.domain.ids import INT32_MAX

Gap = tuple[int, bool]
"""Which gap of a column a ticket goes to, counted modulo, and whether at the very top."""

gaps = st.lists(st.tuples(st.integers(0, 60), st.booleans()), max_size=80)


def top(number: int) -> str:
    """Where the next new ticket would stand."""
    return positions.of_new(number + 1)


def test_new_tickets_stand_above_the_ones_before_them() -> None:
    keys = [positions.of_new(number) for number in (1, 2, 15, 16, 17, 4096, INT32_MAX)]
    assert keys == sorted(keys, reverse=True)
    assert {len(key) for key in keys} == {8}


@given(gaps)
def test_a_key_goes_strictly_between_its_neighbours(chosen: list[Gap]) -> None:
    column = [positions.of_new(number) for number in (3, 2, 1)]
    for id, (gap, first) in enumerate(chosen, start=1):
        place = 0 if first else gap % (len(column) + 1)
        low = column[place - 1] if place else top(3)
        high = column[place] if place < len(column) else None
        key = positions.between(low, high, id, near_high=place == 0)
        assert key is not None
        column.insert(place, key)
        assert top(3) < column[0]
        assert all(low < high for low, high in itertools.pairwise(column))
    assert len(set(column)) == len(column)


def test_keys_at_an_end_do_not_grow() -> None:
    first, last = positions.of_new(1), positions.of_new(1)
    for id in range(1, 5_000):
        first = positions.between(top(1), first, id, near_high=True) or ""
        last = positions.between(last, None, id) or ""
    assert max(len(first), len(last)) <= 15


def test_keys_in_one_gap_grow_by_a_digit_in_five_moves() -> None:
    low, high = positions.of_new(2), positions.of_new(1)
    for id in range(1, 201):
        low = positions.between(low, high, id) or ""
    assert len(low) <= 12 + 200 // 5


@pytest.mark.parametrize("key", ["7fffffff", "7fffff00", "0", ""])
def test_between_a_key_and_itself_there_is_no_room(key: str) -> None:
    assert positions.between(key, key, 7) is None
    assert positions.spread(key, key, [1, 2]) is None


@given(st.integers(1, 400), st.integers(1, INT32_MAX), st.booleans())
def test_spread_keys_lie_in_order_between_the_two(count: int, number: int, open: bool) -> None:
    low, high = positions.of_new(number), None if open else positions.of_new(number - 1)
    keys = positions.spread(low, high, list(range(1, count + 1)))
    assert keys is not None
    everything = [low, *keys, *([] if high is None else [high])]
    assert all(low < high for low, high in itertools.pairwise(everything))
    assert max(map(len, keys)) <= 16


@given(st.text("0V", min_size=1, max_size=5), st.text("0V", min_size=1, max_size=5))
def test_close_neighbours_have_room_unless_zeros_are_all_that_tells_them_apart(
    one: str, other: str
) -> None:
    low, high = sorted((one, other))
    key = positions.between(low, high, 1)
    if low.rstrip("0") == high.rstrip("0"):
        assert key is None
    else:
        assert key is not None
        assert low < key < high
