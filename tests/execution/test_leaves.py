"""Leaves: columns are converted as graphql-core converts values, and encoded as scalars spell them."""

from __future__ import annotations

import datetime as dt
import enum
from typing import Any

import msgspec
import pytest
import strawberry
from graphql import GraphQLFloat, GraphQLInt, GraphQLLeafType, GraphQLString
from graphql.pyutils import Path
from hypothesis import given
from hypothesis import strategies as st

from gql_tickets.execution.columns import Irregular, Run
from gql_tickets.execution.leaves import Leaf
from tests.execution.library import show
from tests.execution.running import FAST

RUN = Run(None, Path(None, "here", None))  # type: ignore[arg-type]


@given(moment=st.datetimes(timezones=st.just(dt.UTC)))
def test_the_encoder_spells_instants_as_the_scalar_does(moment: dt.datetime) -> None:
    assert msgspec.json.encode(moment) == f'"{show(moment)}"'.encode()


def leaf(type_: GraphQLLeafType | str, *, nullable: bool = True) -> Leaf:
    """The way of a type, or of one of the library's by name."""
    found: Any = FAST._schema.get_type(type_) if isinstance(type_, str) else type_
    return Leaf(found, nullable=nullable)


def test_only_instants_of_utc_are_left_to_the_encoder() -> None:
    utc = dt.datetime(2025, 1, 10, 8, tzinfo=dt.UTC)
    east = utc.astimezone(dt.timezone(dt.timedelta(hours=2)))
    assert leaf("DateTime").complete(RUN, [utc, utc]) == [utc, utc]
    assert leaf("DateTime").complete(RUN, [utc, east]) == ["2025-01-10T08:00:00Z"] * 2
    assert leaf("DateTime").complete(RUN, [utc, None]) == [utc, None]


@pytest.mark.parametrize(
    ("type_", "column"),
    [
        (GraphQLInt, [0, 2**31 - 1, -(2**31), None]),
        (GraphQLFloat, [0.0, 1e308, None]),
        (GraphQLString, ["", "é", None]),
    ],
)
def test_columns_of_the_expected_type_pass_as_they_are(
    type_: GraphQLLeafType, column: list[Any]
) -> None:
    assert leaf(type_).complete(RUN, column) is column
    with pytest.raises(Irregular):
        leaf(type_, nullable=False).complete(RUN, column)


@pytest.mark.parametrize(
    ("type_", "value", "shown"),
    [
        (GraphQLInt, "7", 7),
        (GraphQLInt, True, 1),
        (GraphQLFloat, 3, 3.0),
        (GraphQLString, 2.5, "2.5"),
        ("Genre", "novel", "NOVEL"),
        ("Link", 5, "5"),
    ],
)
def test_other_types_are_converted(type_: GraphQLLeafType | str, value: Any, shown: Any) -> None:
    assert leaf(type_).complete(RUN, [value, None]) == [shown, None]


@pytest.mark.parametrize(
    ("type_", "value"),
    [
        (GraphQLInt, 2**31),
        (GraphQLInt, -(2**31) - 1),
        (GraphQLInt, "seven"),
        (GraphQLFloat, float("nan")),
        (GraphQLFloat, float("-inf")),
        (GraphQLString, ["list"]),
        ("Genre", "essayistic"),
        ("Link", ValueError("a resolver may return one")),
    ],
)
def test_what_graphql_core_refuses_is_refused(type_: GraphQLLeafType | str, value: Any) -> None:
    with pytest.raises(Exception):  # noqa: B017, PT011 - graphql-core says what is wrong, later
        leaf(type_).complete(RUN, [value])


@strawberry.enum
class Rights(enum.Flag):
    """Members of a flag may have names that are no member's."""

    READ = enum.auto()
    WRITE = enum.auto()


@strawberry.enum
class Renamed(enum.Enum):
    """The schema's name is not Python's."""

    OLD = strawberry.enum_value("old", name="NEW")


@strawberry.enum
class Identified(enum.Enum):
    """Which member it is tells them apart."""

    __hash__ = object.__hash__

    OLD = strawberry.enum_value("old", name="NEW")
    SAME = "same"


@strawberry.type
class Query:
    """Enums that have to be looked up."""

    rights: Rights
    renamed: Renamed
    identified: Identified | None


def test_enums_are_shown_by_their_name_in_the_schema() -> None:
    types = strawberry.Schema(Query)._schema.type_map
    renamed: Any = Leaf(types["Renamed"], nullable=False)  # type: ignore[arg-type]
    assert renamed.complete(RUN, [Renamed.OLD]) == ["NEW"]
    identified: Any = Leaf(types["Identified"], nullable=True)  # type: ignore[arg-type]
    assert identified.complete(RUN, [Identified.OLD, Identified.SAME]) == ["NEW", "SAME"]
    assert identified.complete(RUN, [Identified.OLD, None]) == ["NEW", None]
    for wrong in (Renamed.OLD, "SAME", 1, [Identified.OLD]):
        with pytest.raises(Exception):  # noqa: B017, PT011 - graphql-core says what is wrong, later
            identified.complete(RUN, [Identified.OLD, wrong])
    rights: Any = Leaf(types["Rights"], nullable=False)  # type: ignore[arg-type]
    assert rights.complete(RUN, [Rights.READ, Rights.WRITE]) == ["READ", "WRITE"]
    with pytest.raises(KeyError):
        rights.complete(RUN, [Rights.READ | Rights.WRITE])
