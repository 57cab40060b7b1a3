"""Fields: what is absent, what is null, and where within an input something is wrong."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from strawberry import UNSET, Some

from gql_tickets.domain.tickets import TicketStatus
from gql_tickets.errors import Problem, ValidationFailed
from gql_tickets.inputs.fields import (
    Beneath,
    all_within,
    given,
    given_tuple,
    patched,
    patched_within,
    within,
)

TOO_LONG = "Too long."


class Fits:
    """An input that is fine."""

    def to_domain(self, org: int) -> str:
        """Where it was read."""
        return f"of {org}"


class Flawed:
    """An input with two things wrong."""

    def to_domain(self, _org: int) -> str:
        """Never anything."""
        raise ValidationFailed([Problem(("in", "0"), TOO_LONG, ("a", "b")), Problem((), "Bad.")])


@pytest.mark.parametrize(
    ("value", "expected"),
    [(UNSET, None), (None, None), (0, 0), ("", ""), (False, False), ([], []), ("x", "x")],
)
def test_what_is_absent_or_null_is_not_given(value: Any, expected: Any) -> None:
    assert given(value) == expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [(UNSET, None), (None, None), ([], ()), (["b", "a", "b"], ("b", "a", "b"))],
)
def test_an_empty_list_is_given(values: Any, expected: tuple[str, ...] | None) -> None:
    assert given_tuple(values) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, msgspec.UNSET),
        (Some(None), None),
        (Some(""), ""),
        (Some(TicketStatus.DONE), TicketStatus.DONE),
    ],
)
def test_absent_stays_and_null_clears(value: Some[Any] | None, expected: Any) -> None:
    assert patched(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [(None, msgspec.UNSET), (Some(None), None), (Some(Fits()), "of 5")],
)
def test_absent_stays_and_null_clears_what_is_an_input_too(
    value: Some[Any] | None, expected: Any
) -> None:
    assert patched_within(value, 5) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [(UNSET, None), (None, None), (Fits(), "of 5")],
)
def test_an_inner_input_is_read_within_the_organization(value: Any, expected: str | None) -> None:
    assert within(value, 5, "filter") == expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [(UNSET, None), (None, None), ([], ()), ([Fits(), Fits()], ("of 5", "of 5"))],
)
def test_each_of_several_inner_inputs_is_read(values: Any, expected: Any) -> None:
    assert all_within(values, 5) == expected


@pytest.mark.parametrize("place", [(), ("filter",), ("filter", "and", "1")])
def test_what_is_wrong_with_an_inner_input_has_its_place_in_the_outer(
    place: tuple[str, ...],
) -> None:
    with pytest.raises(ValidationFailed) as caught:
        within(Flawed(), 5, *place)
    assert caught.value.problems == (
        Problem((*place, "in", "0"), TOO_LONG, ("a", "b")),
        Problem(place, "Bad."),
    )
    assert caught.value.message == "Too long. Bad."


def test_places_are_put_together_from_the_inside() -> None:
    with pytest.raises(ValidationFailed) as caught, Beneath("a"), Beneath("b", "0"):
        raise ValidationFailed.of("c", TOO_LONG)
    assert caught.value.path == ("a", "b", "0", "c")


def test_another_error_is_passed_on_as_it_is() -> None:
    error = LookupError("no")
    with pytest.raises(LookupError) as caught, Beneath("a"):
        raise error
    assert caught.value is error
