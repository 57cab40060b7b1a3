"""Positions: keys that say where tickets stand in a column, compared bytewise, the lowest first.

A key is a fraction in base 62, written without its point. A new ticket gets eight hexadecimal digits
that count down with its number, and so stands first; keys that are made later lie between two
others and have twelve digits or more, and an end of their own, so that the eight never meet them.
"""

from __future__ import annotations

from gql_tickets.domain.ids import INT32_MAX

LENGTH_MAX = 64
_LENGTH = 12
_STEP = 62
_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_VALUES = {digit: value for value, digit in enumerate(_DIGITS)}


def of_new(number: int) -> str:
    """The position of a ticket nobody has moved: before those of all lower numbers."""
    return f"{INT32_MAX - number:08x}"


def between(low: str, high: str | None, id: int, *, near_high: bool = False) -> str | None:
    """A key above `low` and below `high` (None: the end), for the ticket with this id.

    In the middle; but beside the end of a column, or beside `high` if asked, where the next one will
    want to go too. None when there is no room, which is when the two are the same.
    """
    length = _LENGTH
    floor = _floor(low, length)
    if high is None:
        return _written(floor + _STEP, length, id)
    ceiling = _floor(high, length)
    if near_high and ceiling - floor > _STEP:
        return _written(ceiling - _STEP, length, id)
    while ceiling - floor < 2:
        if length > max(len(low), len(high)):
            return None
        length += 1
        floor, ceiling = _floor(low, length), _floor(high, length)
    return _written((floor + ceiling) // 2, length, id)


def spread(low: str, high: str | None, ids: list[int]) -> list[str] | None:
    """Keys for these tickets in their order, all between the two; None when there is no room."""
    length = _LENGTH
    wanted = len(ids) + 1
    floor = _floor(low, length)
    if high is None:
        return [_written(floor + _STEP * i, length, id) for i, id in enumerate(ids, start=1)]
    while (room := _floor(high, length) - _floor(low, length)) < wanted:
        if length > max(len(low), len(high)) + wanted.bit_length():
            return None
        length += 1
    floor = _floor(low, length)
    return [_written(floor + room * i // wanted, length, id) for i, id in enumerate(ids, start=1)]


def _floor(key: str, length: int) -> int:
    value = 0
    for digit in key[:length].ljust(length, "0"):
        value = value * 62 + _VALUES[digit]
    return value


def _written(value: int, length: int, id: int) -> str:
    """The digits, and then the ticket's id: so two keys that were made for one gap differ.

    The last digit is never 0: nothing would fit between a key and the same with a 0 behind it.
    """
    digits = _base62(value).rjust(length, "0") + _base62(id)
    return digits + "V" if digits.endswith("0") else digits


def _base62(value: int) -> str:
    digits = []
    while value:
        value, digit = divmod(value, 62)
        digits.append(_DIGITS[digit])
    return "".join(reversed(digits)) or "0"
