"""How input fields are declared, and how their values are read."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NewType, TypeVar

import msgspec
import strawberry
from strawberry import UNSET, Some

T = TypeVar("T")

Url = NewType("Url", str)
"""An absolute http or https URL; the schema's scalar URL."""


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


def patched(value: Some[T] | None) -> T | msgspec.UnsetType:
    """A Maybe as the domain's patches say it: UNSET stays as it is."""
    return msgspec.UNSET if value is None else value.value
