"""Inputs as they arrive: JSON in the variables of a document, read by a schema of one field."""

from __future__ import annotations

from typing import Any, TypeVar

import strawberry

T = TypeVar("T")


def read(kind: type[T], value: object) -> T:
    """The input that a caller's JSON makes. Raises ValueError with what the schema says against it."""
    root: dict[str, Any] = {}
    document = f"query ($value: {kind.__name__}!) {{ read(value: $value) }}"
    result = _schema(kind).execute_sync(document, {"value": value}, root_value=root)
    if result.errors:
        raise ValueError(result.errors[0].message)
    found: T = root["value"]
    return found


def _schema(kind: type[Any]) -> strawberry.Schema:
    def resolve(root: strawberry.Parent[dict[str, Any]], value: Any) -> bool:
        root["value"] = value
        return True

    resolve.__annotations__["value"] = kind
    query = strawberry.type(
        type("Query", (), {"read": strawberry.field(resolve), "__annotations__": {}})
    )
    return strawberry.Schema(query)
