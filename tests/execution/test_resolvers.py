"""Resolvers in every form that Strawberry takes: they are told the same, whoever calls them."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
import strawberry
from strawberry import Parent
from strawberry.extensions.field_extension import FieldExtension
from strawberry.permission import BasePermission
from strawberry.types.field import StrawberryField

from gql_tickets.execution import BreadthFirstExecutor, call_directly
from tests.execution.running import shown


@dataclasses.dataclass
class Row:
    """A record."""

    id: int


made: list[int] = []


@strawberry.input
class Times:
    """How often; notes each time that it is made."""

    by: int = 2

    def __post_init__(self) -> None:
        """Once more."""
        made.append(self.by)


class Doubled(FieldExtension):
    """More is done than to call the resolver."""

    def resolve(self, next_: Any, source: Any, info: strawberry.Info, **kwargs: Any) -> Any:
        """Twice what it says."""
        return next_(source, info, **kwargs) * 2


class Odd(BasePermission):
    """Odd rows are nobody's business."""

    message = "even rows only"

    def has_permission(self, source: Any, info: strawberry.Info, **_kwargs: Any) -> bool:
        """By its id."""
        assert info.field_name
        return bool(source.id % 2 == 0)


class Tripled(StrawberryField):
    """A field that calls its resolver in its own way."""

    def get_result(self, source: Any, info: Any, args: Any, kwargs: Any) -> Any:
        """Three times what it says."""
        found: Any = super().get_result(source, info, args, kwargs)
        return found * 3


def take_first(row: Parent[Row], info: strawberry.Info, by: int = 1) -> int:
    """The row first."""
    return row.id * by + len(info.field_name)


def take_last(by: int, row: Parent[Row]) -> int:
    """The row last."""
    return row.id * by


def take_named(root: Row, times: Times | None = None) -> str:
    """The row by the name that Strawberry knows, and an input."""
    return f"{root.id} {times and type(times).__name__} {times and times.by}"


def take_only_named(*, row: Parent[Row], by: int = 5) -> int:
    """By name only."""
    return row.id + by


def take_nothing() -> str:
    """Takes nothing at all."""
    return "nothing"


async def take_later(row: Parent[Row], *, info: strawberry.Info) -> str:
    """Async, with the info by name only."""
    return f"{info.python_name} {info.variable_values} {row.id} {info.path.key}"


def take_picky(row: Parent[Row], by: int) -> int:
    """Fails for some."""
    if row.id == by:
        raise ValueError(f"not {by}")
    return row.id


def field_of(resolver: Any) -> Any:
    """A field of that kind."""
    return Tripled()(resolver)


@strawberry.type
class Shown:
    """A window over Row."""

    id: int
    first: int = strawberry.field(resolver=take_first)
    last: int = strawberry.field(resolver=take_last)
    named: str = strawberry.field(resolver=take_named)
    only_named: int = strawberry.field(resolver=take_only_named)
    nothing: str = strawberry.field(resolver=take_nothing)
    later: str = strawberry.field(resolver=take_later)
    picky: int | None = strawberry.field(resolver=take_picky)
    doubled: int = strawberry.field(resolver=take_first, extensions=[Doubled()])
    even: int | None = strawberry.field(resolver=take_first, permission_classes=[Odd])
    tripled: int = field_of(take_first)

    @strawberry.field
    def own(self, by: int = 1) -> str:
        """A method, whose `self` is the record."""
        return f"{type(self).__name__} {self.id * by}"

    @strawberry.field
    @staticmethod
    def still(by: int = 4) -> int:
        """A static method."""
        return by

    @strawberry.field
    @classmethod
    def kind(cls) -> str:
        """A class method."""
        return cls.__name__


@strawberry.type
class Query:
    """Some rows."""

    @strawberry.field
    def rows(self) -> list[Shown]:
        """Three."""
        found: list[Any] = [Row(1), Row(2), Row(3)]
        return found


FIELDS = [
    "first",
    "first(by: 3)",
    "last(by: 2)",
    "named",
    "named(times: {by: 7})",
    "named(times: null)",
    "onlyNamed onlyNamed2: onlyNamed(by: 1)",
    "nothing",
    "later",
    "picky(by: 2)",
    "picky(by: $by)",
    "doubled(by: 2)",
    "even",
    "tripled",
    "own own2: own(by: $by)",
    "still kind",
]


@pytest.mark.parametrize("fields", FIELDS)
async def test_each_form_is_told_the_same_whoever_calls(fields: str) -> None:
    stock = strawberry.Schema(Query)
    direct = strawberry.Schema(Query)
    call_directly(direct._schema)
    by_columns = strawberry.Schema(Query, execution_context_class=BreadthFirstExecutor)
    answers = []
    for schema in (stock, direct, by_columns):
        declared, variables = ("($by: Int!)", {"by": 3}) if "$by" in fields else ("", {})
        result = await schema.execute(f"query{declared} {{ rows {{ {fields} }} }}", variables)
        errors = sorted((each.path, each.message) for each in result.errors or [])
        answers.append((shown(result.data), errors))
    assert answers[0] == answers[1] == answers[2]
    assert len(answers[0][0]["rows"]) == 3


async def test_arguments_are_converted_once_for_all_rows() -> None:
    schema = strawberry.Schema(Query, execution_context_class=BreadthFirstExecutor)
    made.clear()
    result = await schema.execute("{ rows { named(times: {by: 9}) } }")
    assert shown(result.data) == {"rows": [{"named": f"{id} Times 9"} for id in (1, 2, 3)]}
    assert made == [9]
