"""How input fields are declared, and how their values are read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NewType, Protocol, TypeVar

import msgspec
import strawberry
from strawberry import UNSET, Some

from gql_tickets.errors import ValidationFailed

T = TypeVar("T")
R_co = TypeVar("R_co", covariant=True)

Url = NewType("Url", str)
"""An absolute http or https URL; the schema's scalar URL."""

Cursor = NewType("Cursor", str)
"""A position in the change log; the schema's scalar SyncCursor."""


def given(value: T | None) -> T | None:
    """The value, or None when the caller left it out."""
    return None if value is UNSET else value


def given_tuple(values: Iterable[T] | None) -> tuple[T, ...] | None:
    """As given(), for lists."""
    return None if values is None or values is UNSET else tuple(values)


def required(description: str, default: Any = UNSET, name: str | None = None) -> Any:
    """An input field that has a value: the caller's, or the default."""
    if default is UNSET:
        return strawberry.field(description=description, name=name)
    return strawberry.field(default=default, description=description, name=name)


def optional(description: str, name: str | None = None) -> Any:
    """An input field that may be absent, or null, which is the same."""
    return strawberry.field(default=UNSET, description=description, name=name)


def maybe(description: str) -> Any:
    """An input field where absent and null are not the same."""
    return strawberry.field(default=None, description=description)


def patched(value: Some[Any] | None) -> Any:
    """A Maybe as the domain's patches say it: UNSET stays as it is."""
    return msgspec.UNSET if value is None else value.value


class Inner(Protocol[R_co]):
    """An input within another, which means something only within an organization."""

    def to_domain(self, org: int) -> R_co:
        """The same in the domain's words."""


class Beneath:
    """A context in which what is wrong with an inner input is told with its place in the outer one."""

    __slots__ = ("_place",)

    def __init__(self, *place: str) -> None:
        self._place = place

    def __enter__(self) -> None:
        """Nothing is wrong yet."""

    def __exit__(self, _kind: object, error: BaseException | None, _traceback: object) -> None:
        if isinstance(error, ValidationFailed):
            raise error.beneath(self._place) from None


def within(inner: Inner[R_co] | None, org: int, *place: str) -> R_co | None:
    """The inner input in the domain's words, or None when the caller left it out.

    Raises ValidationFailed with paths beneath `place`.
    """
    found = given(inner)
    if found is None:
        return None
    with Beneath(*place):
        return found.to_domain(org)


def all_within(inners: Sequence[Inner[R_co]] | None, org: int) -> tuple[R_co, ...] | None:
    """As within(), for lists."""
    found = given(inners)
    return None if found is None else tuple(inner.to_domain(org) for inner in found)


def patched_within(value: Some[Any] | None, org: int) -> Any:
    """As patched(), for inner inputs."""
    return msgspec.UNSET if value is None else within(value.value, org)
